"""The run store: files in `runs/<study>/<id>/`, each written atomically."""

import contextlib
import dataclasses
import datetime
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from waza.core.errors import Error, nearest
from waza.core.files import write_whole
from waza.core.lock import held
from waza.core.sealed import sealed, sum_of, unsealed
from waza.engine.checkpoint import Checkpoint
from waza.engine.mapping import Chosen
from waza.engine.work import Outcome
from waza.study.results import as_bytes

RESULTS = "results.nc"
STUDY = "study.json"
PARTIAL = "partial"
MAPPINGS = "mappings.json"
SUMS = "checksums.json"
GROUPS = "groups"
ORIGIN = "origin"


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """One run's folder: `study.json`, while it runs `partial/`, and when it is complete `results.nc`.

    `checksums.json` holds the checksum of `results.nc`; the other JSON files hold their own. The first versions wrote
    no checksums.
    """

    path: Path

    @property
    def complete(self) -> bool:
        """Whether the run is complete."""
        return (self.path / RESULTS).is_file()

    @property
    def _sums(self) -> Path:
        return self.path / SUMS

    @property
    def _remedy(self) -> str:
        return f"delete the folder {self.path} and run the study again"

    def settings(self) -> dict[str, Any]:
        """What `study.json` holds.

        Raises:
            Error: it cannot be read, or has changed since it was written.
        """
        try:
            read = unsealed((self.path / STUDY).read_bytes())
            read.check(self.path)
        except (OSError, ValueError) as error:
            raise Error(f"{self.path / STUDY} cannot be read ({error}): delete the folder and run again") from error
        return read.facts

    def results(self) -> xr.Dataset:
        """The stored results."""
        path = self.path / RESULTS
        if not path.is_file():
            raise Error(f"the run {self.path} is not complete: run the study again to resume it")
        try:
            if self._sums.is_file():
                unsealed(self._sums.read_bytes()).check(self.path)
            results = xr.load_dataset(path, engine="scipy")
        except Exception as error:  # SciPy's reader raises whatever the damage leads to
            raise Error(f"{path} is damaged: {self._remedy}") from error
        results.attrs["folder"] = str(self.path)  # where it lies now
        return results

    def finish(self, results: xr.Dataset) -> None:
        """Write the results and their checksum, then remove the checkpoints."""
        content = as_bytes(results)
        write_whole(self._sums, sealed({}, {RESULTS: sum_of(content)}))
        write_whole(self.path / RESULTS, content)
        shutil.rmtree(self.path / PARTIAL, ignore_errors=True)

    def checkpoint(self, name: str) -> Checkpoint:
        """The checkpoint of a unit of work, from which a run that was cut off goes on."""
        return Checkpoint(self.path / PARTIAL / f"{name}.safetensors", self._remedy)

    def keep_finished(self, unit: str, outcome: Outcome, origin: Mapping[str, Any] | None) -> None:
        """Keep a finished unit of work and where it was computed, in place of its checkpoint.

        Raises:
            Error: the file cannot be written.
        """
        content, path = outcome.to_bytes(), self.path / PARTIAL / f"{unit}.outcome"
        write_whole(path, content)
        write_whole(path.with_suffix(".json"), sealed({ORIGIN: origin}, {path.name: sum_of(content)}))
        self.checkpoint(unit).path.unlink(missing_ok=True)

    def finished(self, unit: str) -> tuple[Outcome, Mapping[str, Any] | None] | None:
        """What `keep_finished` kept; None where nothing was.

        Raises:
            Error: a file is damaged.
        """
        path = self.path / PARTIAL / f"{unit}.json"
        if not path.is_file():
            return None
        try:
            read = unsealed(path.read_bytes())
            read.check(path.parent)
            return Outcome.from_bytes(path.with_suffix(".outcome").read_bytes()), read.facts[ORIGIN]
        except (OSError, ValueError, KeyError) as error:
            raise Error(f"{path} is damaged: {self._remedy}") from error

    def save_mappings(self, chosen: Sequence[Chosen]) -> None:
        """Keep how the groups' trials are mapped over: a resumed run must use the same mappings."""
        described = [dataclasses.asdict(one) for one in chosen]
        write_whole(self.path / PARTIAL / MAPPINGS, sealed({GROUPS: described}))

    def load_mappings(self) -> list[Chosen] | None:
        """What `save_mappings` kept; None where nothing was.

        Raises:
            Error: the file is damaged.
        """
        path = self.path / PARTIAL / MAPPINGS
        if not path.is_file():
            return None
        try:
            read = unsealed(path.read_bytes())
            read.check(path.parent)
            return [Chosen(**one) for one in read.facts[GROUPS]]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise Error(f"{path} is damaged: {self._remedy}") from error

    def held(self) -> contextlib.AbstractContextManager[bool]:
        """Lock the run for this process; False if another process has it. The lock of a killed process is released."""
        return held(self.path)


def begin(runs: Path, study: str, settings: Mapping[str, Any]) -> RunFolder:
    """A new run's folder, with its settings written."""
    now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = RunFolder(runs / study / f"{now}-{secrets.token_hex(2)}")
    write_whole(folder.path / STUDY, sealed(settings))
    return folder


def unfinished(runs: Path, study: str, fingerprint: str) -> list[RunFolder]:
    """Unfinished runs of the same study with the same settings, newest first."""
    return [
        folder
        for folder in folders(runs, study)
        if not folder.complete and folder.settings().get("fingerprint") == fingerprint
    ]


def folders(runs: Path, study: str) -> list[RunFolder]:
    """All runs of a study, newest first; of those that began in the same second, the last written first."""

    def begun(path: Path) -> tuple[str, int]:
        try:
            written = (path / STUDY).stat().st_mtime_ns
        except FileNotFoundError:  # removed meanwhile
            written = 0
        return path.name.rpartition("-")[0], written

    try:
        paths = sorted((path for path in (runs / study).iterdir() if (path / STUDY).is_file()), key=begun, reverse=True)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [RunFolder(path) for path in paths]


def find(runs: Path, name: str) -> RunFolder:
    """A run by its folder, by its id, or the newest complete one of a study by the study's name."""
    given = Path(name)
    if (given / STUDY).is_file():
        return RunFolder(given)
    complete = [folder for folder in folders(runs, name) if folder.complete]
    if complete:
        return complete[0]
    studies = sorted(path.name for path in runs.iterdir() if path.is_dir()) if runs.is_dir() else []
    for study in studies:
        for folder in folders(runs, study):
            if folder.path.name == name:
                return folder
    if name in studies:
        raise Error(f"no run of {name!r} in {runs} is complete: `waza run {name}` resumes it")
    raise Error(f"no run {name!r} in {runs}; give a run's folder, its id or a study's name: {nearest(name, studies)}")
