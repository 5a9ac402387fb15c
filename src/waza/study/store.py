"""The run store: files in `runs/<study>/<id>/`, each written atomically.

A run that cannot be read keeps its place until its study is run again: then it is moved aside, as `<id>.damaged`.
"""

import contextlib
import dataclasses
import datetime
import io
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import xarray as xr

from waza.core.errors import Damaged, Error, nearest
from waza.core.files import check_path, remove_orphans, unwritable, write_whole
from waza.core.lock import held
from waza.core.plain import NotPlain, check_folders, is_there, read_plain
from waza.core.sealed import damaged, read_record, sealed, sum_of
from waza.engine.checkpoint import Checkpoint
from waza.engine.mapping import Chosen
from waza.engine.work import Outcome
from waza.study.results import as_bytes
from waza.study.settings import Settings
from waza.study.stored_results import checked_results

RESULTS = "results.nc"
STUDY = "study.json"
PARTIAL = "partial"
MAPPINGS = "mappings.json"
SUMS = "checksums.json"
KEPT, MODEL = "kept", "model"
PAGE, VERDICTS = "report.html", "verdicts.json"
ASIDE = ".damaged"
LARGEST_RESULTS = 2**34  # bytes
ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
Told = Callable[..., None]  # is called with aside=, why=: where a damaged run is now, and what is wrong in it


class Mappings(TypedDict):
    """What `mappings.json` holds."""

    groups: list[Chosen]


class Finished(TypedDict):
    """What is written beside a finished unit's outcome: the machine that computed it; None for this process."""

    origin: Mapping[str, Any] | None


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
        return is_there(self.path / RESULTS)

    @property
    def reported(self) -> bool:
        """Whether the report was made, which is the last step of `waza run` and `waza compare`."""
        return is_there(self.path / PAGE) and is_there(self.path / VERDICTS)

    @property
    def _sums(self) -> Path:
        return self.path / SUMS

    @property
    def _remedy(self) -> str:
        return f"run the study again, or delete the folder {self.path}"

    def settings(self) -> Settings:
        """What `study.json` holds.

        Raises:
            Damaged: it cannot be read, or has changed since it was written.
        """
        settings: Settings = read_record(self.path / STUDY, Settings, self._remedy)
        return settings

    def results(self) -> xr.Dataset:
        """The stored results.

        Raises:
            Damaged: they cannot be read, have changed since they were written, or are no results of trials.
            Error: the run is not complete.
        """
        path = self.path / RESULTS
        if not self.complete:
            raise Error(f"the run {self.path} is not complete: run the study again to resume it")
        if is_there(self._sums):
            read_record(self._sums, dict, self._remedy)
        try:
            content = io.BytesIO(read_plain(path, LARGEST_RESULTS))  # a file that SciPy cannot read would stay open
            results = checked_results(xr.load_dataset(content, engine="scipy"))
        except NotPlain:
            raise
        except Exception as error:  # SciPy's reader raises whatever the damage leads to
            raise damaged(path, error, self._remedy) from error
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
        write_whole(path.with_suffix(".json"), sealed({"origin": origin}, {path.name: sum_of(content)}))
        self.checkpoint(unit).path.unlink(missing_ok=True)

    def finished(self, unit: str) -> tuple[Outcome, Mapping[str, Any] | None] | None:
        """What `keep_finished` kept; None where nothing was.

        Raises:
            Damaged: a file is damaged.
        """
        path = self.path / PARTIAL / f"{unit}.json"
        if not is_there(path):
            return None
        origin = read_record(path, Finished, self._remedy)["origin"]
        outcome = path.with_suffix(".outcome")
        try:
            return Outcome.from_bytes(read_plain(outcome, LARGEST_RESULTS)), origin
        except (OSError, Error) as error:
            raise damaged(outcome, error, self._remedy) from error

    def save_mappings(self, chosen: Sequence[Chosen]) -> None:
        """Keep how the groups' trials are mapped over: a resumed run must use the same mappings."""
        described = [dataclasses.asdict(one) for one in chosen]
        write_whole(self.path / PARTIAL / MAPPINGS, sealed({"groups": described}))

    def load_mappings(self) -> list[Chosen] | None:
        """What `save_mappings` kept; None where nothing was.

        Raises:
            Damaged: the file is damaged.
        """
        path = self.path / PARTIAL / MAPPINGS
        return list(read_record(path, Mappings, self._remedy)["groups"]) if is_there(path) else None

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Lock the run for this process; False if another process has it. The lock of a killed process is released.

        Raises:
            NotPlain: the lock or a folder in it is a link, or something else that waza did not write.
        """
        check_folders(self.path, (PARTIAL, KEPT, MODEL))
        with held(self.path) as mine:
            yield mine

    def tidy(self) -> None:
        """Remove what processes that were killed have left: unfinished files, and the checkpoints of a complete run."""
        with self.held() as mine:
            if not mine:
                return
            for folder in (self.path, self.path / PARTIAL, self.path / KEPT, self.path / MODEL):
                remove_orphans(folder)
            if self.complete:
                shutil.rmtree(self.path / PARTIAL, ignore_errors=True)

    def move_aside(self, why: Damaged, told: Told) -> bool:
        """Give a damaged run another name, under which it is listed and not used; False if another process has it.

        Raises:
            Error: it cannot be renamed.
        """
        aside = self.path.with_name(self.path.name + ASIDE)
        try:
            with contextlib.suppress(NotPlain), self.held() as mine:
                if not mine:
                    return False
            self.path.rename(aside)
        except OSError as error:
            raise unwritable(aside, error) from error
        told(aside=aside, why=why)
        return True


@contextlib.contextmanager
def study_folder(runs: Path, study: str) -> Iterator[Path]:
    """The folder of a study's runs, held for this process while it looks for a run or begins one.

    Raises:
        Error: the folder cannot be written, or is a link.
    """
    folder = check_path(runs / study)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    check_folders(runs, [study])
    with held(folder, wait=True):
        yield folder


def begin(runs: Path, study: str, settings: Mapping[str, Any]) -> RunFolder:
    """A new run's folder, with its settings written."""
    now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = RunFolder(runs / study / f"{now}-{secrets.token_hex(2)}")
    write_whole(check_path(folder.path) / STUDY, sealed(settings))
    return folder


def tidy(runs: Path, study: str, told: Told) -> None:
    """Move the runs of a study aside that cannot be read, and remove what killed processes have left.

    A run of which the first file was never written is removed. The study's folder is held (`study_folder`).
    """
    for path in _run_paths(runs, study):
        folder = RunFolder(path)
        if not is_there(path / STUDY):
            if ID.fullmatch(path.name):
                remove_orphans(path)
                with contextlib.suppress(OSError):  # something else is in it
                    path.rmdir()
            continue
        try:
            folder.tidy()
            folder.settings()
        except Damaged as error:
            folder.move_aside(error, told)
        except Error:  # one that may be read and not written
            continue


def readable(runs: Path, study: str) -> list[tuple[RunFolder, Settings]]:
    """The runs of a study whose settings can be read, newest first."""
    found = []
    for folder in folders(runs, study):
        with contextlib.suppress(Damaged):
            found.append((folder, folder.settings()))
    return found


def unfinished(runs: Path, study: str, fingerprint: str) -> list[RunFolder]:
    """Unfinished runs of the same study with the same settings, newest first."""
    return [
        folder
        for folder, settings in readable(runs, study)
        if not folder.complete and settings.get("fingerprint") == fingerprint
    ]


def folders(runs: Path, study: str) -> list[RunFolder]:
    """All runs of a study, newest first; of those that began in the same second, the last written first.

    Links are left out, and runs that were moved aside.
    """

    def begun(path: Path) -> tuple[str, int]:
        try:
            written = (path / STUDY).lstat().st_mtime_ns
        except FileNotFoundError:  # removed meanwhile
            written = 0
        return path.name.rpartition("-")[0], written

    paths = [path for path in _run_paths(runs, study) if is_there(path / STUDY)]
    return [RunFolder(path) for path in sorted(paths, key=begun, reverse=True)]


def _run_paths(runs: Path, study: str) -> list[Path]:
    """The folders in a study's folder, neither links nor moved aside."""
    try:
        paths = [] if (runs / study).is_symlink() else list((runs / study).iterdir())
        return [path for path in paths if stat.S_ISDIR(path.lstat().st_mode) and not path.name.endswith(ASIDE)]
    except OSError:  # missing, no folder, a name that is too long, or removed meanwhile
        return []


def find(runs: Path, name: str) -> RunFolder:
    """A run by its folder, by its id, or the newest complete one of a study by the study's name.

    Of a study's runs, one that can be read goes before a newer one that is damaged.
    """
    given = Path(name)
    if is_there(given / STUDY):
        return RunFolder(given)
    complete = [folder for folder in folders(runs, name) if folder.complete]
    for folder in complete:
        with contextlib.suppress(Damaged):
            folder.results()
            return folder
    if complete:
        return complete[0]
    studies = sorted(path.name for path in check_path(runs).iterdir() if path.is_dir()) if is_there(runs) else []
    for study in studies:
        for folder in folders(runs, study):
            if folder.path.name == name:
                return folder
    if name in studies:
        raise Error(f"no run of {name!r} in {runs} is complete: `waza run {name}` resumes it")
    raise Error(f"no run {name!r} in {runs}; give a run's folder, its id or a study's name: {nearest(name, studies)}")
