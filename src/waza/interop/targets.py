"""The registry of targets: the formats of `waza export`."""

import importlib
from typing import Any

from waza.core.errors import Error, nearest

# One line a target: the module whose `TARGET` it is.
TARGETS = {
    "onnx": "waza.interop.onnx.target",
    "tensorflow": "waza.interop.tensorflow.target",
    "keras": "waza.interop.keras.target",
    "page": "waza.interop.page.target",
}


def target_of(name: str) -> Any:
    """The `Target` of this name.

    Raises:
        Error: there is none.

    >>> target_of("onnx").ending
    '.onnx'
    """
    if name not in TARGETS:
        raise Error(f"there is no export to {name!r}: {nearest(name, TARGETS)}")
    return importlib.import_module(TARGETS[name]).TARGET
