"""Values against annotations: what fits, and the message where one does not."""

import collections.abc
import math
import numbers
import sys
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.names import PACKAGE, public_name
from waza.core.remedies import Recipes, remedy
from waza.core.showing import shown


class Remedied(Error):
    """A value of another kind, for which the message says what to give instead."""


NUMBERS = (float, float | None)  # annotations of fields that are leaves, see `waza.core.recipe`
NAMED = {
    int: "a whole number",
    float: "a number",
    complex: "a number",
    bool: "True or False",
    str: "a text",
    types.NoneType: "None",
    dict: "a dict",
}
EXAMPLES = {int: "(4, 2)", float: "(0.5, 0.5)", str: "('a', 'b')"}
SEQUENCES = (tuple, list, collections.abc.Sequence)
MAPPINGS = (dict, collections.abc.Mapping)


def evaluated(annotation: Any, owner: type) -> Any:
    """An annotation of a class, evaluated if it is a text, as under `from __future__ import annotations`.

    >>> evaluated("float | None", Error), evaluated("Unknown", Error)
    (float | None, typing.Any)
    """
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, vars(sys.modules[owner.__module__]), dict(vars(owner)))
    except Exception:  # a name that is imported for type checkers alone, or local to a function
        return Any


def check_kind(where: str, annotation: Any, value: Any) -> None:
    """Refuse a value of another kind than an annotation names.

    Known are numbers, texts, `None`, literals, recipes and other classes, functions, tuples and dicts of them, and
    unions. Of others, such as type variables and arrays of `jaxtyping`, any value passes. A NaN is no number.

    Args:
        where: what is given, for the message, such as "Supervised.optimizer".
        annotation: of a field.
        value: the value.

    Raises:
        Remedied: recipes or functions are expected; it says what to give.
        Error: it says what is given and what is expected.

    >>> check_kind("MLP.sizes", tuple[int, ...], 4)
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: MLP.sizes is 4; expected a tuple, such as (4, 2)
    """
    if fits(annotation, value):
        return
    options = _options(annotation)
    for one in options:
        _check_parts(where, one, value)
    recipes = tuple(one for one in options if isinstance(one, Recipes))
    callables = any(_is_callable(one) for one in options)
    if recipes or callables:
        others = [_expected(one) for one in options if not isinstance(one, Recipes) and not _is_callable(one)]
        raise Remedied(f"{where} is {remedy(value, recipes, callables, others)}")
    raise Error(f"{where} is {shown(value)}; expected {_expected(annotation)}")


def _check_parts(where: str, option: Any, value: Any) -> None:
    """Refuse the part of a tuple or dict that is of another kind, where the whole is of the right one."""
    kind, inner = typing.get_origin(option) or option, typing.get_args(option)
    if kind in SEQUENCES and isinstance(value, tuple | list) and inner:
        if _is_many(option):
            for i, one in enumerate(value):
                check_kind(f"{where}[{i}]", inner[0], one)
        elif len(value) == len(inner):
            for i, one in enumerate(value):
                check_kind(f"{where}[{i}]", inner[i], one)
    if kind in MAPPINGS and isinstance(value, Mapping) and inner:
        for name, one in value.items():
            if not fits(inner[0], name):
                raise Error(f"{where} has the key {shown(name)}; expected {_expected(inner[0])}")
            check_kind(f"{where}[{name!r}]", inner[1], one)


def fits(annotation: Any, value: Any) -> bool:
    """Whether a value is of the kind that an annotation names; True of annotations that are not known.

    >>> fits(tuple[int, ...] | None, [1, 2]), fits(float, "1"), fits(Literal["in", "out"], "in"), fits(float, math.nan)
    (True, False, True, False)
    """
    if annotation is Any:
        return True
    options = _options(annotation)
    if len(options) > 1:
        return any(fits(one, value) for one in options)
    if annotation is None or annotation is types.NoneType:
        return value is None
    kind, inner = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if kind is Literal:
        return isinstance(value, str | int) and any(value == one and type(value) is type(one) for one in inner)
    if kind is collections.abc.Callable:
        return callable(value) and not isinstance(value, Recipes) and not _is_ours(type(value))
    if kind is bool:
        return isinstance(value, bool | np.bool_)
    if kind is int:
        return isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if kind is float:
        return is_number(value)
    if kind in SEQUENCES:
        return _is_sequence_of(annotation, inner, value)
    if kind in MAPPINGS:
        if not isinstance(value, Mapping):
            return False
        return not inner or all(fits(inner[0], name) and fits(inner[1], one) for name, one in value.items())
    if not isinstance(kind, type) or isinstance(value, jax.core.Tracer) or kind.__module__.startswith("jaxtyping"):
        return True
    try:
        return isinstance(value, kind)
    except TypeError:  # a protocol that is for type checkers alone
        return True


def _is_ours(kind: type) -> bool:
    """Whether a class is a recipe of waza's, such as a loss; one of the user's own may stand for a function."""
    return isinstance(kind, Recipes) and kind.__module__.startswith(f"{PACKAGE}.")


def is_number(value: Any) -> bool:
    """Whether a value may stand for a number: a real number that is not NaN, or an array without axes."""
    if isinstance(value, jax.Array):
        return value.ndim == 0
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return real and not math.isnan(typing.cast(float, value))


def as_annotated(annotation: Any, value: Any) -> Any:
    """The value, with a tuple in the place of a list where the annotation names no list.

    >>> as_annotated(tuple[tuple[int, ...], ...] | None, [[1, 2], [3]])
    ((1, 2), (3,))
    """
    many = [one for one in _options(annotation) if typing.get_origin(one) is tuple]
    if not isinstance(value, tuple | list) or type(value) not in (tuple, list) or not many:
        return value
    inner = typing.get_args(many[0])
    kinds = [inner[0]] * len(value) if _is_many(many[0]) else inner
    return tuple(as_annotated(kind, one) for kind, one in zip(kinds, value, strict=True))


def _is_sequence_of(annotation: Any, inner: tuple[Any, ...], value: Any) -> bool:
    if not isinstance(value, tuple | list):
        return False
    if not inner:
        return True
    if _is_many(annotation):
        return all(fits(inner[0], one) for one in value)
    return len(value) == len(inner) and all(map(fits, inner, value))


def _options(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the one annotation."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.get_args(annotation)
    return (annotation,)


def _is_callable(annotation: Any) -> bool:
    return collections.abc.Callable in (annotation, typing.get_origin(annotation))


def _is_many(annotation: Any) -> bool:
    """Whether an annotation is a tuple or sequence of any length."""
    kind, inner = typing.get_origin(annotation), typing.get_args(annotation)
    return kind in SEQUENCES and (kind is not tuple or (len(inner) == 2 and inner[1] is Ellipsis))


def _expected(annotation: Any) -> str:
    """What an annotation expects, in words."""
    kind, inner = typing.get_origin(annotation) or annotation, typing.get_args(annotation)
    if annotation in NAMED:
        return NAMED[annotation]
    if kind is Literal:
        return " or ".join(map(repr, inner))
    if kind in SEQUENCES:
        if not inner or _is_many(annotation):
            example = EXAMPLES.get(inner[0]) if inner else None
            return (
                f"a tuple, such as {example}" if example else f"a tuple of {_expected(inner[0]) if inner else 'values'}"
            )
        return f"a tuple ({', '.join(map(_expected, inner))})"
    if len(_options(annotation)) > 1:
        return " or ".join(map(_expected, _options(annotation)))
    if kind in MAPPINGS:
        key = "name" if inner and inner[0] is str else _expected(inner[0]) if inner else ""
        return f"a dict {{{key}: {_expected(inner[1])}}}" if inner else "a dict"
    if _is_callable(annotation):
        return "a function"
    return public_name(annotation) if isinstance(annotation, type) else str(annotation)
