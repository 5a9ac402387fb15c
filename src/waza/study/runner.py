"""Run a study whose settings are fixed: units of work through an executor, results and their attributes."""

import contextlib
import dataclasses
import datetime
import json
import math
import time
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import xarray as xr

from waza.engine.checkpoint import Checkpoint
from waza.engine.code import code_of
from waza.engine.describe import describe, fingerprint
from waza.engine.devices import mesh
from waza.engine.executors import Executor, InProcess
from waza.engine.machine import machine, revision, versions
from waza.engine.mapping import MEASURED
from waza.engine.training import Keep, Plan
from waza.engine.watch import Watch
from waza.engine.work import Outcome, Trials, Unit
from waza.study import store
from waza.study.assembly import assemble
from waza.study.study import Study


class Request(NamedTuple):
    """How a study is to be run.

    Args:
        runs: the folder of the run store; None keeps nothing.
        watch: receives progress events, and may ask to stop.
        fresh: start over even where an unfinished run could be continued.
        until: is called with the results after each block of seeds; True ends the run.
        notes: further attributes of the results.
        keep: which variables are kept of each trial: "best", "last" or None for none.
        executor: computes the units of work.
    """

    runs: Path | str | None
    watch: Watch
    fresh: bool = False
    until: Callable[[xr.Dataset], bool] | None = None
    notes: Mapping[str, str] = types.MappingProxyType({})
    keep: Keep | None = None
    executor: Executor | None = None


def run_fixed(study: Study, request: Request) -> xr.Dataset:
    """Run a study whose settings are all fixed; see `waza.study.run`."""
    devices = mesh().size
    settings = settings_of(study, request.notes)
    with _folder(study, settings, request) as folder:
        results = _run(study, devices, folder, request, settings)
        if folder is not None:
            results.attrs["folder"] = str(folder.path)
            folder.finish(results)
    return results


def settings_of(study: Study, notes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What is written into `study.json`; the fingerprint covers all that the numbers depend on."""
    code = code_of(study.variants)
    decisive = {
        "study": study.name,
        "variants": {name: describe(learner) for name, learner in study.variants.items()},
        "data": describe(jax.tree.leaves(study.data)),
        **{name: getattr(study, name) for name in ("seeds", "first_seed", "steps", "evaluate_every", "block")},
        "devices": mesh().size,
        "versions": versions(),
        "code_digest": fingerprint(code),
    }
    digest = fingerprint(decisive)
    return {
        **decisive,
        "code": code,
        "baseline": study.baseline,
        "measure": study.measure,
        "machine": machine(),
        "revision": revision(),
        "started": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "fingerprint": digest,
        "asked": digest,
        **(notes or {}),
    }


@contextlib.contextmanager
def _folder(study: Study, settings: dict, request: Request) -> Iterator[store.RunFolder | None]:
    """The run's folder, held for this process: one that was cut off, or a new one."""
    if request.runs is None:
        yield None
        return
    runs = Path(request.runs)
    found = [] if request.fresh else store.unfinished(runs, study.name, settings["fingerprint"])
    for folder in found:
        with folder.held() as mine:
            if mine and not folder.complete:
                yield folder
                return
    folder = store.begin(runs, study.name, settings)
    with folder.held():
        yield folder


def _run(study: Study, devices: int, folder: store.RunFolder | None, request: Request, settings: dict) -> xr.Dataset:
    begun, watch = time.perf_counter(), request.watch
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
    together = 1 if request.until is not None else blocks  # blocks between two looks at the results
    for first in range(0, blocks, together):
        numbers = range(first, min(first + together, blocks))
        units = [Unit(block, g, chosen[g].how) for block in numbers for g in range(len(groups))]
        outcomes |= dict(executor.run(trials, units, checkpoint_of, watch))
        if request.until is not None and first + together < blocks:
            results = assemble(study, trials, outcomes)
            results.attrs |= dict(request.notes)
            if request.until(results):
                break
    trained_at = time.perf_counter()

    results = assemble(study, trials, outcomes)
    settings = {**settings, "seeds": results.sizes["seed"]}
    results.attrs |= {
        name: value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)
        for name, value in settings.items()
        if name not in ("variants", "data")
    }
    names = list(study.variants)
    results.attrs |= {
        "settings": json.dumps(settings["variants"], ensure_ascii=False),
        "mapping": json.dumps(
            {names[i]: dataclasses.asdict(one) for one, group in zip(chosen, groups, strict=True) for i in group}
        ),
        "compile_seconds": compiled_at - begun,
        "train_seconds": trained_at - compiled_at,
        "total_seconds": time.perf_counter() - begun,
    }
    return results


def trials_of(study: Study, devices: int, keep: Keep | None = None) -> Trials:
    """The trials of a study, as the engine computes them."""
    measure = None if keep is None else study.selection
    plan = Plan(steps=study.steps, evaluate_every=study.evaluate_every, keep=keep, measure=measure)
    return Trials(study.variants, study.data, study.first_seed, study.block, plan, devices)
