"""The folder of a training: its options, its checkpoint, then the model, the history and the result."""

import contextlib
import dataclasses
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Required, TypedDict

import jax
import numpy as np

from waza.core.arrays import finite
from waza.core.errors import Error
from waza.core.files import check_path, is_temporary, remove_orphans, unwritable, write_whole
from waza.core.lock import LOCK, held
from waza.core.plain import check_folders, check_plain, is_there, read_plain
from waza.core.sealed import read_record, sealed
from waza.core.variables import trained as variables_trained
from waza.engine.processes import arrays_of_first, by_first, count
from waza.engine.single import Fitted
from waza.engine.training import Ending
from waza.kinds.model import Model
from waza.kinds.model_folder import HISTORY, RECIPE, VARIABLES, load_model
from waza.learners import Learner

VERSION = 2
ASKED, CHECKPOINT, RESULT, REPORT = "fit.json", "checkpoint.safetensors", "result.json", "report.html"
EVENTS = "events"
FILES = (RESULT, ASKED, CHECKPOINT, HISTORY, REPORT, RECIPE, VARIABLES)
REMEDY = "start over with --fresh"


class Asked(TypedDict):
    """What `fit.json` holds."""

    version: int
    asked: dict[str, Any]


class Result(TypedDict, total=False):
    """What `result.json` holds; a kind of model adds facts of its own, and the pace in its unit."""

    best_step: Required[int]
    steps: Required[int]
    ending: Required[Ending]
    diverged_at: Required[int | None]
    seconds: Required[float]
    parameters: int
    measures: dict[str, float | None]
    device: str
    chance_of_mean: float | None
    exploded: dict[str, Any] | None


@dataclasses.dataclass(frozen=True)
class FitFolder:
    """A folder that belongs to one training. It is finished when `result.json` is there, before the report."""

    path: Path

    @property
    def checkpoint(self) -> Path:
        """The checkpoint, from which an interrupted training resumes."""
        return self.path / CHECKPOINT

    @property
    def finished(self) -> bool:
        """Whether the training has ended, and its model is there."""
        return is_there(self.path / RESULT)

    @property
    def reported(self) -> bool:
        """Whether the report is there."""
        return is_there(self.path / REPORT)

    def result(self) -> dict[str, Any]:
        """The result that `finish` wrote."""
        return dict(read_record(self.path / RESULT, Result, REMEDY))

    def finish(self, result: Mapping[str, Any]) -> None:
        """Write the result, and remove the checkpoint; the model is there."""
        write_whole(self.path / RESULT, sealed(result))
        self.checkpoint.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove the files of a training."""
        for file in (*(self.path / name for name in FILES), *(self.path / EVENTS).glob("events.*")):
            if file.is_symlink() or not file.is_dir():
                file.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what a process that was killed has left; the folder is held."""
        remove_orphans(self.path)
        if self.finished:
            self.checkpoint.unlink(missing_ok=True)


@contextlib.contextmanager
def fit_folder(path: Path, asked: Mapping[str, Any], fresh: bool) -> Iterator[FitFolder]:
    """The folder for a training with these settings, held for this process. It may be new, unfinished or finished.

    Of several processes that train together, the first one alone holds, reads and writes it.

    Args:
        path: the folder; it is created if it is missing.
        asked: the settings and the data's digest, by name.
        fresh: remove the training that the folder holds, and start over.

    Raises:
        Error: the folder holds other files, a training with other settings, or one that another process is running.
        Damaged: its files cannot be read, or a link, a FIFO or a device has the name of one.
    """
    with contextlib.ExitStack() as holding:
        by_first(lambda: holding.enter_context(_held(path, asked, fresh)))
        yield FitFolder(path)


@contextlib.contextmanager
def _held(path: Path, asked: Mapping[str, Any], fresh: bool) -> Iterator[None]:
    folder = FitFolder(path)
    try:
        if check_path(path).exists() and not path.is_dir():
            raise Error(f"{path} is a file; give a folder for the model")
        path.mkdir(parents=True, exist_ok=True)
        names = [one.name for one in path.iterdir() if not is_temporary(one.name)]
    except OSError as error:
        raise unwritable(path, error) from error
    if names and not {ASKED, LOCK} & set(names):
        raise Error(f"{path} holds other files and no training: give the name of a new folder")
    with held(path) as mine:
        if not mine:
            raise Error(f"another process is training in {path}: wait for it, or choose another folder")
        check_folders(path, [EVENTS])
        if fresh:
            folder.clear()
        for name in FILES:
            check_plain(path / name)
        folder.tidy()
        if is_there(path / ASKED):
            _refuse_other(path, asked)
        else:
            write_whole(path / ASKED, sealed({"version": VERSION, "asked": dict(asked)}))
        yield


def model_of_first(path: Path, learner: Learner | None = None, data: Any = None) -> Model:
    """The model in a folder that the first process reads, in all processes; see `load_model`."""
    if count() == 1:
        return load_model(path, learner, data)
    files: dict[str, np.ndarray] = {}

    def read() -> None:
        load_model(path, learner, data)  # which checks it
        for name in (RECIPE, VARIABLES, HISTORY):
            if is_there(path / name):
                files[name] = np.frombuffer(read_plain(path / name), np.uint8)

    by_first(read)
    with tempfile.TemporaryDirectory() as copy:
        for name, content in arrays_of_first(files).items():
            (Path(copy) / name).write_bytes(content.tobytes())
        return load_model(copy, learner, data)


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
    facts: Asked = read_record(path / ASKED, Asked, REMEDY)
    if facts["version"] != VERSION:
        raise Error(f"{path} was written by another version of waza: choose another folder, or --fresh to start over")
    there, now = facts["asked"], json.loads(json.dumps(dict(asked)))
    for name in (*now, *there):
        if there.get(name) != now.get(name):
            raise Error(
                f"{path} holds a training with other settings ({name}: {there.get(name)!r} there, {now.get(name)!r} "
                "now): choose another folder, or --fresh to start over"
            )
