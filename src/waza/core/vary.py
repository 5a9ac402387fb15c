"""Copies of recipes with some fields changed."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from waza.core.errors import Error, nearest
from waza.core.recipe import Recipe, Schedule, replace


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
            raise Error(f"{type(base).__name__} has no field {where!r}: {nearest(name, known)}")
        part = getattr(base, name)
        if isinstance(change, Mapping) and not isinstance(part, Mapping):
            if not isinstance(part, Recipe):
                raise Error(f"{where} is {part!r}, which has no fields to change: give a whole new value instead")
            change = _vary(part, change, where)
        elif isinstance(part, Recipe) and not isinstance(part, Schedule) and not isinstance(change, Recipe | None):
            kind = type(part).__name__
            raise Error(f"{where} is {change!r}; expected a recipe such as {kind}, or a dict of its fields")
        new[name] = change
    return replace(base, **new)
