"""What waza keeps: runs of studies and comparisons in the folder of runs, and models in folders of this directory."""

import dataclasses
import datetime
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from waza import curriculum
from waza.core.errors import Error, nearest
from waza.core.lock import held

STUDY, RESULTS, TRAINED, MODEL = "study.json", "results.nc", "fit.json", "model.json"
TUNING, COMPARISON = ".tuning", "compare-"
# The files that waza writes into these folders; others stay where they are.
RUN_FILES = (STUDY, RESULTS, "report.html", "verdicts.json", "lock")
MODEL_FILES = (
    *(TRAINED, MODEL, "variables.safetensors", "history.json", "result.json", "checkpoint.safetensors"),
    *("report.html", "lock"),
)
INNER = {"partial": ("*.safetensors", "*.json"), "model": MODEL_FILES, "events": ("events.*",)}


@dataclasses.dataclass(frozen=True)
class Kept:
    """A folder that waza wrote.

    Args:
        path: of the folder.
        name: of the study, or the folder of a model.
        kind: "study", "own study", "comparison", "tuning" or "model".
        complete: whether the run or the training has ended.
    """

    path: Path
    name: str
    kind: str
    complete: bool

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file() and not file.is_symlink())

    @property
    def date(self) -> datetime.datetime:
        """When its last file was written."""
        files = [file.stat().st_mtime for file in self.path.rglob("*") if file.is_file()]
        return datetime.datetime.fromtimestamp(max(files, default=self.path.stat().st_mtime))

    def remove(self) -> list[Path]:
        """Remove the files that waza wrote, and the folder if nothing else is in it; returns what else is in it.

        Raises:
            Error: another process works in it.
        """
        with held(self.path) as mine:
            if not mine:
                raise Error(f"another process is working in {self.path}: wait for it, or stop it")
            names: Sequence[str] = MODEL_FILES if self.kind == "model" else RUN_FILES
            for inner, patterns in INNER.items():
                folder = self.path / inner
                if folder.is_dir() and not folder.is_symlink():
                    _remove(file for pattern in patterns for file in folder.glob(pattern))
                    _remove_empty(folder)
            _remove(self.path / name for name in names)
        _remove_empty(self.path)
        if self.kind != "model":
            _remove_empty(self.path.parent)
        return sorted(self.path.iterdir()) if self.path.is_dir() else []


def kept_runs(runs: Path) -> list[Kept]:
    """All runs in a folder of runs, by study, the newest first."""
    studies = {exercise.name for exercise in curriculum.exercises()}
    found = []
    for path in sorted(runs.glob(f"*/*/{STUDY}"), key=lambda path: path.parent.name, reverse=True):
        folder = path.parent
        if folder.is_symlink() or "fingerprint" not in _facts(path):
            continue
        kind = _kind(folder.parent.name, studies)
        found.append(Kept(folder, folder.parent.name, kind, (folder / RESULTS).is_file()))
    return sorted(found, key=lambda one: one.name)


def kept_models(here: Path) -> list[Kept]:
    """The models and trainings in the folders of a directory."""
    found = {}
    for marker, fields in ((TRAINED, ("version", "asked")), (MODEL, ("version", "preparation"))):
        for path in sorted(here.glob(f"*/{marker}")):
            if not path.parent.is_symlink() and all(field in _facts(path) for field in fields):
                found[path.parent] = Kept(path.parent, str(path.parent), "model", (path.parent / MODEL).is_file())
    return list(found.values())


def asked_for(name: str, runs: Path) -> list[Kept]:
    """What has exactly this name: a folder, the id of a run, or all runs of a study with those of its tuning.

    Raises:
        Error: nothing has; nothing is guessed.
    """
    every = kept_runs(runs)
    given = Path(name)
    if given.is_dir() and len(given.parts) > 0 and not given.is_symlink():
        inside = [one for one in every if one.path.resolve() == given.resolve()]
        models = [one for one in kept_models(given.parent) if one.path.resolve() == given.resolve()]
        if inside or models:
            return inside or models
    found = [one for one in every if name == one.path.name] or [
        one for one in every if one.name in (name, f"{name}{TUNING}")
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
    if name.removesuffix(TUNING) != name:
        return "tuning"
    if name.startswith(COMPARISON):
        return "comparison"
    return "study" if name in studies else "own study"


def _facts(path: Path) -> dict[str, Any]:
    """What a JSON file holds; nothing where it is none of waza's."""
    try:
        facts = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        if file.is_symlink() or file.is_file():
            file.unlink()


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
