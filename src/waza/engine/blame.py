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
from typing import Any, NamedTuple, TypeVar

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.names import PACKAGE
from waza.core.recipe import Schedule
from waza.core.showing import shown
from waza.core.users_files import is_users_file
from waza.nn import Initializer, Loss
from waza.optim import FromOptax

LONGEST = 120  # characters of a line of source, and of an exception
R = TypeVar("R")


def _arrays(value: Any, numbers: tuple[type, ...] = ()) -> bool:
    """Whether a value is a tree of arrays, or of these kinds of numbers."""
    kinds = (jax.Array, np.ndarray, np.generic, *numbers)
    return value is not None and all(isinstance(leaf, kinds) for leaf in jax.tree.leaves(value))


def _numbers(value: Any) -> bool:
    return _arrays(value, (int, float))


def _measures(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and _numbers(value)


def _transformation(value: Any) -> bool:
    return hasattr(value, "init") and hasattr(value, "update")


class _Place(NamedTuple):
    """Where a function stands in a recipe, what it should return in words, and whether a value is that."""

    name: str
    expected: str = "an array"
    fits: Callable[[Any], bool] = _arrays


class _Returned(NamedTuple):
    """A function's place, where it returned as "file:line: ", that line, and the value."""

    place: _Place
    where: str
    source: str
    value: Any


class _Failed:
    """Stands for the value of a function that raised an exception."""


# What the methods of classes in a recipe return; of a class that is none of these, arrays.
METHODS: Mapping[str, tuple[tuple[type, str, Callable[[Any], bool]], ...]] = {
    "__call__": (
        (Loss, "measures by name, each with one value a row", _measures),
        (Initializer, "an array of the shape that is asked for", _numbers),
        (Schedule, "a number", _numbers),
    ),
    "scale": ((Initializer, "a number", _numbers),),
    "chance": ((object, "numbers by name", _measures),),
    **dict.fromkeys(("apply", "init", "update"), ()),
}


def foreign(recipe: Any) -> tuple[Any, ...]:
    """The functions and the classes in a tree of recipes that are not of waza."""
    return tuple({id(thing): thing for thing, _, _ in _things(recipe) if not _is_ours(thing)}.values())


def blamed(error: Exception, recipe: R, look: Callable[[R], Any]) -> Error | None:
    """The error that names the function of the user's own after whose return waza or JAX failed.

    Args:
        error: the exception; it was caught where `look` was called.
        recipe: holds the functions.
        look: raises the same exception again, for the recipe or one that computes the same.

    Returns:
        The error, with the user's file and line, the field, what the function returned and what is expected. None where
        the exception passed through the user's own lines, which say more, or no function of the user's was called.
    """
    if any(is_users_file(frame.f_code.co_filename) for frame in _below(error)):
        return None
    returned: list[_Returned] = []
    with contextlib.suppress(Exception), _heard(recipe, returned):
        look(_listening(recipe, returned))
    reason = " ".join(str(error).split())[:LONGEST]
    for code, name in _called(recipe) if isinstance(error, TypeError) else ():
        if reason.startswith(f"{code.co_qualname}() "):
            own = is_users_file(code.co_filename)
            where, source = _line(code.co_filename, code.co_firstlineno) if own else ("", "")
            return Error(f"{where}{name} cannot be called as it is here ({reason}){source}")
    if not returned:
        return None
    if isinstance(returned[-1].value, _Failed):
        return Error(f"{returned[-1].place.name} fails ({type(error).__name__}: {reason})")
    wrong = [one for one in returned if not one.place.fits(one.value)]
    last = (wrong or returned)[-1]
    expected = f"expected {last.place.expected}"
    if not wrong:
        expected = f"nothing can be computed with it ({type(error).__name__}: {reason})"
    value = str(jax.typeof(last.value)) if isinstance(last.value, jax.Array) else shown(last.value)
    return Error(f"{last.where}{last.place.name} returns {value}; {expected}{last.source}")


@contextlib.contextmanager
def _heard(recipe: Any, returned: list[_Returned]) -> Iterator[None]:
    """Within, note what the user's functions and methods in a recipe return."""
    places = dict(_methods(recipe) | _functions(recipe))

    def hear(frame: types.FrameType, event: str, value: Any) -> None:
        if event == "return" and frame.f_code in places:
            returned.append(_Returned(places[frame.f_code], *_line(frame.f_code.co_filename, frame.f_lineno), value))

    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        yield
    finally:
        sys.setprofile(before)


def _listening(recipe: R, returned: list[_Returned]) -> R:
    """The recipe, in which the foreign functions without lines of the user's note what they return."""
    places = {id(thing): _place(owner, field) for thing, owner, field in _things(recipe)}

    def listening(leaf: Any) -> Any:
        if not callable(leaf) or _is_ours(leaf) or _users_code(leaf) or id(leaf) not in places:
            return leaf

        @functools.wraps(leaf, updated=())
        def noting(*arguments: Any, **settings: Any) -> Any:
            place = places[id(leaf)]
            place = place._replace(name=f"{place.name}, {shown(leaf)},")
            try:
                value = leaf(*arguments, **settings)
            except Exception:
                returned.append(_Returned(place, "", "", _Failed()))
                raise
            returned.append(_Returned(place, "", "", value))
            return value

        return noting

    found: R = jax.tree.map(listening, recipe)
    return found


def _line(file: str, number: int) -> tuple[str, str]:
    """The beginning and the end of a message about a line of the user's."""
    linecache.checkcache(file)
    source = " ".join(linecache.getline(file, number).split())[:LONGEST]
    return f"{Path(file).name}:{number}: ", f" (in: {source})" if source else ""


def _below(error: BaseException) -> Iterator[types.FrameType]:
    """The frames below the one in which an exception was caught."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
        yield trace.tb_frame


def _things(value: Any, owner: Any = None, field: str = "") -> Iterator[tuple[Any, Any, str]]:
    """The functions and the recipes' classes in a tree of recipes, each with the recipe that holds it and the field."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield type(value), owner, field
        for one in dataclasses.fields(value):
            yield from _things(getattr(value, one.name), value, one.name)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _things(item, owner, field)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _things(item, owner, field)
    elif callable(value):
        yield value, owner, field


def _place(owner: Any, field: str) -> _Place:
    """The place of a function in a field."""
    name = f"{type(owner).__name__}.{field}"
    if isinstance(owner, FromOptax):
        return _Place(name, "a transformation of optax", _transformation)
    return _Place(name)


def _functions(recipe: Any) -> set[tuple[types.CodeType, _Place]]:
    """The code of the user's functions in a recipe's fields, with their places."""
    found = ((_users_code(thing), _place(owner, field)) for thing, owner, field in _things(recipe) if owner is not None)
    return {(code, place) for code, place in found if code is not None}


def _called(recipe: Any) -> Iterator[tuple[types.CodeType, str]]:
    """The code of all that is called in a recipe, with its name: functions, methods, and recipes in place of them."""
    yield from ((code, place.name) for code, place in _methods(recipe) | _functions(recipe))
    for thing, owner, field in _things(recipe):
        for kind in thing.__mro__ if isinstance(thing, type) and owner is not None else ():
            if isinstance(method := vars(kind).get("__call__"), types.FunctionType):
                yield inspect.unwrap(method).__code__, f"{type(owner).__name__}.{field}, of the class {thing.__name__},"


def _methods(recipe: Any) -> set[tuple[types.CodeType, _Place]]:
    """The code of the methods of the user's classes in a recipe, with their places."""
    found = set()
    for kind in [thing for thing, _, _ in _things(recipe) if isinstance(thing, type)]:
        for name, kinds in METHODS.items():
            if code := _users_code(getattr(kind, name, None)):
                known = [(said, fits) for base, said, fits in kinds if issubclass(kind, base)]
                found.add((code, _Place(f"{kind.__name__}.{name}", *(known[0] if known else ("arrays", _arrays)))))
    return found


def _users_code(function: Any) -> types.CodeType | None:
    """The code of a function of the user's own, also within `functools.partial` or a decorator such as `jax.jit`."""
    while isinstance(function, functools.partial | jax.tree_util.Partial):
        function = function.func
    function = getattr(function, "__wrapped__", function)
    code = getattr(function, "__code__", None) if not isinstance(function, type) else None
    return code if code is not None and is_users_file(code.co_filename) else None


def _is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).startswith(f"{PACKAGE}.")
