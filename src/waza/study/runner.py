"""Run a study whose settings are fixed: units of work through an executor, results and their attributes."""

import contextlib
import dataclasses
import datetime
import math
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import xarray as xr

from waza.core.errors import Damaged, Error
from waza.engine.checkpoint import Checkpoint
from waza.engine.code import code_of
from waza.engine.describe import describe, fingerprint
from waza.engine.devices import mesh
from waza.engine.executors import Executor, InProcess
from waza.engine.machine import machine, revision, summed, versions
from waza.engine.mapping import MEASURED
from waza.engine.training import Keep, Plan
from waza.engine.watch import Watch
from waza.engine.work import Outcome, Trials, Unit
from waza.study import store
from waza.study.assembly import assemble, rows_of
from waza.study.edited import check_unedited
from waza.study.kept import KEPT, kept_trials, write_kept
from waza.study.progress import tell_watch
from waza.study.record import RunRecord
from waza.study.rules import rule_digests
from waza.study.study import Study
from waza.study.tuning import Choice


class Request(NamedTuple):
    """How a study is to be run.

    Args:
        runs: the folder of the run store; None keeps nothing.
        watch: receives progress events, and may ask to stop.
        fresh: start over even where an unfinished run could be continued.
        until: is called with the results after each block of seeds; True ends the run.
        stopping: why there are not more seeds, where claims decide that.
        choices: what tuning chose.
        asked: the digest of the study before anything was tuned; the run's own fingerprint where it is empty.
        keep: which variables are kept of each trial: "best", "last" or None for none.
        executor: computes the units of work.
    """

    runs: Path | str | None
    watch: Watch
    fresh: bool = False
    until: Callable[[xr.Dataset], bool] | None = None
    stopping: str = ""
    choices: tuple[Choice, ...] = ()
    asked: str = ""
    keep: Keep | None = None
    executor: Executor | None = None


def run_fixed(study: Study, request: Request) -> xr.Dataset:
    """Run a study whose settings are all fixed; see `waza.study.run`."""
    devices = mesh().size
    settings = settings_of(study, request.keep) | _notes(request)
    while True:
        with _folder(study, settings, request) as (folder, begun_before):
            try:
                results = _run(study, devices, folder, request, settings)
            except Damaged as error:
                if folder is None or not begun_before:
                    raise
                damage = error
            else:
                if folder is not None:
                    results.attrs["folder"] = str(folder.path)
                    folder.finish(results)
                return results
        folder.move_aside(damage, partial(tell_watch, request.watch, "aside"))


def settings_of(study: Study, keep: Keep | None = None) -> dict[str, Any]:
    """What is written into `study.json`; the fingerprint covers everything that the stored run depends on."""
    code = code_of(study.variants)
    decisive = {
        "study": study.name,
        "variants": {name: describe(learner) for name, learner in study.variants.items()},
        "data": describe(jax.tree.leaves(study.data)),
        **({} if study.pool is None else {"pool": describe(jax.tree.leaves(study.pool))}),
        **{name: getattr(study, name) for name in ("seeds", "first_seed", "steps", "evaluate_every", "block")},
        "devices": mesh().size,
        "versions": versions(),
        "code_digest": fingerprint(code),
    }
    asked = fingerprint(decisive)
    return {
        **decisive,
        "code": code,
        "baseline": study.baseline,
        "measure": study.measure,
        "machine": machine(),
        "revision": revision(),
        "started": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "fingerprint": asked if keep is None else fingerprint([asked, keep]),
        "asked": asked,
    }


def _notes(request: Request) -> dict[str, Any]:
    """What `study.json` says beside the settings, where there is something to say."""
    choices = [dataclasses.asdict(choice) for choice in request.choices]
    return {
        **({"asked": request.asked} if request.asked else {}),
        **({"stopping": request.stopping} if request.stopping else {}),
        **({"tuning": choices} if choices else {}),
    }


@contextlib.contextmanager
def _folder(study: Study, settings: dict, request: Request) -> Iterator[tuple[store.RunFolder | None, bool]]:
    """The run's folder, held for this process, and whether it is one that was cut off.

    Raises:
        Error: another process computes the same.
    """
    if request.runs is None:
        yield None, False
        return
    runs = Path(request.runs)
    with contextlib.ExitStack() as kept:
        with store.study_folder(runs, study.name):
            store.tidy(runs, study.name, partial(tell_watch, request.watch, "aside"))
            folder = None if request.fresh else _unfinished(runs, study.name, settings, kept)
            begun_before = folder is not None
            if folder is None:
                if not request.fresh:
                    check_unedited(runs, study.name, settings)
                folder = store.begin(runs, study.name, settings)
                kept.enter_context(folder.held())
        yield folder, begun_before


def _unfinished(runs: Path, study: str, settings: dict, kept: contextlib.ExitStack) -> store.RunFolder | None:
    """The newest run of these settings that was cut off, held for this process."""
    for folder in store.unfinished(runs, study, settings["fingerprint"]):
        if not kept.enter_context(folder.held()):
            raise Error(
                f"another process is computing this run in {folder.path}: wait for it, choose another folder with "
                "--runs, or compute it twice with --fresh (in Python runs=, fresh=True)"
            )
        return folder
    return None


def _run(study: Study, devices: int, folder: store.RunFolder | None, request: Request, settings: dict) -> xr.Dataset:
    begun, watch, rules = time.perf_counter(), request.watch, rule_digests(study.claims)
    executor = request.executor or InProcess()
    trials = trials_of(study, devices, request.keep)
    chosen = folder.load_mappings() if folder else None
    if chosen is None:
        chosen = executor.mappings(trials, None if study.mapping == MEASURED else study.mapping, watch)
        if folder is not None:
            folder.save_mappings(chosen)
    compiled_at = time.perf_counter()

    def checkpoint_of(unit: Unit) -> Checkpoint | None:
        return folder.checkpoint(unit.name) if folder else None

    blocks, groups = math.ceil(study.seeds / study.block), trials.groups
    watch.training(max(study.steps, 1) * blocks * len(groups))
    outcomes: dict[Unit, Outcome] = {}
    origins: dict[Unit, Mapping[str, Any] | None] = {}
    chance = {name: float(level) for name, level in study.variants[study.baseline].chance(study.data).items()}
    together = 1 if request.until is not None else blocks  # blocks between two looks at the results
    for first in range(0, blocks, together):
        numbers = range(first, min(first + together, blocks))
        units = [Unit(block, g, chosen[g].how) for block in numbers for g in range(len(groups))]
        for unit in units:
            known = folder.finished(unit.name) if folder else None
            if known is not None:
                outcomes[unit], origins[unit] = known
                watch.advance(max(study.steps, 1))
        left = [unit for unit in units if unit not in outcomes]
        for unit, outcome in executor.run(trials, left, checkpoint_of, watch) if left else ():
            outcomes[unit], origins[unit] = outcome, executor.origin_of(unit)
            if folder is not None:
                folder.keep_finished(unit.name, outcome, origins[unit])
        for unit in units:
            if unit not in outcomes:
                raise Error(f"{type(executor).__name__}.run gave no outcome for {unit}; expected one for each unit")
        if request.until is not None and first + together < blocks:
            results = assemble(study, trials, outcomes)
            looked_at = RunRecord(
                measures=study.measures,
                chance=chance,
                trained=study.trained,
                block=study.block,
                overlap=study.overlap,
                stopping=request.stopping,
            )
            results.attrs |= looked_at.to_attrs()
            if request.until(results):
                break
    watch.trained()
    trained_at = time.perf_counter()

    results = assemble(study, trials, outcomes)
    names = list(study.variants)
    record = RunRecord(
        study=study.name,
        baseline=study.baseline,
        measure=study.measure,
        measures=study.measures,
        settings=settings["variants"],
        tuning=request.choices,
        mapping={names[i]: one for one, group in zip(chosen, groups, strict=True) for i in group},
        chance=chance,
        data_name=str(getattr(study.data, "name", "")),
        rows=rows_of(study.data),
        seeds=results.sizes["seed"],
        machines=summed(one or settings["machine"] for one in origins.values()) if any(origins.values()) else (),
        **{name: getattr(study, name) for name in ("first_seed", "steps", "evaluate_every", "block")},
        **{name: settings[name] for name in ("devices", "versions", "machine", "revision", "started")},
        **{name: settings[name] for name in ("fingerprint", "asked")},
        stopping=request.stopping,
        rules=rules,
        trained=study.trained,
        splits="per seed" if study.splits == "per seed" or study.overlap else "",
        overlap=study.overlap,
        seconds={
            "compile": compiled_at - begun,
            "train": trained_at - compiled_at,
            "total": time.perf_counter() - begun,
        },
    )
    results.attrs = record.to_attrs()
    kept = kept_trials(study, trials, outcomes)
    if folder is not None:
        write_kept(folder.path, names, kept)
    elif kept:
        results.attrs[KEPT] = kept
    return results


def trials_of(study: Study, devices: int, keep: Keep | None = None) -> Trials:
    """The trials of a study, as the engine computes them."""
    measure = study.selection if keep == "best" else None
    plan = Plan(steps=study.steps, evaluate_every=study.evaluate_every, keep=keep, measure=measure)
    return Trials(study.variants, study.data, study.first_seed, study.block, plan, devices, study.pool)
