"""Copies of recipes with some fields changed."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from waza.core.construction import likely_field
from waza.core.errors import Error
from waza.core.recipe import Recipe, replace


def vary(base: Any, **changes: Any) -> Any:
    """A copy of a recipe with named fields changed; a dict changes fields of a nested recipe.

    >>> from waza import models, nn
    >>> vary(models.MLP((4, 2)), activation=nn.tanh, initializer=nn.Xavier()).initializer.fan
    'in'
    """
    return _vary(base, changes, "")


def _vary(base: Any, changes: Mapping[str, Any], path: str) -> Any:
    new = {}
    for name, change in changes.items():
        where = f"{path}.{name}" if path else name
        if not hasattr(base, name) or name not in {field.name for field in dataclasses.fields(base)}:
            known = [field.name for field in dataclasses.fields(base)]
            raise Error(f"{type(base).__name__} has no field {where!r}: {likely_field(name, known)}")
        part = getattr(base, name)
        if isinstance(change, Mapping) and not isinstance(part, Mapping):
            if not isinstance(part, Recipe):
                raise Error(f"{where} is {part!r}, which has no fields to change: give a whole new value instead")
            change = _vary(part, change, where)
        new[name] = change
    return replace(base, **new)
