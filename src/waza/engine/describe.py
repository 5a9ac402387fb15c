"""Recipes and data in words that JSON can hold, and the fingerprint that follows from them."""

import dataclasses
import hashlib
import json
import types
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.recipe import LATER


def describe(value: Any) -> Any:
    """What a recipe is made of, as plain JSON values: classes and functions by name, arrays by digest.

    >>> describe({"rate": 0.1, "sizes": (4, 2)})
    {'rate': 0.1, 'sizes': [4, 2]}
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray | np.generic | jax.Array):
        array = np.ascontiguousarray(value)
        digest = hashlib.sha256(array.tobytes()).hexdigest()
        return {"array": [str(array.dtype), list(array.shape), digest]}
    if isinstance(value, Mapping):
        return {str(key): describe(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if _told(value, field)}
        return {"class": _name(type(value)), "fields": describe(fields)}
    if isinstance(value, tuple | list):
        return [describe(item) for item in value]
    if isinstance(value, type):
        return {"class": _name(value)}
    if isinstance(value, types.FunctionType):
        return _function(value)
    if isinstance(value, jax.tree_util.Partial):
        return {"partial": [describe(value.func), describe(value.args), describe(value.keywords)]}
    if callable(value) and hasattr(value, "__name__"):
        return {"function": _name(value)}
    raise Error(
        f"{value!r} ({type(value).__name__}) stands in a recipe, but cannot be described; "
        "use numbers, texts, tuples, named functions, arrays or recipes"
    )


def _told(value: Any, field: dataclasses.Field) -> bool:
    """Whether a description has this field: always, but for a later one at its default (`waza.core.recipe.later`)."""
    return LATER not in field.metadata or getattr(value, field.name) != field.default


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _function(function: types.FunctionType) -> dict[str, Any]:
    """A function by name; one that no import finds, such as a lambda, by its code and what it closes over too."""
    described: dict[str, Any] = {"function": _name(function)}
    if "<" in function.__qualname__ or function.__module__ == "__main__" or function.__closure__:
        described["code"] = hashlib.sha256(_code(function.__code__)).hexdigest()
        described["closure"] = [describe(cell.cell_contents) for cell in function.__closure__ or ()]
    return described


def _code(code: types.CodeType) -> bytes:
    """The bytes that say what a function does, its inner functions included."""
    constants = b"".join(
        _code(item) if isinstance(item, types.CodeType) else repr(item).encode() for item in code.co_consts
    )
    return code.co_code + constants + repr(code.co_names).encode()


def fingerprint(described: Any) -> str:
    """A digest of a description: equal descriptions, equal digests."""
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
