"""Files of arrays and JSON values, which are written atomically and read without running code."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from waza.core.digest import array_digest
from waza.core.errors import Damaged
from waza.core.files import write_whole
from waza.core.parsing import parsed
from waza.core.plain import check_plain, is_there
from waza.core.sealed import sum_of

SUM = "sha256"


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Write named arrays, and values that JSON can represent, to a file, with a checksum.

    Raises:
        Error: the file cannot be written.
    """
    text = json.dumps(dict(facts))
    write_whole(path, as_bytes(arrays, {"facts": text, SUM: _sum(arrays, text)}))


def as_bytes(arrays: Mapping[str, np.ndarray], texts: Mapping[str, str] | None = None) -> bytes:
    """Named arrays in the format of safetensors, with texts by name.

    safetensors writes the memory of an array as it lies, so that rows must lie in order.
    """
    in_order = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    return bytes(safetensors.numpy.save(in_order, None if texts is None else dict(texts)))


def read_arrays(path: Path, remedy: str) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """Read a file of `write_arrays`; None if it does not exist.

    The checksum is compared. Files of earlier versions have none.

    Args:
        path: the file.
        remedy: what to do if the file is damaged; the end of the error message.

    Raises:
        Damaged: the file is damaged, or no plain file.
    """
    if not is_there(path):
        return None
    check_plain(path)  # safetensors opens it by its name
    try:
        with safetensors.safe_open(path, "numpy") as file:
            texts = file.metadata()
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        if texts.keys() != {"facts"} and texts.get(SUM) != _sum(arrays, texts["facts"]):
            raise ValueError("its content has changed since it was written")
        return arrays, parsed(dict[str, Any], json.loads(texts["facts"]))
    except Exception as error:  # safetensors raises its own exception types
        raise Damaged(f"{path} is damaged: {remedy}") from error


def _sum(arrays: Mapping[str, np.ndarray], text: str) -> str:
    """The checksum of named arrays and a text."""
    parts = [f"{name} {array_digest(arrays[name])}" for name in sorted(arrays)]
    return sum_of("\n".join([text, *parts]).encode())


def finite(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with None for a number that is not finite, which JSON does not have.

    >>> finite({"loss": float("nan"), "step": 3})
    {'loss': None, 'step': 3}
    """
    return {name: None if isinstance(one, float) and not math.isfinite(one) else one for name, one in values.items()}
