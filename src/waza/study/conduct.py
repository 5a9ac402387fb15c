"""Conduct a study: choose its nuisance settings, run it, and add seeds until its claims are decided."""

import dataclasses
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from waza.core.errors import Damaged, Error, missing_methods
from waza.core.files import check_path
from waza.core.memory import enough_memory
from waza.data.arrays import say
from waza.engine.describe import describe, fingerprint
from waza.engine.devices import mesh
from waza.engine.executors import Executor
from waza.engine.returned import check_chance, check_returned
from waza.engine.training import Keep
from waza.engine.watch import Watch
from waza.learners.given import check_pieces, checked_data
from waza.study import store
from waza.study.deciding import UNTIL_DECIDED, decide
from waza.study.nested import tuned_by_seed
from waza.study.progress import announce_phases, begin_phase, tell_watch, watched
from waza.study.record import record_of
from waza.study.rehearsal import rehearse
from waza.study.runner import Request, run_fixed, settings_of, trials_of
from waza.study.settings import Settings
from waza.study.study import Study
from waza.study.tuning import choose

REMEDY = "give smaller batches, a smaller model, or fewer seeds a block"
TUNING, TRIALS, TOGETHER = "tuning", "trials", "tuning and trials"  # phases


def run(
    study: Study,
    runs: Path | str | None = None,
    watch: Watch | None = None,
    fresh: bool = False,
    max_seeds: int | None = None,
    keep: Keep | None = None,
    executor: Executor | None = None,
) -> xr.Dataset:
    """Run a study and return its results, with the dimensions (variant, seed, step) and, for probes, layer.

    Where the study has a tuning, settings are chosen first, and each variant is compared as it was given and tuned.

    Args:
        study: what to run.
        runs: the folder of the run store; None keeps nothing. A run that was cut off is continued, and ends with the
            same bits as if it had not been.
        watch: receives progress events, and may ask to stop. Without one, progress is shown on a terminal and in a
            notebook; `waza.Watch()` shows nothing.
        fresh: start over even where an unfinished run could be continued.
        max_seeds: instead of `study.seeds`, add blocks of seeds until each claim is decided, up to this number.
        keep: which variables of each trial are kept for `waza.study.variables_of`: those at the "best" evaluation by
            the learner's `selection`, or the "last"; None for none.
        executor: computes the units of work; in this process if not given.

    Raises:
        Error: a setting is wrong, or the store cannot be written.
        Interrupted: `watch` asked to stop; with a store, the same call goes on from there.

    The attributes of the results hold the settings, versions, machine and seconds.
    """
    runs = None if runs is None else check_path(runs, "runs")
    with missing_methods(), enough_memory(REMEDY), watched(study.name, watch) as watching:
        return _conducted(_checked(study), Request(runs, watching, fresh, keep=keep, executor=executor), max_seeds)


def _conducted(study: Study, request: Request, max_seeds: int | None) -> xr.Dataset:
    """Choose the settings that are tuned, then run the study."""
    trials_of(study, mesh().size, request.keep)  # what cannot be kept is refused before settings are chosen
    rehearse(study, lambda study: trials_of(study, mesh().size))
    if max_seeds is not None:
        if study.tuning is not None and study.tuning.nested:
            raise Error(f"{study.name!r} is tuned in each seed, for all of its seeds: give no limit to deciding")
        if not study.claims:
            raise Error(f"{study.name!r} has no claims: give a number of seeds, not a limit to deciding")
        study = dataclasses.replace(study, seeds=max_seeds)
        request = request._replace(until=partial(_decided, study), stopping=UNTIL_DECIDED)
    if study.tuning is None:
        return run_fixed(study, request)
    asked = asked_of(study)
    if study.tuning.nested:
        announce_phases(request.watch, [TOGETHER])
        begin_phase(request.watch, TOGETHER)
        return _stored(study, tuned_by_seed(study, lambda sweep: _once(sweep, request)), asked, request)
    announce_phases(request.watch, [TUNING, TRIALS])
    begin_phase(request.watch, TUNING)
    compared, choices = choose(study, lambda sweep: _once(sweep, request))
    begin_phase(request.watch, TRIALS)
    return run_fixed(compared, request._replace(choices=choices, asked=asked))


def _stored(study: Study, results: xr.Dataset, asked: str, request: Request) -> xr.Dataset:
    """The results of a nested tuning, kept in a run's folder as those of any other study."""
    if request.runs is not None:
        choices = [dataclasses.asdict(choice) for choice in record_of(results).tuning]
        settings = settings_of(dataclasses.replace(study, tuning=None)) | {"asked": asked, "tuning": choices}
        folder = store.begin(Path(request.runs), study.name, settings)
        results.attrs["folder"] = str(folder.path)
        folder.finish(results)
    return results


def _checked(study: Study) -> Study:
    """The study with data that were checked on the host; what is converted is said as a warning."""
    mesh()  # before anything else of JAX, since it chooses the number of devices
    check_pieces(study.variants, study.data)
    data, pool, notes = checked_data(study.variants, study.data, study.pool)
    check_returned(study.variants, data, study.steps)
    check_chance(study.variants[study.baseline], data)
    say(notes, 3)
    return study if data is study.data and pool is study.pool else dataclasses.replace(study, data=data, pool=pool)


def _decided(study: Study, results: xr.Dataset) -> bool:
    """Whether every part of every claim has its verdict."""
    return all(part.verdict != "undecided" for finding in decide(study.claims, results) for part in finding.parts)


def _once(study: Study, request: Request) -> xr.Dataset:
    """Run a sweep, or read it where the store has it already: the same settings give the same bits."""
    if request.runs is not None and not request.fresh:
        wanted = settings_of(study)["fingerprint"]
        found = _read(Path(request.runs), study.name, request.watch, lambda one: one.get("fingerprint") == wanted)
        if found is not None:
            return found
    return run_fixed(study, request._replace(until=None, stopping="", keep=None))


def unreported(study: Study, runs: Path | str, watch: Watch, max_seeds: int | None = None) -> xr.Dataset | None:
    """The results of the newest complete run of a study that has no report yet: `run` would compute the same again.

    Args:
        study, max_seeds: as `run` takes them.
        runs: the folder of the run store.
        watch: is told of it, and of runs that cannot be read, which are moved aside.
    """
    if all(one.reported or not one.complete for one in store.folders(Path(runs), study.name)):
        return None
    if max_seeds is not None:
        study = dataclasses.replace(study, seeds=max_seeds)
    with missing_methods():
        checked = _checked(study)
        asked, stopping = asked_of(checked), "" if max_seeds is None else UNTIL_DECIDED

    def answers(settings: Settings) -> bool:
        return settings.get("asked") == asked and settings.get("stopping", "") == stopping

    results = _read(Path(runs), study.name, watch, answers, reported=False)
    if results is not None:
        tell_watch(watch, "complete", run=results.attrs["folder"])
    return results


def _read(
    runs: Path, study: str, watch: Watch, wanted: Callable[[Settings], bool], reported: bool | None = None
) -> xr.Dataset | None:
    """The results of the newest complete run with such settings; one that is damaged is moved aside.

    Args:
        runs, study: the run store, and the study's name.
        watch: is told of what is moved aside.
        wanted: whether settings are those that are looked for.
        reported: whether the run has its report; None for either.
    """
    for folder, settings in store.readable(runs, study):
        if folder.complete and reported in (None, folder.reported) and wanted(settings):
            try:
                results = folder.results()
                folder.tidy()  # checkpoints, where the process was killed while it removed them
                return results
            except Damaged as error:
                folder.move_aside(error, partial(tell_watch, watch, "aside"))
    return None


def asked_of(study: Study, untuned: Mapping[str, Any] | None = None) -> str:
    """A digest of what a study asks, before anything is chosen: a stored run that carries it answers the study.

    Args:
        study: the study.
        untuned: the settings of the study without its tuning, where they are known.
    """
    settings = untuned or settings_of(dataclasses.replace(study, tuning=None))
    if study.tuning is None:
        return settings["fingerprint"]
    return fingerprint([settings["fingerprint"], describe(study.tuning)])
