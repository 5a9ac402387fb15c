"""The laws of a learner: of its functions one by one. Those that need the training loop are in `trained`."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.core.measure import Measure
from waza.core.variables import is_tracked
from waza.engine import structure
from waza.engine.describe import describe
from waza.engine.program import Program
from waza.engine.single import single_program
from waza.engine.tally import as_means
from waza.learners import Learner, Stream
from waza.learners.keys import step_key, trial_key
from waza.nn import Penalty
from waza.optim import Optimizer
from waza.testing.laws import (
    arrays_of,
    check_numbers,
    check_pure,
    check_recipe,
    copied,
    difference,
    hold,
    scaled,
    shape_difference,
)
from waza.testing.source import check_source
from waza.testing.trained import check_trained, first_device


def check_learner(learner: Learner, data: Any, seed: int = 0, steps: int = 7) -> None:
    """Check that a learner keeps the contract of `waza.Learner`.

    The laws: it is a recipe whose numbers may vary without compiling again; its functions are pure and change no
    argument; batches depend on the seed and the step alone; `update` keeps the shapes of the state; tracked variables
    do not depend on optimisers and penalties; measures are declared, are scalars and lie within their bounds; records
    are finite and their weights not negative; a training that is cut off and resumed from its checkpoint ends with the
    same bits; a trial in a group equals the trial alone; what `kept` returns can be saved and restored.

    Args:
        learner: the learner.
        data: what it learns from; small data are enough.
        seed: of the trial.
        steps: of the trainings.

    Raises:
        AssertionError: a law is broken; the message names it.
        Error: the engine refuses the learner, for example because of a measure that is not declared.
    """
    before, told = copied(arrays_of(data)), describe(learner)
    check_recipe(learner)
    _check_measures(learner, data)
    source = learner.source(data)
    check_source(source, seed, data, steps=steps)
    _check_functions(learner, data, single_program(learner, data, steps, first_device()), seed)
    check_trained(learner, data, seed, steps)
    found = difference(before, copied(arrays_of(data)))
    hold(found is None, learner, "no function changes the data", str(found))
    hold(describe(learner) == told, learner, "no function changes the recipe", "another recipe")


def _check_measures(learner: Learner, data: Any) -> None:
    declared = learner.measures(data)
    law = "measures(data) is a tuple of Measures"
    hold(isinstance(declared, tuple) and bool(declared), learner, law, repr(declared))
    hold(all(isinstance(measure, Measure) for measure in declared), learner, law, repr(declared))
    names = [measure.name for measure in declared]
    hold(len(set(names)) == len(names), learner, "each measure has a name of its own", ", ".join(names))
    for name in learner.chance(data):
        hold(name in names, learner, "chance(data) has levels of declared measures", name)


def _check_functions(learner: Learner, data: Any, program: Program, seed: int) -> None:
    """Purity, numbers, shapes and tracked variables, function by function, mostly by tracing alone."""
    bare, group = structure.without_initializers(learner), program.group
    key, shapes = trial_key(seed, "update"), group.state_shapes
    check_pure(learner, "init", learner.init, trial_key(seed, "init"), data)
    arrays, rest = eqx.partition(data, eqx.is_array)
    state = jax.jit(lambda key, arrays: learner.init(key, eqx.combine(arrays, rest)))(trial_key(seed, "init"), arrays)
    if not isinstance(group.source, Stream):
        check_pure(learner, "batch", bare.batch, data, step_key(trial_key(seed, "batch"), 0), jnp.int32(0))
    batch = program.batch_at(seed, 0)
    check_pure(learner, "update", bare.update, state, batch, key)
    check_numbers(bare, "update", lambda one, *given: one.update(*given), state, batch, key)
    after, records = jax.eval_shape(bare.update, shapes, batch, key)
    found = shape_difference(shapes, after)
    hold(found is None, learner, "update keeps the structure, shapes and types of the state", str(found))
    _check_scalars(learner, "records of update", records)

    def evaluate(one: Learner, state: PyTree, arrays: Any, key: Array) -> Any:
        return one.evaluate(state, eqx.combine(arrays, rest), key)

    piece = next(group.source.pieces(data))
    arrays, rest = eqx.partition(piece, eqx.is_array)
    check_pure(learner, "evaluate", lambda *given: evaluate(bare, *given), state, arrays, key)
    check_numbers(bare, "evaluate", evaluate, state, arrays, key)
    measures = jax.eval_shape(lambda *given: evaluate(bare, *given), shapes, arrays, key)
    _check_scalars(learner, "measures of evaluate", measures[0] if isinstance(measures, tuple) else measures)
    _check_tracked(bare, state, batch, key)


def _check_scalars(learner: Learner, what: str, measures: Any) -> None:
    """Each value is a number or a Mean of numbers, or a dict of them by layer."""
    try:
        jax.eval_shape(lambda: as_means(_zeros(measures), type(learner).__name__))
    except Error as error:
        hold(False, learner, f"{what} are numbers or Means of numbers by name", str(error))


def _zeros(shapes: Any) -> Any:
    return jax.tree.map(lambda leaf: jnp.zeros(jnp.shape(leaf), leaf.dtype) if hasattr(leaf, "dtype") else leaf, shapes)


def _check_tracked(learner: Learner, state: PyTree, batch: Any, key: Array) -> None:
    """One step under other optimisers' and penalties' numbers gives the same tracked variables."""
    other = scaled(learner, lambda part: isinstance(part, Optimizer | Penalty))
    tracked = [leaf for leaf in jax.tree.leaves(state, is_leaf=is_tracked) if is_tracked(leaf)]
    if not tracked or difference(structure.split(learner)[0], structure.split(other)[0]) is None:
        return
    rest = structure.split(learner)[1]
    update = jax.jit(lambda n, *given: eqx.combine(n, rest).update(*given)[0])
    states = [update(structure.split(one)[0], state, batch, key) for one in (learner, other)]
    kept = [[leaf for leaf in jax.tree.leaves(s, is_leaf=is_tracked) if is_tracked(leaf)] for s in states]
    found = difference(*kept)
    hold(found is None, learner, "optimisers and penalties do not see tracked variables", f"tracked variable {found}")
