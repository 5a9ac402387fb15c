"""Keras itself: the package, and the backend that it computes with."""

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType

from waza.core.errors import Error

BACKEND = "KERAS_BACKEND"


def keras() -> ModuleType:
    """Keras 3. Which backend it has is decided once in a process, when it is first imported.

    The user's choice counts: a Keras that is imported already, the variable KERAS_BACKEND, or another backend than
    TensorFlow in ~/.keras/keras.json (which Keras writes at its first import, with TensorFlow). Without one it is
    TensorFlow where the process has imported it, and JAX otherwise, which waza needs in any case: TensorFlow need not
    be installed then, and the import is shorter. Models and `.keras` files are the same for all backends.

    Raises:
        Error: Keras is not installed.
    """
    if "keras" in sys.modules or _is_chosen():
        return _imported()
    os.environ[BACKEND] = "tensorflow" if "tensorflow" in sys.modules else "jax"
    try:
        return _imported()
    finally:
        del os.environ[BACKEND]  # processes that this one starts choose for themselves


def _is_chosen() -> bool:
    """Whether the user has named a backend."""
    if BACKEND in os.environ:
        return True
    settings = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "keras.json"
    try:
        return json.loads(settings.read_text("utf-8")).get("backend", "tensorflow") != "tensorflow"
    except (OSError, ValueError, AttributeError):
        return False


def _imported() -> ModuleType:
    try:
        return importlib.import_module("keras")
    except ImportError as error:
        raise Error("Keras is needed, and is not installed: pip install 'waza[tensorflow]'") from error
