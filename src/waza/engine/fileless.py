"""Code without a file, as in a notebook: what of it decides about results."""

import contextlib
import hashlib
import sys
import types
from collections.abc import Iterator
from typing import Any

from waza.core.errors import Error
from waza.core.names import SCRIPTS
from waza.engine.describe import code_bytes, describe, unwrapped


def is_fileless(module: str) -> bool:
    """Whether a module of a user's has no file, as a notebook."""
    return module in SCRIPTS or module not in sys.modules


def content(thing: Any, seen: set[int]) -> Iterator[str]:
    """The bytecode, constants and defaults of a function or class without a file, and of all such that it names."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    thing = unwrapped(thing)
    if isinstance(thing, type):
        for base in thing.__bases__:
            if is_fileless(base.__module__):
                yield from content(base, seen)
        for name, value in sorted(vars(thing).items()):
            inner = getattr(value, "fget", getattr(value, "__func__", value))
            if isinstance(inner, types.FunctionType) or not name.startswith("__"):
                yield name
                yield from content(inner, seen)
    elif isinstance(thing, types.FunctionType):
        yield hashlib.sha256(code_bytes(thing.__code__)).hexdigest()
        cells = [cell.cell_contents for cell in thing.__closure__ or ()]
        for value in (thing.__defaults__, thing.__kwdefaults__, *cells):
            yield from content(value, seen)
        for name in sorted(_names_in(thing.__code__) & thing.__globals__.keys()):
            value = thing.__globals__[name]
            if not isinstance(value, types.ModuleType) and is_fileless(getattr(value, "__module__", "__main__")):
                yield name
                yield from content(value, seen)
    elif not isinstance(thing, types.ModuleType):
        with contextlib.suppress(Error):  # what cannot be described has no digest
            yield repr(describe(thing))


def _names_in(code: types.CodeType) -> set[str]:
    """The names that a function's code and that of its inner functions use."""
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return set(code.co_names).union(*map(_names_in, inner))
