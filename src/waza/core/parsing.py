"""Values that were read from a file, as typed values: what does not fit is refused with the name of its field."""

import dataclasses
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, Union

from waza.core.errors import Error

SHOWN = 40  # characters of a value
CALLED = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", dict: "names and values"}


def parsed(kind: Any, value: Any, place: str = "") -> Any:
    """A value of JSON as a value of this type.

    Dataclasses are made from mappings by their annotations: a field without a default must be there, and there may be
    no others. A class with `from_json` makes itself. A `TypedDict` stays a dictionary, in which other keys may stand.

    Args:
        kind: the type: of JSON's own, `Literal`, unions, lists, tuples, mappings, dataclasses, `TypedDict`.
        value: what was read.
        place: the field's name, which the error message begins with.

    Raises:
        ValueError: the value is none of this type.

    >>> parsed(tuple[int, ...], [1, 2])
    (1, 2)
    >>> parsed(dict[str, float], {"loss": "low"})
    Traceback (most recent call last):
        ...
    ValueError: loss is 'low'; expected a number
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return _any_of(inner, value, place)
    if origin is Literal:
        return value if any(type(value) is type(one) and value == one for one in inner) else _refuse(kind, value, place)
    if origin in (list, tuple, Sequence) or kind in (list, tuple):
        return _sequence(kind, origin or kind, inner, value, place)
    if origin in (dict, Mapping) or kind is dict:
        return _mapping(inner, value, place)
    if typing.is_typeddict(kind):
        return _fields(kind, value, place, kind.__required_keys__, strict=False)
    if hasattr(kind, "from_json"):
        return _made(kind.from_json, value, place)
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, place)
    return _plain(kind, value, place)


def _plain(kind: Any, value: Any, place: str) -> Any:
    """A text, a truth value, a whole number, a number or nothing."""
    if kind is float and type(value) in (int, float):
        try:
            return float(value)
        except OverflowError:
            _refuse(kind, value, place)
    if type(value) is not kind:
        _refuse(kind, value, place)
    if kind is str:
        try:
            value.encode()
        except UnicodeEncodeError:
            _refuse(kind, value, place)
    return value


def _any_of(kinds: Sequence[Any], value: Any, place: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    others = [one for one in kinds if one is not type(None)]
    for one in others[:-1]:
        try:
            return parsed(one, value, place)
        except ValueError:
            continue
    return parsed(others[-1], value, place)


def _sequence(kind: Any, origin: Any, inner: Sequence[Any], value: Any, place: str) -> Any:
    if not isinstance(value, list):
        _refuse(kind, value, place)
    if origin is tuple and inner and inner[-1] is not Ellipsis:
        if len(value) != len(inner):
            raise ValueError(f"{_named(place)} has {len(value)} values; expected {len(inner)}")
        kinds = list(inner)
    else:
        kinds = [inner[0] if inner else Any] * len(value)
    found = [parsed(one, item, _below(place, i)) for i, (one, item) in enumerate(zip(kinds, value, strict=True))]
    return found if origin is list else tuple(found)


def _mapping(inner: Sequence[Any], value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(dict, value, place)
    of_name, of_value = inner or (str, Any)
    return {parsed(of_name, name, place): parsed(of_value, one, _below(place, name)) for name, one in value.items()}


def _record(kind: Any, value: Any, place: str) -> Any:
    needed = {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    fields = _fields(kind, value, place, needed, strict=True)
    return _made(lambda fields: kind(**fields), fields, place)


def _fields(kind: Any, value: Any, place: str, needed: Collection[str], strict: bool) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(dict, value, place)
    kinds = typing.get_type_hints(kind)
    missing = [name for name in kinds if name in needed and name not in value]
    if missing:
        raise ValueError(f"{_below(place, missing[0])} is missing")
    unknown = [name for name in value if name not in kinds]
    if strict and unknown:
        raise ValueError(f"{_below(place, unknown[0])} is not known")
    return {name: parsed(kinds.get(name, Any), one, _below(place, name)) for name, one in value.items()}


def _made(make: Any, value: Any, place: str) -> Any:
    try:
        return make(value)
    except (Error, ValueError) as error:
        raise ValueError(f"{_named(place)}: {error}") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{_named(place)}: {type(error).__name__}: {error}") from error


def _refuse(kind: Any, value: Any, place: str) -> Any:
    shown = ascii(value) if len(ascii(value)) <= SHOWN else f"{ascii(value)[:SHOWN]}..."
    raise ValueError(f"{_named(place)} is {shown}; expected {_type_name(kind)}")


def _type_name(kind: Any) -> str:
    if typing.get_origin(kind) is Literal:
        return f"one of {', '.join(map(repr, typing.get_args(kind)))}"
    if kind in (list, tuple) or typing.get_origin(kind) in (list, tuple, Sequence):
        return "a list"
    return CALLED.get(kind) or str(getattr(kind, "__name__", kind))


def _named(place: str) -> str:
    return place or "the content"


def _below(place: str, name: Any) -> str:
    shown = str(name) if str(name).isprintable() and len(str(name)) <= SHOWN else ascii(name)[:SHOWN]
    return f"{place}.{shown}" if place else shown
