"""Copies of recipes with some fields changed."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from waza.core.construction import likely_field
from waza.core.errors import Error
from waza.core.recipe import Recipe, replace
from waza.core.showing import shown


def vary(base: Any, **changes: Any) -> Any:
    """A copy of a recipe with named fields changed; a dict changes fields of a nested recipe.

    >>> from waza import models, nn
    >>> vary(models.MLP((4, 2)), activation=nn.tanh, initializer=nn.Xavier()).initializer.fan
    'in'
    """
    return _vary(base, changes, "")


def _vary(base: Any, changes: Mapping[str, Any], path: str) -> Any:
    if not dataclasses.is_dataclass(base) or isinstance(base, type):
        raise Error(f"{path or 'what is varied'} is {shown(base)}; expected a recipe, such as a learner or a layer")
    new = {}
    for name, change in changes.items():
        where = f"{path}.{name}" if path else name
        if not isinstance(name, str):
            raise Error(f"{path or type(base).__name__} is varied by {shown(name)}; expected the name of a field")
        if not hasattr(base, name) or name not in {field.name for field in dataclasses.fields(base)}:
            known = [field.name for field in dataclasses.fields(base)]
            raise Error(f"{type(base).__name__} has no field {where!r}: {likely_field(name, known)}")
        part = getattr(base, name)
        if isinstance(change, Mapping) and not isinstance(part, Mapping):
            if not isinstance(part, Recipe):
                raise Error(f"{where} is {shown(part)}, which has no fields to change: give a whole new value instead")
            change = _vary(part, change, where)
        new[name] = change
    return replace(base, **new)
