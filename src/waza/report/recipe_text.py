"""A described recipe (`waza.engine.describe`) as one line of code."""

from collections.abc import Mapping
from typing import Any

NAMED = ("class", "function", "source")


def recipe_text(described: Any) -> str:
    """The line; fields that are None are left out, and names have no folder.

    >>> recipe_text({"class": "optim.SGD", "fields": {"learning_rate": 0.1, "momentum": None}})
    'SGD(learning_rate=0.1)'
    >>> recipe_text({"sizes": [4, 2], "activation": {"function": "nn.relu"}})
    'sizes=(4, 2), activation=relu'
    """
    if isinstance(described, Mapping):
        name = next((str(described[kind]).rpartition(".")[2] for kind in NAMED if kind in described), "")
        fields = described.get("fields", described if not name else {})
        shown = ", ".join(f"{field}={recipe_text(value)}" for field, value in fields.items() if value is not None)
        return f"{name}({shown})" if "class" in described else name or shown
    if isinstance(described, list):
        items = ", ".join(map(recipe_text, described))
        return f"({items})"
    return f"{described:g}" if isinstance(described, float) else str(described)
