"""TensorFlow itself."""

import importlib
import os
from types import ModuleType

from waza.core.errors import Error

LOGS = "TF_CPP_MIN_LOG_LEVEL"


def tensorflow() -> ModuleType:
    """TensorFlow, without its messages on the processor unless the user wants them.

    Raises:
        Error: it is not installed.
    """
    os.environ.setdefault(LOGS, "2")
    try:
        return importlib.import_module("tensorflow")
    except ImportError as error:
        raise Error("TensorFlow is needed, and is not installed: pip install 'waza[tensorflow]'") from error
