"""TensorFlow itself."""

import importlib
from types import ModuleType

from waza.core.errors import Error


def tensorflow() -> ModuleType:
    """TensorFlow.

    Raises:
        Error: it is not installed.
    """
    try:
        return importlib.import_module("tensorflow")
    except ImportError as error:
        raise Error("TensorFlow is needed, and is not installed: pip install 'waza[tensorflow]'") from error
