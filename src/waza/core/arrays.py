"""Arrays and facts in one file, which appears whole or not at all and runs no code when it is read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from waza.core.errors import Error
from waza.core.files import write_whole


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
    """Write arrays by name, and facts that JSON can hold.

    Raises:
        Error: the file cannot be written.
    """
    write_whole(path, safetensors.numpy.save(dict(arrays), {"facts": json.dumps(dict(facts))}))


def read_arrays(path: Path, remedy: str) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """What `write_arrays` wrote; None where there is no such file.

    Args:
        path: the file.
        remedy: what to do where it is damaged, as the error ends.

    Raises:
        Error: the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        with safetensors.safe_open(path, "numpy") as file:
            facts = json.loads(file.metadata()["facts"])
            return {key: file.get_tensor(key) for key in file.keys()}, facts  # noqa: SIM118
    except Exception as error:  # safetensors raises its own kinds
        raise Error(f"{path} is damaged: {remedy}") from error
