"""Public names: what a user writes for a class or function, such as `nn.LSTM`."""

import contextlib
import functools
import importlib
import importlib.util
import sys
import types
from collections.abc import Sequence
from typing import Any

from waza.core.errors import Error

PACKAGE = "waza"
RE_EXPORTING = ("optim", "learners")  # packages with public names of what `core` defines
SCRIPTS = ("__main__", "waza_study_file")  # modules of a user's script, whose names say nothing


def public_name(thing: Any) -> str:
    """The name of a class or function in files: as its package re-exports it.

    A class or function of waza that no package re-exports has its module's path before its name, without "waza"; one
    of another package has the full path, after "user." where that could be mistaken for waza's; one of a user's script
    has its qualified name only.

    >>> from waza.nn.recurrent.lstm import LSTM
    >>> public_name(LSTM), public_name(str)
    ('nn.LSTM', 'builtins.str')
    """
    module, name = str(thing.__module__), thing.__qualname__
    first, _, rest = module.partition(".")
    if module in SCRIPTS:
        return name
    if first != PACKAGE or not rest:
        return f"user.{module}.{name}" if _is_part(first) else f"{module}.{name}"
    own = rest.partition(".")[0]
    for package in (own, *RE_EXPORTING) if own == "core" else (own,):
        if getattr(sys.modules.get(f"{PACKAGE}.{package}"), name, None) is thing:
            return f"{package}.{name}"
    return f"{rest}.{name}"


@functools.cache
def _is_part(name: str) -> bool:
    """Whether waza has a package or module of this name."""
    return importlib.util.find_spec(f"{PACKAGE}.{name}") is not None


def by_public_name(name: str, packages: Sequence[str]) -> Any:
    """The class or function with this public name in one of these packages; nothing else is ever found.

    Files of version 0.1 name the module too, as in "waza.nn.recurrent.lstm.LSTM": there the package and the last name
    count.

    Raises:
        Error: these packages have none of that name.

    >>> by_public_name("nn.relu", ("nn",)) is by_public_name("waza.nn.activations.relu", ("nn",))
    True
    """
    parts = name.split(".")
    if parts[0] == PACKAGE:
        parts = [*parts[1:2], parts[-1]]
    if len(parts) == 2 and parts[0] in packages:
        found = getattr(importlib.import_module(f"{PACKAGE}.{parts[0]}"), parts[1], None)
        if isinstance(found, type | types.FunctionType) and public_name(found) == ".".join(parts):
            return found
    raise Error(f"{name} is no public name of {' or '.join(f'{PACKAGE}.{one}' for one in packages)}")


def lookup(name: str) -> Any:
    """The class or function of waza that a stored run names, also if it is no public one; None where there is none.

    >>> lookup("nn.relu") is lookup("waza.nn.activations.relu"), lookup("optax.adamw"), lookup("nn.nothing")
    (True, None, None)
    """
    path, _, last = name.removeprefix(f"{PACKAGE}.").rpartition(".")
    package = path.partition(".")[0]
    for module in (package, path):
        with contextlib.suppress(ImportError, ValueError):
            found = getattr(importlib.import_module(f"{PACKAGE}.{module}"), last, None)
            if isinstance(found, type | types.FunctionType):
                return found
    return None
