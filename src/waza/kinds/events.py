"""TensorBoard event files."""

import importlib
from pathlib import Path
from typing import Any

from waza.core.errors import Error

INSTALL = "pip install 'waza[tensorboard]'"


class Events:
    """Writes the measures of each evaluation; events that an earlier process wrote from `first` on are discarded.

    Args:
        folder: of the event files.
        first: the step from which this process resumes.

    Raises:
        Error: tensorboardX is not installed.
    """

    def __init__(self, folder: Path, first: int):
        try:
            library: Any = importlib.import_module("tensorboardX")
        except ImportError as error:
            raise Error(f"TensorBoard files need the library tensorboardX: {INSTALL}") from error
        self._writer = library.SummaryWriter(str(folder), purge_step=first)

    def write(self, step: int, measures: dict[str, float]) -> None:
        """Write the measures of an evaluation; "validation_loss" is shown together with the other losses."""
        for name, value in measures.items():
            split, _, measure = name.partition("_")
            self._writer.add_scalar(f"{measure}/{split}", value, step)
        self._writer.flush()

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
