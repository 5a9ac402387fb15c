"""How one learner is fed in a long training: from the devices' memory, or, where data are too large, from the host's.

Both feeds give a step the same rows and the same keys, those that a study gives the trial of that seed. The batch is
spread over the devices of a mesh and the state is whole on each: XLA adds up the gradients.
"""

import math
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, PyTree

from waza.data import Split
from waza.engine import structure
from waza.engine.devices import TRIALS
from waza.engine.program import Tally
from waza.learners import Learner, Supervised, TruncatedBPTT
from waza.learners.probes import norms_by_layer
from waza.learners.supervised import rows_at_once
from waza.nn import named_key

LIMIT = 2 * 2**30
WINDOW_BYTES, WINDOW_STEPS = 64 * 2**20, 64


def feed(learner: Learner, data: Any, seed: int, mesh: Mesh, limit: int = LIMIT) -> "Feed":
    """The feed for these data: from the host where the training inputs have more bytes than `limit`."""
    train = getattr(data, "train", None)
    rows = isinstance(learner, Supervised) and not isinstance(learner, TruncatedBPTT)
    large = rows and train is not None and train.x.nbytes > limit
    return (Streamed if large else Resident)(learner, data, seed, mesh)


class Feed:
    """Trains a learner on a mesh, and evaluates it.

    Args:
        learner: what learns; its numbers are arguments of the compiled programs.
        data: what it learns from.
        seed: of the initial values, of the batches and of all else that is drawn.
        mesh: the devices that share a batch; their number divides its rows.
    """

    def __init__(self, learner: Any, data: Any, seed: int, mesh: Mesh):
        self.learner, self.data = learner, data
        root = jax.random.key(seed)
        self._keys = {name: named_key(root, name) for name in ("init", "batch", "update", "evaluate")}
        self._whole = NamedSharding(mesh, PartitionSpec())
        self._spread = NamedSharding(mesh, PartitionSpec(TRIALS))
        self._devices = mesh.size
        numbers, self._structure = structure.split(structure.without_initializers(learner))
        self._numbers = jax.tree.map(np.float32, numbers)

    def start(self) -> PyTree[Array]:
        """The state before the first step."""
        return self.place(self.learner.init(self._keys["init"], self.data))

    def place(self, tree: PyTree) -> PyTree[Array]:
        """The arrays, whole on each device."""
        return jax.device_put(tree, self._whole)

    @property
    def targets(self) -> int:
        """How many targets a step learns from: a batch's rows, or the places of all lanes."""
        return math.prod(self._one().y.shape)

    @cached_property
    def shapes(self) -> tuple[PyTree, Tally]:
        """The shapes of the state and of the tally."""
        state = jax.eval_shape(lambda: self.learner.init(self._keys["init"], self.data))
        records = jax.eval_shape(
            lambda state, batch: self._update(state, batch, 0, self._numbers)[1], state, self._one()
        )
        count: Any = jax.ShapeDtypeStruct((), jnp.int32)
        return state, Tally(records, count, count)

    def empty(self) -> Tally:
        """A tally that has counted nothing."""
        sums = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), self.shapes[1].sums)
        return self.place(Tally(sums, np.array(0, np.int32), np.array(-1, np.int32)))

    def train(self, state: PyTree, tally: Tally, start: int, stop: int) -> tuple[PyTree, Tally]:
        """The steps from start to stop; the boundaries never change the numbers. State and tally are used up."""
        raise NotImplementedError(f"{type(self).__name__} has no train(state, tally, start, stop)")

    def evaluate(self, state: PyTree) -> dict[str, float]:
        """The learner's measures."""
        raise NotImplementedError(f"{type(self).__name__} has no evaluate(state)")

    def gradient_norms(self, state: PyTree, step: int) -> dict[str, float]:
        """The norms of the gradients that a step would begin with, by layer."""

        def gradients(state: PyTree, batch: Any, numbers: PyTree) -> PyTree[Array]:
            return self._learner(numbers).gradients(state, batch, jax.random.fold_in(self._keys["update"], step))

        found = jax.device_get(jax.jit(gradients)(state, self._batch_at(step), self._numbers))
        wide = jax.tree.map(np.float64, found)  # whose squares are numbers where those of float32 are none
        return {layer: float(norm) for layer, norm in norms_by_layer(wide).items()}

    def _batch_at(self, step: int) -> Any:
        """The batch of a step."""
        raise NotImplementedError(f"{type(self).__name__} has no _batch_at(step)")

    def _one(self) -> Any:
        """A batch's shapes."""
        raise NotImplementedError(f"{type(self).__name__} has no _one()")

    def _learner(self, numbers: PyTree) -> Any:
        return eqx.combine(numbers, self._structure)

    def _update(self, state: PyTree, batch: Any, step: Any, numbers: PyTree) -> Any:
        return self._learner(numbers).update(state, batch, jax.random.fold_in(self._keys["update"], step))

    def _loop(
        self, batch_of: Callable[[Array], Any], state: PyTree, tally: Tally, start: Any, stop: Any, numbers: PyTree
    ) -> tuple[PyTree, Tally]:
        """The steps from start to stop, within a compiled program."""

        def body(step: Array, carry: Any) -> Any:
            state, tally = carry
            batch = jax.lax.with_sharding_constraint(batch_of(step), self._spread)
            state, records = self._update(state, batch, step, numbers)
            finite = jnp.array(True)
            for record in jax.tree.leaves(records):
                finite &= jnp.isfinite(record)
            first = jnp.where((tally.diverged_at < 0) & ~finite, step.astype(jnp.int32), tally.diverged_at)
            return state, Tally(jax.tree.map(jnp.add, tally.sums, records), tally.steps + 1, first)

        return jax.lax.fori_loop(start, stop, body, (state, tally))


class Resident(Feed):
    """Data in the devices' memory: batches are gathered within the compiled program."""

    def __init__(self, learner: Any, data: Any, seed: int, mesh: Mesh):
        super().__init__(learner, data, seed, mesh)
        arrays, rest = eqx.partition(data, eqx.is_array)
        self._arrays = self.place(arrays)

        def train(state: PyTree, tally: Tally, start: Any, stop: Any, numbers: PyTree, arrays: Any) -> Any:
            data, key = eqx.combine(arrays, rest), self._keys["batch"]
            batches = self._learner(numbers).batch
            return self._loop(
                lambda step: batches(data, jax.random.fold_in(key, step), step), state, tally, start, stop, numbers
            )

        def evaluate(state: PyTree, numbers: PyTree, arrays: Any) -> Any:
            return self._learner(numbers).evaluate(state, eqx.combine(arrays, rest), self._keys["evaluate"])

        self._batch = lambda arrays, step: learner.batch(
            eqx.combine(arrays, rest), jax.random.fold_in(self._keys["batch"], step), step
        )
        self._train = jax.jit(train, donate_argnums=(0, 1), out_shardings=self._whole)
        self._evaluate = jax.jit(evaluate)

    def train(self, state: PyTree, tally: Tally, start: int, stop: int) -> tuple[PyTree, Tally]:
        """One program for segments of any length."""
        bounds = np.int32(start), np.int32(stop)
        return jax.block_until_ready(self._train(state, tally, *bounds, self._numbers, self._arrays))

    def evaluate(self, state: PyTree) -> dict[str, float]:
        """One program for all splits, on the first device: on each, it would do the same."""
        state, arrays = jax.tree.map(lambda leaf: leaf.addressable_data(0), (state, self._arrays))
        measures = jax.device_get(self._evaluate(state, self._numbers, arrays))
        return {name: float(value) for name, value in measures.items() if not isinstance(value, dict)}

    def _batch_at(self, step: int) -> Any:
        return self._batch(self._arrays, step)

    def _one(self) -> Any:
        return jax.eval_shape(self._batch, self._arrays, 0)


class Streamed(Feed):
    """Data in the host's memory, or mapped from its disk: windows of batches are gathered there.

    The next window is gathered while the devices work on one.
    """

    def __init__(self, learner: Any, data: Any, seed: int, mesh: Mesh):
        super().__init__(learner, data, seed, mesh)
        a_batch = learner.batch_size * data.train.x[:1].nbytes
        self._window = max(1, min(WINDOW_STEPS, WINDOW_BYTES // a_batch))
        self._size = -(-rows_at_once(data.train.x.shape) // mesh.size) * mesh.size
        across = NamedSharding(mesh, PartitionSpec(None, TRIALS))
        self._put = lambda window: jax.device_put(window, across)

        def rows(start: Any) -> Array:
            steps = start + jnp.arange(self._window)
            return jax.vmap(lambda step: learner.rows_drawn(data, jax.random.fold_in(self._keys["batch"], step)))(steps)

        def train(state: PyTree, tally: Tally, start: Any, stop: Any, window: Split, numbers: PyTree) -> Any:
            return self._loop(
                lambda step: jax.tree.map(lambda leaf: leaf[step - start], window), state, tally, start, stop, numbers
            )

        def totals(state: PyTree, rows: Split, real: Array) -> dict[str, Array]:
            measures = learner.row_measures(state, rows)
            return {name: jnp.sum(jnp.where(real, value, 0)) for name, value in measures.items()}

        self._rows, self._totals = jax.jit(rows), jax.jit(totals)
        self._train = jax.jit(train, donate_argnums=(0, 1))

    def train(self, state: PyTree, tally: Tally, start: int, stop: int) -> tuple[PyTree, Tally]:
        """One window after the other."""
        for first, last, window in self._ahead(start, stop):
            state, tally = self._train(state, tally, np.int32(first), np.int32(last), window, self._numbers)
        return jax.block_until_ready((state, tally))

    def _ahead(self, start: int, stop: int) -> Iterator[tuple[int, int, Split]]:
        """Windows, each gathered before the one that the devices work on is waited for."""
        for first in range(start, max(stop, start + 1), self._window):  # an empty window where there is no step
            last = min(first + self._window, stop)
            rows = np.asarray(self._rows(np.int32(first)))[: last - first]
            window = []
            for source in self.data.train:
                gathered = np.zeros((self._window, *rows.shape[1:], *source.shape[1:]), source.dtype)
                gathered[: len(rows)] = source[rows]
                window.append(gathered)
            yield first, last, self._put(Split(*window))

    def evaluate(self, state: PyTree) -> dict[str, float]:
        """Pieces of each split, summed."""
        measures: dict[str, float] = {}
        for name, split in self.learner.judged(self.data).items():
            sums: dict[str, float] = {}
            for first in range(0, len(split.y), self._size):
                piece = Split(*(np.asarray(part[first : first + self._size]) for part in split))
                real = np.arange(self._size) < len(piece.y)
                whole = Split(*(np.resize(part, (self._size, *part.shape[1:])) for part in piece))
                for measure, value in self._totals(state, *jax.device_put((whole, real), self._spread)).items():
                    sums[measure] = sums.get(measure, 0.0) + float(value)
            measures |= {f"{name}_{measure}": total / len(split.y) for measure, total in sums.items()}
        return measures

    def _batch_at(self, step: int) -> Any:
        _, _, window = next(self._ahead(step, step + 1))
        return jax.tree.map(lambda leaf: leaf[0], window)

    def _one(self) -> Any:
        rows = self.learner.batch_size
        return Split(*(jax.ShapeDtypeStruct((rows, *part.shape[1:]), part.dtype) for part in self.data.train))
