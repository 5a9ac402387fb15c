"""TensorFlow itself."""

import contextlib
import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from waza.core.errors import Error

LOGS = "TF_CPP_MIN_LOG_LEVEL"


def tensorflow() -> ModuleType:
    """TensorFlow. Its messages on the processor are left out, unless the user has chosen a level of messages.

    Raises:
        Error: it is not installed.
    """
    try:
        if LOGS in os.environ:
            return importlib.import_module("tensorflow")
        with _without_messages():
            return importlib.import_module("tensorflow")
    except ImportError as error:
        raise Error("TensorFlow is needed, and is not installed: pip install 'waza[tensorflow]'") from error


@contextlib.contextmanager
def _without_messages() -> Iterator[None]:
    """While this is entered, what C++ writes to standard error is dropped; Python's exceptions are not affected."""
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("w") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
