"""Recipes and data as plain JSON values, and their fingerprint."""

import dataclasses
import hashlib
import json
import types
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from waza.core.digest import array_digest
from waza.core.errors import Error
from waza.core.names import public_name
from waza.core.recipe import LATER
from waza.learners.source import Source


def describe(value: Any) -> Any:
    """A recipe or data as plain JSON values: classes and functions by public name, arrays and sources by digest.

    >>> describe({"rate": 0.1, "sizes": (4, 2)})
    {'rate': 0.1, 'sizes': [4, 2]}
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray | np.generic | jax.Array):
        return {"array": [str(value.dtype), list(value.shape), array_digest(value)]}
    if isinstance(value, Source):
        return {"source": value.digest()}
    if isinstance(value, Mapping):
        return {str(key): describe(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            field.name: getattr(value, field.name) for field in dataclasses.fields(value) if _is_described(value, field)
        }
        return {**_class(type(value)), "fields": describe(fields)}
    if isinstance(value, tuple | list):
        return [describe(item) for item in value]
    if isinstance(value, type):
        return _class(value)
    if isinstance(value, types.FunctionType):
        return _function(value)
    if isinstance(wrapped := unwrapped(value), types.FunctionType) and "<" in wrapped.__qualname__:
        return _function(wrapped)
    if isinstance(value, jax.tree_util.Partial):
        return {"partial": [describe(value.func), describe(value.args), describe(value.keywords)]}
    if callable(value) and hasattr(value, "__name__"):
        return {"function": public_name(value)}
    raise Error(
        f"a recipe holds {value!r} ({type(value).__name__}), which cannot be described; "
        "use numbers, texts, tuples, named functions, arrays or recipes"
    )


def _is_described(value: Any, field: dataclasses.Field) -> bool:
    """Whether a description has this field: all but `later` fields with their default (`waza.core.recipe.later`)."""
    return LATER not in field.metadata or getattr(value, field.name) != field.default


def _class(kind: type) -> dict[str, Any]:
    """A class by name; one that is defined in a function also by the values that its methods close over."""
    described: dict[str, Any] = {"class": public_name(kind)}
    if "<locals>" in kind.__qualname__:
        methods = [one for one in vars(kind).values() if isinstance(one, types.FunctionType)]
        cells = [cell.cell_contents for one in methods for cell in one.__closure__ or ()]
        values = [_closed_over(one) for one in cells if one is not kind]  # the class itself: for super()
        described |= {"closure": values} if values else {}
    return described


def _closed_over(value: Any) -> Any:
    """A value that a method closes over; by its type where it cannot be described, as in generated methods."""
    try:
        return describe(value)
    except Error:
        return {"type": public_name(type(value))}


def _function(function: types.FunctionType) -> dict[str, Any]:
    """A function by name; a lambda or a function in a function also by its bytecode and the values that it closes over.

    The source of named functions is covered by `waza.engine.code.code_of`.
    """
    described: dict[str, Any] = {"function": public_name(function)}
    while function.__globals__.get("__name__") == "jaxtyping._decorator":  # checks types, and computes the same
        function = vars(function)["__wrapped__"]
    if "<" in function.__qualname__ or function.__closure__:
        described["code"] = hashlib.sha256(code_bytes(function.__code__)).hexdigest()
        described["closure"] = [describe(cell.cell_contents) for cell in function.__closure__ or ()]
        if defaults := [*(function.__defaults__ or ()), *sorted((function.__kwdefaults__ or {}).items())]:
            described["defaults"] = [describe(one) for one in defaults]
    return described


def unwrapped(value: Any) -> Any:
    """The function inside a callable object that a decorator made, such as `jax.jit`; else the value itself."""
    while not isinstance(value, type | types.FunctionType) and callable(getattr(value, "__wrapped__", None)):
        value = value.__wrapped__
    return value


def code_bytes(code: types.CodeType) -> bytes:
    """A function's bytecode, constants and names, with those of its inner functions; the same in each process."""
    return code.co_code + b"".join(map(_constant, code.co_consts)) + repr(code.co_names).encode()


def _constant(value: Any) -> bytes:
    if isinstance(value, types.CodeType):
        return code_bytes(value)
    return repr(sorted(map(repr, value)) if isinstance(value, frozenset) else value).encode()


def fingerprint(described: Any) -> str:
    """The sha256 of a description: equal descriptions have equal fingerprints."""
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
