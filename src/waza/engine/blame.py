"""Blame: which function of a user's own returned what its caller could not go on with."""

import contextlib
import dataclasses
import functools
import inspect
import linecache
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.recipe import Schedule
from waza.core.showing import shown
from waza.core.users_files import is_users_file
from waza.nn import Initializer, Loss
from waza.optim import FromOptax

LONGEST = 120  # characters of a line of source, and of an exception


def _arrays(value: Any, numbers: tuple[type, ...] = ()) -> bool:
    """Whether a value is a tree of arrays, or of these kinds of numbers."""
    kinds = (jax.Array, np.ndarray, np.generic, *numbers)
    return value is not None and all(isinstance(leaf, kinds) for leaf in jax.tree.leaves(value))


def _numbers(value: Any) -> bool:
    return _arrays(value, (int, float))


def _measures(value: Any) -> bool:
    return isinstance(value, Mapping) and _arrays(value)


def _transformation(value: Any) -> bool:
    return hasattr(value, "init") and hasattr(value, "update")


class _Place(NamedTuple):
    """Where a function stands in a recipe, what it should return in words, and whether a value is that."""

    name: str
    expected: str = "an array"
    fits: Callable[[Any], bool] = _arrays


class _Returned(NamedTuple):
    """A function's place, the line of its return, and the value."""

    place: _Place
    file: str
    line: int
    value: Any


# What the methods of classes in a recipe return; of a class that is none of these, arrays.
METHODS: Mapping[str, tuple[tuple[type, str, Callable[[Any], bool]], ...]] = {
    "__call__": (
        (Loss, "measures by name, each with one value a row", _measures),
        (Initializer, "an array of the shape that is asked for", _numbers),
        (Schedule, "a number", _numbers),
    ),
    "scale": ((Initializer, "a number", _numbers),),
    "chance": ((object, "numbers by name", _numbers),),
    **dict.fromkeys(("apply", "init", "update"), ()),
}


def blamed(error: Exception, recipe: Any, look: Callable[[], None]) -> Error | None:
    """The error that names the function of the user's own after whose return waza or JAX failed.

    Args:
        error: the exception; it was caught where `look` was called.
        recipe: holds the functions.
        look: raises the same exception again.

    Returns:
        The error, with the user's file and line, the field, what the function returned and what is expected. None where
        the exception passed through the user's own lines, which say more, or no function of the user's was called.
    """
    if any(is_users_file(frame.f_code.co_filename) for frame in _below(error)):
        return None
    returned: list[_Returned] = []
    with contextlib.suppress(Exception), _heard(recipe, returned):
        look()
    if not returned:
        return None
    wrong = [one for one in returned if not one.place.fits(one.value)]
    last = (wrong or returned)[-1]
    expected = f"expected {last.place.expected}"
    if not wrong:
        reason = " ".join(str(error).split())[:LONGEST]
        expected = f"nothing can be computed with it ({type(error).__name__}: {reason})"
    source = " ".join(linecache.getline(last.file, last.line).split())[:LONGEST]
    where = f"{Path(last.file).name}:{last.line}: {last.place.name}"
    return Error(f"{where} returns {_shown(last.value)}; {expected}" + (f" (in: {source})" if source else ""))


@contextlib.contextmanager
def _heard(recipe: Any, returned: list[_Returned]) -> Iterator[None]:
    """Within, note what the user's functions in a recipe return."""
    places = dict(_places(recipe))

    def hear(frame: types.FrameType, event: str, value: Any) -> None:
        if event == "return" and frame.f_code in places:
            returned.append(_Returned(places[frame.f_code], frame.f_code.co_filename, frame.f_lineno, value))

    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        yield
    finally:
        sys.setprofile(before)


def _below(error: BaseException) -> Iterator[types.FrameType]:
    """The frames below the one in which an exception was caught."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
        yield trace.tb_frame


def _shown(value: Any) -> str:
    return str(jax.typeof(value)) if isinstance(value, jax.Array) else shown(value)


def _places(value: Any, owner: Any = None, field: str = "") -> Iterator[tuple[types.CodeType, _Place]]:
    """The code of the user's functions in a tree of recipes, with their places."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _methods(value)
        for one in dataclasses.fields(value):
            yield from _places(getattr(value, one.name), value, one.name)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _places(item, owner, field)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _places(item, owner, field)
    elif code := _users_code(value):
        place = _Place(f"{type(owner).__name__}.{field}")
        if isinstance(owner, FromOptax):
            place = _Place(place.name, "a transformation of optax", _transformation)
        yield code, place


def _methods(recipe: Any) -> Iterator[tuple[types.CodeType, _Place]]:
    """The code of the user's methods of one recipe, with their places."""
    kind = type(recipe)
    for name, kinds in METHODS.items():
        if code := _users_code(getattr(kind, name, None)):
            known = [(said, fits) for base, said, fits in kinds if issubclass(kind, base)]
            yield code, _Place(f"{kind.__name__}.{name}", *(known[0] if known else ("arrays", _arrays)))


def _users_code(function: Any) -> types.CodeType | None:
    """The code of a function of the user's own, also within `functools.partial` or a decorator such as `jax.jit`."""
    while isinstance(function, functools.partial | jax.tree_util.Partial):
        function = function.func
    code = getattr(inspect.unwrap(function) if callable(function) else None, "__code__", None)
    return code if code is not None and is_users_file(code.co_filename) else None
