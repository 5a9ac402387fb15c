"""What waza keeps: runs of studies and comparisons in the folder of runs, and models in folders of this directory."""

import contextlib
import dataclasses
import datetime
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from waza import curriculum
from waza.core.errors import Damaged, Error, nearest
from waza.core.files import check_path, is_temporary
from waza.core.lock import LOCK, held
from waza.core.plain import check_plain, is_there
from waza.core.sealed import read_record

STUDY, RESULTS, TRAINED, MODEL, SUMS = "study.json", "results.nc", "fit.json", "model.json", "checksums.json"
TUNING, COMPARISON = (".tuning", ".widened", ".settings"), "compare-"
ASIDE = ".damaged"  # ends the name of a run that was moved aside
ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}(\.damaged)?")
State = Literal["complete", "unfinished", "damaged"]
# The files that waza writes into these folders; others stay where they are.
RUN_FILES = (STUDY, RESULTS, SUMS, "report.html", "verdicts.json", LOCK)
MODEL_FILES = (
    *(TRAINED, MODEL, "variables.safetensors", "history.json", "result.json", "checkpoint.safetensors"),
    *("report.html", LOCK),
)
INNER = {
    "partial": ("*.safetensors", "*.json"),
    "kept": ("variant*.safetensors",),
    "model": MODEL_FILES,
    "events": ("events.*",),
}


@dataclasses.dataclass(frozen=True)
class Kept:
    """A folder that waza wrote.

    Args:
        path: of the folder.
        name: of the study, or the folder of a model.
        kind: "study", "own study", "comparison", "tuning" or "model".
        state: whether the run or the training has ended, or cannot be read.
    """

    path: Path
    name: str
    kind: str
    state: State

    @property
    def complete(self) -> bool:
        """Whether the run or the training has ended, and can be read."""
        return self.state == "complete"

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return sum(file.lstat().st_size for file in _files(self.path))

    @property
    def date(self) -> datetime.datetime:
        """When its last file was written."""
        files = [file.lstat().st_mtime for file in _files(self.path)]
        return datetime.datetime.fromtimestamp(max(files, default=self.path.lstat().st_mtime))

    def remove(self) -> list[Path]:
        """Remove the files that waza wrote, and the folder if nothing else is in it; returns what else is in it.

        Raises:
            Error: another process works in it.
        """
        with _held(self.path) as mine:
            if not mine:
                raise Error(f"another process is working in {self.path}: wait for it, or stop it")
            names: Sequence[str] = MODEL_FILES if self.kind == "model" else RUN_FILES
            for inner, patterns in INNER.items():
                folder = self.path / inner
                if folder.is_symlink():
                    folder.unlink()
                elif folder.is_dir():
                    _remove(file for pattern in patterns for file in folder.glob(pattern))
                    _remove_unfinished(folder)
                    _remove_empty(folder)
            _remove(self.path / name for name in names)
            _remove_unfinished(self.path)
        _remove_empty(self.path)
        if self.kind != "model" and [path.name for path in self.path.parent.iterdir()] == [LOCK]:
            _remove([self.path.parent / LOCK])
        if self.kind != "model":
            _remove_empty(self.path.parent)
        return sorted(self.path.iterdir()) if self.path.is_dir() else []


def kept_runs(runs: Path) -> list[Kept]:
    """All runs in a folder of runs, by study, the newest first; links are left out."""
    studies = {exercise.name for exercise in curriculum.exercises()}
    found = []
    for study in _folders(runs):
        for folder in _folders(study):
            state = _state_of_run(folder)
            if state is not None:
                found.append(Kept(folder, study.name, _kind(study.name, studies), state))
    return sorted(sorted(found, key=lambda one: one.path.name, reverse=True), key=lambda one: one.name)


def _state_of_run(folder: Path) -> State | None:
    """The state of a run's folder; None of another folder."""
    if not is_there(folder / STUDY):
        return None
    try:
        facts = read_record(folder / STUDY, dict, "")
        if "fingerprint" not in facts:
            return None
        for name in (RESULTS, "report.html", "verdicts.json"):
            check_plain(folder / name)
        if is_there(folder / RESULTS) and is_there(folder / SUMS):
            read_record(folder / SUMS, dict, "")
    except Damaged:
        return "damaged" if ID.fullmatch(folder.name) else None
    if folder.name.endswith(ASIDE):
        return "damaged"
    return "complete" if is_there(folder / RESULTS) else "unfinished"


def kept_models(here: Path) -> list[Kept]:
    """The models and trainings in the folders of a directory; of one that is damaged, a file's own seal tells it."""
    found = []
    for folder in _folders(here):
        state = _state_of_model(folder)
        if state is not None:
            found.append(Kept(folder, str(folder), "model", state))
    return found


def _state_of_model(folder: Path) -> State | None:
    """The state of a model's folder; None of another folder. Variables are not read, which may be large."""
    fields = {TRAINED: ("version", "asked"), MODEL: ("version", "preparation")}
    there = [name for name in fields if is_there(folder / name)]
    known = []
    try:
        for name in there:
            facts = read_record(folder / name, dict, "", beside=False)
            known.append(all(field in facts for field in fields[name]))
    except Damaged:
        return "damaged" if sum(is_there(folder / name) for name in MODEL_FILES if name != LOCK) > 1 else None
    if not any(known):
        return None
    return "complete" if is_there(folder / MODEL) else "unfinished"


def asked_for(name: str, runs: Path) -> list[Kept]:
    """What has exactly this name: a folder, the id of a run, or all runs of a study with those of its tuning.

    Raises:
        Error: nothing has; nothing is guessed.
    """
    every = kept_runs(runs)
    given = Path(name)
    if check_path(given).is_dir() and len(given.parts) > 0 and not given.is_symlink():
        inside = [one for one in every if one.path.resolve() == given.resolve()]
        models = [one for one in kept_models(given.parent) if one.path.resolve() == given.resolve()]
        if inside or models:
            return inside or models
    found = [one for one in every if name == one.path.name] or [
        one for one in every if one.name in (name, *(f"{name}{ending}" for ending in TUNING))
    ]
    if not found:
        known = [*dict.fromkeys(one.name for one in every), *(one.path.name for one in every)]
        raise Error(
            f"nothing that waza keeps is called {name!r} in {runs}: {nearest(name, known)} (see: waza runs list)"
        )
    return found


def size_text(size: int) -> str:
    """A number of bytes as a text.

    >>> size_text(900), size_text(1_400_000)
    ('0.9 kB', '1.4 MB')
    """
    for unit, of in (("GB", 1e9), ("MB", 1e6)):
        if size >= of:
            return f"{size / of:.1f} {unit}"
    return f"{size / 1e3:.1f} kB"


def _kind(name: str, studies: Iterable[str]) -> str:
    if name.endswith(TUNING):
        return "tuning"
    if name.startswith(COMPARISON):
        return "comparison"
    return "study" if name in studies else "own study"


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder, by name, without links; none where it is missing or cannot be read."""
    try:
        return [path for path in sorted(folder.iterdir()) if stat.S_ISDIR(path.lstat().st_mode)]
    except OSError:
        return []


def _files(folder: Path) -> Iterator[Path]:
    """The plain files in a folder and below."""
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # removed meanwhile
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Lock a folder; a lock that is no plain file, which nobody can hold, is removed."""
    if (folder / LOCK).is_symlink() or (is_there(folder / LOCK) and not (folder / LOCK).is_file()):
        (folder / LOCK).unlink()
    with held(folder) as mine:
        yield mine


def _remove_unfinished(folder: Path) -> None:
    """Remove what `write_whole` has not finished."""
    _remove(path for path in folder.iterdir() if is_temporary(path.name))


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        if is_there(file) and not stat.S_ISDIR(file.lstat().st_mode):
            file.unlink()


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
