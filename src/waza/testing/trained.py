"""The laws of a learner that need the training loop: resumption, records, groups and what is kept."""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jax.sharding import Mesh

from waza.core.arrays import read_arrays, write_arrays
from waza.core.errors import Error
from waza.core.masks import path_of
from waza.core.measure import is_mean, named
from waza.core.paths import from_named_leaves, named_leaves
from waza.engine.checkpoint import Checkpoint, Progress
from waza.engine.devices import TRIALS, mesh
from waza.engine.executors import prepare
from waza.engine.group import Group
from waza.engine.layout import Layout
from waza.engine.program import Portion, Program
from waza.engine.single import single_program
from waza.learners import Learner, Stream
from waza.learners.keys import trial_key
from waza.testing.laws import difference, hold, scaled

TOLERANCE = 1e-3


def first_device() -> Mesh:
    """One device, on which a single trial has the same bits everywhere."""
    return Mesh(mesh().devices.flat[:1], (TRIALS,))


def check_trained(learner: Learner, data: Any, seed: int, steps: int) -> None:
    """Train a few steps, whole, step by step from a checkpoint, and in a group."""
    program = single_program(learner, data, steps, first_device())
    _compile(learner, program)
    seeds = range(seed, seed + 1)
    whole = program.train(program.start(seeds), 0, steps)
    measured = program.evaluate(whole)
    found = difference(measured, program.evaluate(whole))
    hold(found is None, learner, "evaluate and judge give the same measures each time", str(found))
    _check_bounds(learner, data, measured)
    resumed = _check_steps(learner, program, seeds, steps)
    found = difference(_states(whole), _states(resumed))
    hold(found is None, learner, "a training that is cut off and resumed ends with the same bits", str(found))
    found = difference(measured, program.evaluate(resumed))
    hold(found is None, learner, "a restored state is evaluated to the same bits", str(found))
    _check_kept(learner, program, whole)
    _check_group(learner, data, seeds, steps, whole, measured)


def _compile(learner: Learner, program: Program) -> None:
    try:
        prepare([program])
    except jax.errors.JAXTypeError as error:
        hold(False, learner, "update and evaluate can be compiled", str(error).split(". ")[0])


def _states(portions: Sequence[Portion]) -> Any:
    return jax.device_get([portion.states for portion in portions])


def _check_bounds(learner: Learner, data: Any, measured: dict[str, np.ndarray]) -> None:
    for path, values in measured.items():
        low, high = named(learner.measures(data), path.partition("/")[0]).bounds
        inside = np.isnan(values) | ((values >= low - TOLERANCE) & (values <= high + TOLERANCE))
        hold(bool(inside.all()), learner, f"{path} lies within {low} and {high}, as declared", f"{values.ravel()}")


def _check_steps(learner: Learner, program: Program, seeds: range, steps: int) -> list[Portion]:
    """Train step by step, with a look at the records of each step, and once from a checkpoint file."""
    cut = int(np.random.default_rng(seeds[0]).integers(1, max(steps, 2)))
    portions = program.start(seeds)
    for step in range(steps):
        portions = program.train(portions, step, step + 1)
        _check_records(learner, portions, step)
        portions = program.clear(portions)
        if step + 1 == cut:
            portions = _restored(learner, program, seeds, portions, cut)
    return portions


def _check_records(learner: Learner, portions: Sequence[Portion], step: int) -> None:
    for portion in portions:
        for path, mean in jax.tree_util.tree_leaves_with_path(portion.tally.records, is_leaf=is_mean):
            total, weight = float(mean.total.ravel()[0]), float(mean.weight.ravel()[0])
            name = path_of(path)
            found = f"Mean({total:g}, {weight:g}) as {name!r} of step {step}"
            hold(math.isfinite(total), learner, "records are finite on sane data", found)
            hold(
                weight >= 0 and math.isfinite(weight), learner, "weights of records are finite and not negative", found
            )


def _restored(learner: Learner, program: Program, seeds: range, portions: list[Portion], step: int) -> list[Portion]:
    """The portions from a checkpoint file, as another process would read it."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint(Path(folder) / "checkpoint.safetensors", "run the check again")
        checkpoint.save(Progress(portions, step=step))
        found = checkpoint.load(program, seeds)
    assert found is not None
    different = difference(_states(portions), _states(found.portions))
    hold(different is None, learner, "a state can be saved and restored", str(different))
    return found.portions


def _check_kept(learner: Learner, program: Program, portions: Sequence[Portion]) -> None:
    """What is kept can be written to a file by path, and read."""
    kept = program.kept(portions, 0, 0)
    names = named_leaves(kept)
    hold(bool(names), learner, "kept(state) has at least one array", "none")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kept.safetensors"
        write_arrays(path, names, {})
        found = read_arrays(path, "run the check again")
    assert found is not None
    different = difference(kept, from_named_leaves(found[0], program.kept_shapes))
    hold(different is None, learner, "kept(state) can be saved and restored", str(different))


def _check_group(
    learner: Learner, data: Any, seeds: range, steps: int, alone: Sequence[Portion], measured: dict[str, np.ndarray]
) -> None:
    """The same trial as the second variant of two, beside a second seed."""
    program = Program(_pair(learner, data), steps)
    _compile(learner, program)
    many = range(seeds[0], seeds[0] + program.seeds)
    together = program.train(program.start(many), 0, steps)
    states = jax.tree.map(lambda *leaves: np.concatenate(leaves)[0, 1], *_states(together))
    law = "a trial in a group equals the trial alone, but for rounding"
    for (path, one), other in zip(
        jax.tree_util.tree_leaves_with_path(jax.tree.map(lambda leaf: leaf[0, 0], _states(alone)[0])),
        jax.tree.leaves(states),
        strict=True,
    ):
        hold(_near(one, other), learner, law, f"the state's {path_of(path)} differs")
    found = program.evaluate(together)
    for name, values in measured.items():
        one, other = values[0, 0], found[name][0, 1]
        hold(_near(one, other), learner, law, f"{name} is {one:g} alone and {other:g} in a group")


def _near(one: Any, other: Any) -> bool:
    if not np.issubdtype(np.asarray(one).dtype, np.floating):
        return bool(np.array_equal(one, other))
    return bool(np.allclose(one, other, TOLERANCE, TOLERANCE, equal_nan=True))


def _pair(learner: Learner, data: Any) -> Group:
    """The learner beside one with other numbers, two seeds; beside itself where `batch` reads a number."""
    source = learner.source(data)
    layout = (Layout.of_stream if isinstance(source, Stream) else Layout.of)(2, 2, mesh())
    group = Group([scaled(learner), learner], data, source, layout, "vmap")
    if not isinstance(source, Stream):
        arrays, rest = eqx.partition(data, eqx.is_array)
        try:
            jax.eval_shape(lambda given: group.batch(eqx.combine(given, rest), trial_key(0, "batch"), 0), arrays)
        except Error:
            return Group([learner, learner], data, source, layout, "vmap")
    return group
