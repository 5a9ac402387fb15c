"""Group: variants of one structure as pure functions of their stacked numbers, mapped over variants and seeds."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.data import Split
from waza.data.redrawn import redrawn
from waza.engine import structure
from waza.engine.layout import Layout
from waza.engine.mapping import How, by_size, mapped
from waza.engine.shapes import batch_shapes
from waza.engine.tally import Tally, as_means, count
from waza.engine.varying import fixed_numbers
from waza.learners import Learner, Source, Stream
from waza.learners.keys import step_key, trial_key


class Pooled(NamedTuple):
    """Data, and the pool from which each seed draws its own splits of the same sizes."""

    data: Any
    pool: Split


class Group:
    """Variants of one structure, and what is compiled of them.

    Variants inside (they share the batch), a loop over steps around them, seeds outside. A single training is a group
    of one variant and one seed, without these axes ("alone").

    Args:
        learners: the variants; their recipes without initializers have one structure.
        data: what they learn from; its arrays are arguments of the functions.
        source: where the batches come from.
        layout: of the trials or the rows on the devices.
        how: how variants and seeds are mapped over; by the size of a seed's state where it is not given.
        pool: rows from which each seed draws its own splits, the same for all variants; None if all seeds have those of
            `data`.
    """

    def __init__(
        self,
        learners: Sequence[Learner],
        data: Any,
        source: Source,
        layout: Layout,
        how: How | None = None,
        pool: Split | None = None,
    ):
        self.variants = len(learners)
        self.learners = (*learners, *[learners[-1]] * (layout.variants - len(learners)))
        self.data, self.source, self.layout = data, source, layout
        self.stream = source if isinstance(source, Stream) else None
        trained = [structure.without_initializers(learner) for learner in self.learners]
        self.numbers = np.arange(len(self.learners)), structure.stack(trained)  # positions: there may be no numbers
        self._structure = structure.split(trained[0])[1]
        self._fixed = fixed_numbers(trained)
        self.pool = pool
        if pool is not None and self.stream is not None:
            raise Error("each seed draws its own splits, and the batches are a stream: use data that fit the memory")
        self.arrays, self._static_data = eqx.partition(data if pool is None else Pooled(data, pool), eqx.is_array)
        self.init_groups = structure.groups(self.learners)
        self.init_numbers = [structure.stack([self.learners[i] for i in group]) for group in self.init_groups]
        self.how = self._how(how)

    def _how(self, how: How | None) -> How:
        if self.layout.by_rows:
            return "alone"
        if how is None:
            numbers_a_seed = len(self.learners) * sum(leaf.size for leaf in jax.tree.leaves(self.state_shapes))
            how = by_size(numbers_a_seed, self.layout.mesh.devices.flat[0].platform)
        return "seeds" if self.stream is not None and how == "vmap" else how  # batches differ in shape between seeds

    # Functions of one trial or one seed.

    def learner(self, numbers: PyTree) -> Learner:
        """The learner with these numbers, without initializers."""
        return eqx.combine(numbers[1], self._structure)

    def data_of(self, arrays: Any, static: Any, seed: Any) -> Any:
        """What a seed learns from: the data, or its own draw from the pool."""
        given = eqx.combine(arrays, static)
        return redrawn(given.data, given.pool, trial_key(seed, "data")) if isinstance(given, Pooled) else given

    def batch(self, data: Any, key: Array, step: Any) -> Any:
        """The batch of a step, from resident data."""
        shared = eqx.combine(self._fixed, self._structure)
        batch = shared.batch(data, step_key(key, step), step)
        return self.layout.rows_shared(batch) if self.layout.by_rows else batch

    def _update(self, states: PyTree, batch: Any, key: Array, numbers: PyTree) -> tuple[PyTree, PyTree]:
        """One step of all variants of a seed, on one batch; the records are Means."""

        def update(state: PyTree, n: PyTree) -> Any:
            state, records = self.learner(n).update(state, batch, key)
            return state, as_means(records, self._name_of("update"))

        return (update if self.how == "alone" else mapped(update, (0, 0), self.how))(states, numbers)

    def _steps(
        self,
        batch_of: Callable[[Array, Array], Any],
        states: PyTree,
        tally: Tally,
        seed: Array,
        start: Array,
        stop: Array,
        numbers: PyTree,
    ) -> tuple[PyTree, Tally]:
        """The loop over the steps from start to stop of one seed; `batch_of` gives the batch for a key and a step."""
        batches, updates = trial_key(seed, "batch"), trial_key(seed, "update")
        alone = self.how == "alone"  # without the axis of variants inside the loop
        if alone:
            states, tally, numbers = jax.tree.map(lambda leaf: leaf[0], (states, tally, numbers))

        def body(step: Array, carry: Any) -> Any:
            states, tally = carry
            states, records = self._update(states, batch_of(batches, step), step_key(updates, step), numbers)
            return states, count(tally, records, step)

        trained = jax.lax.fori_loop(start, stop, body, (states, tally))
        return jax.tree.map(lambda leaf: leaf[None], trained) if alone else trained

    def _evaluate(self, learner: Learner, state: PyTree, data: Any, seed: Any) -> tuple[Any, Any]:
        """The measures of one trial as Means, and its outputs for `judge` or None."""
        found = learner.evaluate(state, data, trial_key(seed, "evaluate"))
        measures, outputs = found if isinstance(found, tuple) else (found, None)
        if outputs is not None and self.pool is not None:
            raise Error(f"{self._name_of('judge')} judges on the host, where each seed's own splits are not known")
        return as_means(measures, self._name_of("evaluate")), outputs

    @cached_property
    def _static_piece(self) -> Any:
        """What is no array in the pieces that evaluations are given; the same in all of them."""
        if self.pool is not None:
            return self._static_data
        return eqx.partition(next(self.source.pieces(self.data)), eqx.is_array)[1]

    def _name_of(self, function: str) -> str:
        """A function of the learner, for error messages."""
        return f"{type(self.learners[0]).__name__}.{function}"

    # Functions of the trials of one device, with the axes (seed, variant, ...).

    def train(
        self, states: PyTree, tally: Tally, seeds: Array, start: Array, stop: Array, numbers: PyTree, arrays: Any
    ) -> Any:
        """The steps from start to stop on resident data."""

        def of_seed(states: PyTree, tally: Tally, seed: Array) -> Any:
            batch_of = partial(self.batch, self.data_of(arrays, self._static_data, seed))
            return self._steps(batch_of, states, tally, seed, start, stop, numbers)

        return _over_seeds(of_seed)(states, tally, seeds)

    def train_window(
        self,
        states: PyTree,
        tally: Tally,
        seeds: Array,
        start: Array,
        stop: Array,
        numbers: PyTree,
        first: Array,
        window: PyTree,
    ) -> Any:
        """The steps from start to stop on a window of a stream's batches, which begins at the step `first`."""

        def batch_of(_: Array, step: Array) -> Any:
            return jax.tree.map(lambda leaf: leaf[step - first], window)

        return _over_seeds(
            lambda states, tally, seed: self._steps(batch_of, states, tally, seed, start, stop, numbers)
        )(states, tally, seeds)

    def evaluate(self, states: PyTree, seeds: Array, numbers: PyTree, arrays: Any) -> Any:
        """The measures as Means, and outputs for `judge` or None."""

        def of_seed(states: PyTree, seed: Array) -> Any:
            data = self.data_of(arrays, self._static_piece, seed)

            def one(state: PyTree, n: PyTree) -> Any:
                return self._evaluate(self.learner(n), state, data, seed)

            return mapped(one, (0, 0), self.how)(states, numbers)

        return _over_seeds(of_seed)(states, seeds)

    def draw(self, group: list[int], seeds: Array, numbers: PyTree, arrays: Any) -> PyTree:
        """The initial states of the variants of one structure with initializers."""
        rest = structure.split(self.learners[group[0]])[1]

        def one(seed: Array, n: PyTree) -> PyTree:
            data = self.data_of(arrays, self._static_data, seed)
            return eqx.combine(n, rest).init(trial_key(seed, "init"), data)

        variants = jax.vmap(one, in_axes=(None, 0), axis_size=len(group))  # which may have no numbers at all
        return jax.vmap(variants, in_axes=(0, None))(seeds, numbers)

    # Shapes, for one trial.

    @cached_property
    def state_shapes(self) -> PyTree:
        """Of the state."""
        draw, seeds = partial(self.draw, self.init_groups[0]), np.zeros(1, np.int32)
        drawn = jax.eval_shape(draw, seeds, self.init_numbers[0], self.arrays)
        for leaf in jax.tree.leaves(drawn):
            if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
                kind = type(self.learners[0]).__name__
                raise Error(f"{kind}.init returns a typed random key in its state: keep jax.random.key_data(key)")
        return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[2:], leaf.dtype), drawn)

    @cached_property
    def record_shapes(self) -> PyTree:
        """Of the records of one step, as Means."""

        def update(state: PyTree, batch: Any) -> Any:
            state, records = self.learners[0].update(state, batch, trial_key(0, "update"))
            return state, as_means(records, self._name_of("update"))

        before, batch = self.state_shapes, batch_shapes(self.learners[0], self.data, self.source)
        after, records = jax.eval_shape(update, before, batch)
        found, expected = (_shapes_by_path(state) for state in (after, before))
        for path in expected | found:
            if found.get(path) != expected.get(path):
                raise Error(
                    f"{self._name_of('update')} returns a state in which state{path} is {found.get(path, 'missing')}; "
                    f"expected {expected.get(path, 'nothing there')}, as init returns it"
                )
        return records


def _shapes_by_path(tree: PyTree) -> dict[str, str]:
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path): f"{leaf.dtype} {leaf.shape}" for path, leaf in leaves}


def _over_seeds(function: Callable) -> Callable:
    """The function over the seeds, the first axis of its arguments; a single seed goes without the axis."""

    def over_seeds(*arguments: Any) -> Any:
        if jax.tree.leaves(arguments)[0].shape[0] > 1:
            return jax.vmap(function)(*arguments)
        alone = function(*jax.tree.map(lambda leaf: leaf[0], arguments))
        return jax.tree.map(lambda leaf: leaf[None], alone)

    return over_seeds
