"""TensorBoard's event files, where they are asked for."""

import importlib
from pathlib import Path
from typing import Any

from waza.core.errors import Error

INSTALL = "pip install 'waza[tensorboard]'"


class Events:
    """Writes the measures of each evaluation; what an earlier process wrote from `first` on is overruled.

    Args:
        folder: of the event files.
        first: the step that this process goes on from.

    Raises:
        Error: the library that writes them is not installed.
    """

    def __init__(self, folder: Path, first: int):
        try:
            library: Any = importlib.import_module("tensorboardX")
        except ImportError as error:
            raise Error(f"TensorBoard's files need the library tensorboardX: {INSTALL}") from error
        self._writer = library.SummaryWriter(str(folder), purge_step=first)

    def write(self, step: int, measures: dict[str, float]) -> None:
        """The measures of an evaluation: "validation_loss" stands with the other losses."""
        for name, value in measures.items():
            split, _, measure = name.partition("_")
            self._writer.add_scalar(f"{measure}/{split}", value, step)
        self._writer.flush()

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
