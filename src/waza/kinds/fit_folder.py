"""The folder of a training: its options, its checkpoint, then the model, the history and the result."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jax

from waza.core.arrays import finite
from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.lock import held
from waza.core.sealed import sealed, unsealed
from waza.core.variables import trained as variables_trained
from waza.engine.single import Fitted
from waza.kinds.model_folder import HISTORY, RECIPE, VARIABLES

VERSION = 2
ASKED, CHECKPOINT, RESULT, REPORT = "fit.json", "checkpoint.safetensors", "result.json", "report.html"
EVENTS = "events"


@dataclasses.dataclass(frozen=True)
class FitFolder:
    """A folder that belongs to one training. It is finished when `result.json` is there, which is written last."""

    path: Path

    @property
    def checkpoint(self) -> Path:
        """The checkpoint, from which an interrupted training resumes."""
        return self.path / CHECKPOINT

    @property
    def finished(self) -> bool:
        """Whether the training has ended."""
        return (self.path / RESULT).is_file()

    def result(self) -> dict[str, Any]:
        """The result that `finish` wrote."""
        return _read(self.path / RESULT)

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write the result, and remove the checkpoint; the model is there."""
        write_whole(self.path / RESULT, sealed(result))
        self.checkpoint.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove the files of a training."""
        for name in (RESULT, ASKED, CHECKPOINT, HISTORY, REPORT, RECIPE, VARIABLES):
            (self.path / name).unlink(missing_ok=True)
        for events in (self.path / EVENTS).glob("events.*"):
            events.unlink()


@contextlib.contextmanager
def fit_folder(path: Path, asked: Mapping[str, Any], fresh: bool) -> Iterator[FitFolder]:
    """The folder for a training with these settings, held for this process. It may be new, unfinished or finished.

    Args:
        path: the folder; it is created if it is missing.
        asked: the settings and the data's digest, by name.
        fresh: remove the training that the folder holds, and start over.

    Raises:
        Error: the folder holds other files, a training with other settings, or one that another process is running.
    """
    folder = FitFolder(path)
    if path.exists() and not path.is_dir():
        raise Error(f"{path} is a file; give a folder for the model")
    if path.is_dir() and any(path.iterdir()) and not any((path / name).is_file() for name in (ASKED, "lock")):
        raise Error(f"{path} holds other files and no training: give the name of a new folder")
    if not path.is_dir():
        write_whole(path / ASKED, sealed({"version": VERSION, "asked": dict(asked)}))
    with held(path) as mine:
        if not mine:
            raise Error(f"another process is training in {path}: wait for it, or choose another folder")
        if fresh:
            folder.clear()
        if (path / ASKED).is_file():
            _refuse_other(path, asked)
        else:
            write_whole(path / ASKED, sealed({"version": VERSION, "asked": dict(asked)}))
        yield folder


def result_of(trained: Fitted, targets: int, unit: str) -> dict[str, Any]:
    """The result of a training, whose steps have this many targets each, counted in this unit."""
    names = ("best_step", "steps", "ending", "diverged_at", "seconds")
    pace = trained.steps * targets / trained.seconds if trained.seconds else 0.0
    measures = {name: value for name, value in finite(trained.best).items() if name != "step"}
    parameters = sum(leaf.size for leaf in jax.tree.leaves(variables_trained(trained.variables)))
    facts = {"parameters": parameters, f"{unit}_a_second": pace, "measures": measures}
    return {name: getattr(trained, name) for name in names} | facts


def _refuse_other(path: Path, asked: Mapping[str, Any]) -> None:
    """Refuse a folder whose training has other settings; the message names the first that differs."""
    facts = _read(path / ASKED)
    if facts.get("version") != VERSION:
        raise Error(f"{path} was written by another version of waza: choose another folder, or --fresh to start over")
    there, now = facts.get("asked", {}), json.loads(json.dumps(dict(asked)))
    for name in (*now, *there):
        if there.get(name) != now.get(name):
            raise Error(
                f"{path} holds a training with other settings ({name}: {there.get(name)!r} there, {now.get(name)!r} "
                "now): choose another folder, or --fresh to start over"
            )


def _read(path: Path) -> dict[str, Any]:
    try:
        read = unsealed(path.read_bytes())
        read.check(path.parent)
    except (OSError, ValueError) as error:
        raise Error(f"{path} is damaged ({error}): start over with --fresh") from error
    return read.facts
