"""Values in error messages: on one short line, an array by its type and shape."""

import types
from typing import Any

from waza.core.names import public_name

LONGEST = 60


def shown(value: Any) -> str:
    """A value on one short line; by its type where that is long.

    >>> shown(0.5), shown(int), shown("a" * 100), shown([0] * 100)
    ('0.5', 'the class builtins.int', 'a text of 100 characters', 'a list of 100 values')
    """
    if isinstance(value, type):
        return f"the class {public_name(value)}"
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
        return "a lambda" if value.__name__ == "<lambda>" else f"the function {public_name(value)}"
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and dtype is not None:
        return f"an array {dtype} {shape}" if shape else f"{value}"
    text = _text(value)
    if text is not None and len(text) <= LONGEST and "\n" not in text and " at 0x" not in text:
        return text
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    if type(value) in (tuple, list, dict, set):
        return f"a {type(value).__name__} of {len(value)} values"
    return f"an object of {type(value).__qualname__}"


def _text(value: Any) -> str | None:
    try:
        return repr(value)
    except Exception:  # a user's own class may have any `__repr__`
        return None
