"""Run a study: blocks of seeds, groups of variants, segments of steps."""

import contextlib
import dataclasses
import datetime
import json
import math
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import xarray as xr

from waza.engine import structure
from waza.engine.describe import describe, fingerprint
from waza.engine.devices import mesh
from waza.engine.machine import machine, revision, versions
from waza.engine.mapping import MEASURED, TIMED_HOWS, Chosen, How, seconds_a_step
from waza.engine.pace import Pace
from waza.engine.program import Program
from waza.engine.watch import Interrupted, Watch
from waza.learners import Learner
from waza.nn import Conv2d, RecurrentLayer
from waza.study import store
from waza.study.study import Study


class Unit(NamedTuple):
    """A piece of work: a block of seeds of a group of variants."""

    block: int
    group: int

    @property
    def name(self) -> str:
        """The name under which it is kept."""
        return f"block{self.block}-group{self.group}"


class Outcome(NamedTuple):
    """A finished unit: measures by path of the shape (evaluation, seed, variant), and where trials diverged."""

    measures: dict[str, np.ndarray]
    diverged_at: np.ndarray


class Request(NamedTuple):
    """How a study is to be run.

    Args:
        runs: the folder of the run store; None keeps nothing.
        watch: is told of progress, and may ask to stop.
        fresh: start anew even where an unfinished run could be gone on with.
        until: looks at the results after each block of seeds; True ends the run.
        notes: further attributes of the results.
    """

    runs: Path | str | None
    watch: Watch
    fresh: bool = False
    until: Callable[[xr.Dataset], bool] | None = None
    notes: Mapping[str, str] = types.MappingProxyType({})


def run_fixed(study: Study, request: Request) -> xr.Dataset:
    """Run a study whose settings are all fixed; see `waza.study.run`."""
    devices = mesh()
    settings = settings_of(study, request.notes)
    with _folder(study, settings, request) as folder:
        results = _run(study, devices, folder, request, settings)
        if folder is not None:
            results.attrs["folder"] = str(folder.path)
            folder.finish(results)
    return results


def settings_of(study: Study, notes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What is written into `study.json`; the fingerprint covers all that the numbers depend on."""
    decisive = {
        "study": study.name,
        "variants": {name: describe(learner) for name, learner in study.variants.items()},
        "data": describe(jax.tree.leaves(study.data)),
        **{name: getattr(study, name) for name in ("seeds", "first_seed", "steps", "evaluate_every", "block")},
        "devices": mesh().size,
        "versions": versions(),
    }
    digest = fingerprint(decisive)
    return {
        **decisive,
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


def _run(study: Study, devices: Any, folder: store.RunFolder | None, request: Request, settings: dict) -> xr.Dataset:
    begun, watch = time.perf_counter(), request.watch
    names, learners = list(study.variants), list(study.variants.values())
    groups = structure.groups([structure.without_initializers(learner) for learner in learners])
    kept = folder.load_mappings() if folder else None
    hows = [(one.how,) for one in kept] if kept else [_mappings(study, learners[group[0]]) for group in groups]
    candidates = [
        [Program([learners[i] for i in group], study.data, study.block, devices, how) for how in possible]
        for group, possible in zip(groups, hows, strict=True)
    ]
    watch.compiling(sum(map(len, candidates)))
    with ThreadPoolExecutor() as pool:
        tasks = [task for programs in candidates for one in programs for task in _preparations(one, study)]
        for prepared in [pool.submit(task) for task in tasks]:
            prepared.result()
    chosen = kept or [_choose(one, study.first_seed) for one in candidates]
    programs = [
        next(one for one in some if one.how == choice.how) for some, choice in zip(candidates, chosen, strict=True)
    ]
    del candidates
    if folder is not None and kept is None:
        folder.save_mappings(chosen)
    compiled_at = time.perf_counter()

    blocks = math.ceil(study.seeds / study.block)
    watch.training(max(study.steps, 1) * blocks * len(groups))
    outcomes: dict[Unit, Outcome] = {}
    for number in range(blocks):
        for unit in (Unit(number, g) for g in range(len(groups))):
            outcomes[unit] = _run_unit(study, programs[unit.group], unit, folder, watch)
        if request.until is not None and number + 1 < blocks:
            results = _assemble(study, groups, outcomes)
            results.attrs |= dict(request.notes)
            if request.until(results):
                break
    trained_at = time.perf_counter()

    results = _assemble(study, groups, outcomes)
    settings = {**settings, "seeds": results.sizes["seed"]}
    results.attrs |= {
        name: value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)
        for name, value in settings.items()
        if name not in ("variants", "data")
    }
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


def _mappings(study: Study, learner: Learner) -> tuple[How | None, ...]:
    """The mappings to choose from for the trials of a learner's structure; None leaves it to their size."""
    if study.mapping != MEASURED:
        return (study.mapping,)
    return TIMED_HOWS if study.steps and structure.holds(learner, Conv2d, RecurrentLayer) else (None,)


def _choose(programs: Sequence[Program], first_seed: int) -> Chosen:
    """The mapping that trains fastest, by measurement where there is a choice."""
    if len(programs) == 1:
        return Chosen(programs[0].how)
    seeds = range(first_seed, first_seed + programs[0].seeds)
    return Chosen.of({program.how: seconds_a_step(program, seeds) for program in programs})


def _preparations(program: Program, study: Study) -> list[Callable[[], Any]]:
    """What compiles a group's programs, to be done side by side; the longest first."""
    trained = [lambda: program.compiled_train] if study.steps else []
    return [*trained, lambda: program.compiled_draws, lambda: program.compiled_evaluate]


def _run_unit(study: Study, program: Program, unit: Unit, folder: store.RunFolder | None, watch: Watch) -> Outcome:
    """One block of one group, from where it was left or from its start, segment by segment."""
    first = unit.block * study.block
    wanted = min(study.block, study.seeds - first)
    kept = folder.load_unit(unit.name) if folder else None
    begin = study.first_seed + first
    seeds = range(begin, begin + program.seeds)
    step, evaluated, measures = 0, 0, {}
    if kept is None:
        portions = program.start(seeds)
    else:
        arrays, facts = kept
        step, evaluated = facts["step"], facts["evaluated"]
        measures = {name.removeprefix("measure:"): value for name, value in arrays.items() if ":" in name}
        portions = program.restore(seeds, [arrays[f"leaf{i}"] for i in range(len(arrays) - len(measures))])
        watch.advance(step)

    def save() -> None:
        if folder is not None:
            arrays = {f"leaf{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(portions))}
            arrays |= {f"measure:{name}": value for name, value in measures.items()}
            folder.save_unit(unit.name, arrays, {"step": step, "evaluated": evaluated})

    pace = Pace()
    while True:
        due = min(evaluated * study.evaluate_every, study.steps)
        if step == due and evaluated < evaluations(study):
            fresh = _flat(program.evaluate(portions)) | _batch_means(program.counted(portions))
            measures = {
                name: np.concatenate([measures.get(name, np.empty((0, *value.shape), np.float32)), value[None]])
                for name, value in fresh.items()
            }
            evaluated += 1
            portions = program.clear(portions)
        if evaluated == evaluations(study):
            break
        due = min(evaluated * study.evaluate_every, study.steps)
        stop = min(step + pace.steps(), due)
        with pace.segment(stop - step):
            portions = jax.block_until_ready(program.train(portions, step, stop))
        watch.advance(stop - step)
        step = stop
        if pace.checkpoint_due() or watch.stop_asked():
            with pace.checkpoint():
                save()
        if watch.stop_asked():
            raise Interrupted(f"stopped in {unit.name} at step {step} of {study.steps}")
    if study.steps == 0:
        watch.advance(1)
    save()
    if watch.stop_asked():
        raise Interrupted(f"stopped after {unit.name}")
    diverged_at = np.asarray(program.counted(portions).diverged_at)[:wanted]
    return Outcome({name: value[:, :wanted] for name, value in measures.items()}, diverged_at)


def evaluations(study: Study) -> int:
    """How often a trial is evaluated: before the first step, at each interval, and after the last step."""
    return 1 + math.ceil(study.steps / study.evaluate_every)


def _flat(measures: dict[str, Any]) -> dict[str, np.ndarray]:
    """Measures by path: "test_accuracy", or "gradient_norm/hidden.0" for one layer's."""
    flat: dict[str, np.ndarray] = {}
    for name, value in measures.items():
        if isinstance(value, dict):
            flat |= {f"{name}/{layer}": np.asarray(part, np.float32) for layer, part in value.items()}
        else:
            flat[name] = np.asarray(value, np.float32)
    return flat


def _batch_means(tally: Any) -> dict[str, np.ndarray]:
    """The records' means over the steps since the last evaluation; NaN before the first step."""
    steps = np.asarray(tally.steps, np.float32)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return {f"batch_{name}": value / steps for name, value in _flat(tally.sums).items()}


def _assemble(study: Study, groups: list[list[int]], outcomes: dict[Unit, Outcome]) -> xr.Dataset:
    """All outcomes as one Dataset; what a variant does not measure is NaN."""
    names = list(study.variants)
    where = {i: (g, position) for g, group in enumerate(groups) for position, i in enumerate(group)}
    blocks = sorted({unit.block for unit in outcomes})

    def column(i: int, path: str) -> np.ndarray | None:
        g, position = where[i]
        outcomes_of = [outcomes[Unit(b, g)].measures for b in blocks]
        if path not in outcomes_of[0]:
            return None
        return np.concatenate([measures[path][:, :, position] for measures in outcomes_of], axis=1)

    paths = list(dict.fromkeys(path for outcome in outcomes.values() for path in outcome.measures))
    layers = _in_order([path.partition("/")[2] for path in paths if "/" in path])
    seeds = min(study.seeds, len(blocks) * study.block)
    steps = [min(e * study.evaluate_every, study.steps) for e in range(evaluations(study))]
    nothing = np.full((len(steps), seeds), np.nan, np.float32)
    variables: dict[str, Any] = {}
    for measure in dict.fromkeys(path.partition("/")[0] for path in paths):
        if measure in paths:
            columns = [column(i, measure) for i in range(len(names))]
            values = np.stack([nothing if value is None else value for value in columns])
            variables[measure] = (("variant", "seed", "step"), values.transpose(0, 2, 1))
        else:
            by_layer = [[column(i, f"{measure}/{layer}") for layer in layers] for i in range(len(names))]
            values = np.stack([np.stack([nothing if v is None else v for v in row]) for row in by_layer])
            variables[measure] = (("variant", "seed", "step", "layer"), values.transpose(0, 3, 2, 1))
    stopped = [
        np.concatenate([outcomes[Unit(b, where[i][0])].diverged_at[:, where[i][1]] for b in blocks])
        for i in range(len(names))
    ]
    variables["diverged_at"] = (("variant", "seed"), np.stack(stopped).astype(np.int32))
    coordinates: dict[str, Any] = {
        "variant": names,
        "seed": np.arange(study.first_seed, study.first_seed + seeds, dtype=np.int32),
        "step": np.array(steps, np.int32),
    }
    if layers:
        coordinates["layer"] = layers
    results = xr.Dataset(variables, coordinates)
    for measure, value in next(iter(study.variants.values())).chance(study.data).items():
        results.attrs[f"chance_{measure}"] = float(value)
    for name, rows in {
        "train": getattr(study.data, "train", None),
        "test": getattr(study.data, "test", None),
    }.items():
        if rows is not None:
            results.attrs[f"data_{name}"] = sum(part.shape[0] for part in jax.tree.leaves(rows[0]))
    results.attrs["data_name"] = str(getattr(study.data, "name", ""))
    return results


def _in_order(layers: list[str]) -> list[str]:
    """Layer names once each: hidden.2 before hidden.10, the output last."""

    def key(name: str) -> tuple:
        head, _, index = name.rpartition(".")
        return (head == "", head, int(index)) if index.isdigit() else (True, name, 0)

    return sorted(set(layers), key=key)
