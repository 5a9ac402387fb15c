"""The compiled programs of one group of variants: draw, train and evaluate a block of seeds."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import numpy as np
from jax.sharding import NamedSharding, SingleDeviceSharding
from jaxtyping import Array, PyTree

from waza.engine.evaluation import check_declared, judged, summed
from waza.engine.group import Group
from waza.engine.layout import WHOLE
from waza.engine.processes import tree_of_first
from waza.engine.streams import WINDOW_BYTES, Windows, one_batch
from waza.engine.tally import Tally, empty, flat_values
from waza.learners.keys import step_key, trial_key

# Options of XLA's CPU compiler (other devices ignore them): what runs once is worth little time to compile.
RUN_ONCE: Any = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 0}


class Portion(NamedTuple):
    """The seeds of one call, the states of their trials with the axes (seed, variant, ...), and their tallies."""

    states: PyTree
    tally: Tally
    seeds: Array | np.ndarray | None = None


class Program:
    """The trials of a group, compiled: all seeds in one call, or one call after another, each for a portion of them.

    Args:
        group: the variants.
        steps: of the whole training; 0 evaluates the initial values only.
    """

    def __init__(self, group: Group, steps: int):
        self.group, self.steps, self.how = group, steps, group.how
        self._layout = group.layout
        self.seeds, self._seeds_at_once = self._layout.seeds, self._layout.seeds
        if self.how != "vmap":
            self._seeds_at_once = self._layout.fewest_seeds
        self._numbers = self._layout.put(group.numbers, self._layout.of_variants)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="waza-batches")
        self._windows: dict[int, Windows] = {}

    @cached_property
    def _data(self) -> PyTree[Array]:
        return self._layout.put(self.group.arrays, WHOLE)

    # What is compiled.

    @cached_property
    def compiled_draws(self) -> list[Any]:
        """The compiled draws of initial states; may be asked for from a thread of its own."""
        group, seeds = self.group, np.zeros(self.seeds, np.int32)
        return [
            jax.jit(partial(group.draw, one)).lower(seeds, numbers, group.arrays).compile(RUN_ONCE)
            for one, numbers in zip(group.init_groups, group.init_numbers, strict=True)
        ]

    @cached_property
    def compiled_train(self) -> Any:
        """The compiled training program; may be asked for from a thread of its own.

        Of a stream, a function that compiles once for each shape of batches.
        """
        common = (*self._of_portion, WHOLE, WHOLE, self._layout.of_variants)
        if self.group.stream is not None:
            specs = (*common, WHOLE, WHOLE)
            return self._on_devices(self.group.train_window, specs, self._of_portion[:2], donate=(0, 1))
        portion = self._layout.shapes(self._empty_portion(), self._of_portion)
        step = self._layout.shapes(np.int32(0), WHOLE)
        train = self._on_devices(self.group.train, (*common, WHOLE), self._of_portion[:2], donate=(0, 1))
        return train.lower(*portion, step, step, self._numbers, self._data).compile()

    @cached_property
    def compiled_evaluate(self) -> Any:
        """The compiled evaluation program; may be asked for from a thread of its own.

        Raises:
            Error: what it measures is not what the learner declares.
        """
        portion = self._layout.shapes(self._empty_portion(), self._of_portion)
        arguments = (portion.states, portion.seeds, self._numbers, next(self._pieces()))
        if self._layout.by_rows:
            evaluate = jax.jit(self.group.evaluate)
        else:
            specs = (self._layout.of_trials, self._layout.of_seeds, self._layout.of_variants, WHOLE)
            evaluate = self._on_devices(self.group.evaluate, specs, self._layout.of_trials)
        lowered = evaluate.lower(*self._where_evaluated(arguments))
        found: Any = lowered.out_info
        measures, outputs = found
        records = self.group.record_shapes if self.steps else None
        check_declared(self.group.learners[0], self.group.data, measures, records, outputs is not None)
        return lowered.compile()

    def _on_devices(self, function: Callable, specs: tuple, out_specs: Any, donate: tuple[int, ...] = ()) -> Any:
        """The function on each device with its share of the trials; rows are shared by XLA itself."""
        if self._layout.by_rows:
            whole = NamedSharding(self._layout.mesh, WHOLE)
            return jax.jit(function, donate_argnums=donate, out_shardings=whole)
        mapped = jax.shard_map(function, mesh=self._layout.mesh, in_specs=specs, out_specs=out_specs, check_vma=False)
        return jax.jit(mapped, donate_argnums=donate)

    def _where_evaluated(self, tree: PyTree) -> Any:
        """The arrays where they are evaluated: of a single trial on one device, since all would do the same."""
        if not self._layout.by_rows:
            return tree
        first = SingleDeviceSharding(self._layout.mesh.local_devices[0])

        def placed(leaf: Any) -> Any:
            if isinstance(leaf, jax.ShapeDtypeStruct):
                return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=first)
            return leaf.addressable_data(0)

        return jax.tree.map(placed, tree)

    def _pieces(self) -> Iterator[PyTree[Array]]:
        """The arrays of what evaluations are given, on the devices."""
        data = self.group.data
        if self.group.pool is not None:
            yield self._data
            return
        for piece in self.group.source.pieces(data):
            yield self._data if piece is data else self._layout.put(eqx.filter(piece, eqx.is_array), WHOLE)

    @property
    def _of_portion(self) -> Any:
        """The shardings of the parts of a portion."""
        trials: Any = self._layout.of_trials
        seeds: Any = self._layout.of_seeds
        return Portion(trials, Tally(trials, trials), seeds)

    def _empty_portion(self) -> Portion:
        """A portion whose states are shapes."""
        shape = (self._seeds_at_once, len(self.group.learners))
        states = jax.tree.map(
            lambda leaf: jax.ShapeDtypeStruct(shape + leaf.shape, leaf.dtype), self.group.state_shapes
        )
        return Portion(states, self._empty_tally(), np.zeros(self._seeds_at_once, np.int32))

    def _empty_tally(self) -> Tally:
        records = self.group.record_shapes if self.steps else {}
        return empty(records, (self._seeds_at_once, len(self.group.learners)))

    # Portions.

    def start(self, numbers: Sequence[int]) -> list[Portion]:
        """The portions of these seeds before the first step, on their devices."""
        group, seeds = self.group, np.asarray(numbers, np.int32)
        states: list[Any] = [None] * len(group.learners)
        for members, varied, draw in zip(group.init_groups, group.init_numbers, self.compiled_draws, strict=True):
            drawn = jax.device_get(draw(seeds, varied, group.arrays))
            for position, i in enumerate(members):
                states[i] = jax.tree.map(lambda leaf, at=position: leaf[:, at], drawn)
        stacked = tree_of_first(jax.tree.map(lambda *leaves: np.stack(leaves, axis=1), *states))
        return self.restore(
            numbers,
            [
                Portion(jax.tree.map(lambda leaf, at=at: leaf[at], stacked), self._empty_tally(), seeds[at])
                for at in self._places()
            ],
        )

    def restore(self, numbers: Sequence[int], portions: Sequence[Portion]) -> list[Portion]:
        """The portions of these seeds on their devices, from states and tallies on the host."""
        self._windows = {}
        seeds = np.asarray(numbers, np.int32)
        return [self._placed(p._replace(seeds=seeds[at])) for p, at in zip(portions, self._places(), strict=True)]

    def portion_shapes(self) -> list[Portion]:
        """The shapes of all portions, which a checkpoint must have."""
        return [self._empty_portion()] * len(self._places())

    def clear(self, portions: Sequence[Portion]) -> list[Portion]:
        """The portions with tallies that count from zero again, but remember who has diverged."""
        tally = self._empty_tally()
        return [
            self._placed(portion._replace(tally=tally._replace(diverged_at=portion.tally.diverged_at)))
            for portion in portions
        ]

    def _placed(self, portion: Portion) -> Portion:
        return self._layout.put(portion, self._of_portion)

    def _places(self) -> list[slice]:
        """The seeds of each portion."""
        return [slice(at, at + self._seeds_at_once) for at in range(0, self.seeds, self._seeds_at_once)]

    # Training.

    def train(self, portions: Sequence[Portion], start: int, stop: int) -> list[Portion]:
        """The steps from start to stop. The boundaries never change the numbers; the arguments are used up."""
        trained = []
        for portion in portions:  # one at a time: a CPU would run all of them at once, and divide its caches
            for first, last, more in self._calls(portion, start, stop):
                bounds = self._layout.put((np.int32(first), np.int32(last)), WHOLE)
                states, tally = self.compiled_train(*portion, *bounds, self._numbers, *more)
                portion = Portion(states, tally, portion.seeds)
            trained.append(jax.block_until_ready(portion))
        return trained

    def _calls(self, portion: Portion, start: int, stop: int) -> Iterator[tuple[int, int, tuple]]:
        """The steps of each call with its further arguments: all steps on resident data, or those of a window."""
        if self.group.stream is None:
            yield start, stop, (self._data,)
            return
        windows, step = self._windows_of(_first_seed(portion)), start
        while step < stop:
            window = windows.at(step)
            last = min(window.last, stop)
            yield step, last, (self._layout.put(np.int32(window.first), WHOLE), self._on_rows(window.batches))
            step = last

    def _windows_of(self, seed: int) -> Windows:
        assert self.group.stream is not None
        if seed not in self._windows:
            share = WINDOW_BYTES // len(self._places())
            self._windows[seed] = Windows(self.group.stream, seed, self.steps, self._thread, share)
        return self._windows[seed]

    def _on_rows(self, batches: PyTree[np.ndarray]) -> PyTree[Array]:
        """Batches (step, row, ...) on the devices; their rows are split among the devices if these divide them."""
        if not self._layout.by_rows:
            return self._layout.put(batches, WHOLE)
        return self._layout.put_rows(batches, axis=1)

    def batch_at(self, seed: int, step: int) -> Any:
        """The batch of one step of a trial."""
        if self.group.stream is not None:
            return one_batch(self.group.stream, seed, step)

        def batch(data: PyTree[Array], at: Array) -> Any:
            return self.group.batch(data, trial_key(seed, "batch"), at)

        return jax.jit(batch)(self._data, np.int32(step))

    def gradients_at(self, portion: Portion, step: int) -> PyTree[np.ndarray]:
        """The gradients from which a single trial makes a step; its learner has `gradients(state, batch, key)`."""
        seed = _first_seed(portion)

        def gradients(states: PyTree, batch: Any, numbers: PyTree) -> PyTree[Array]:
            state, number = jax.tree.map(lambda leaf: leaf[0, 0], states), jax.tree.map(lambda n: n[0], numbers)
            learner: Any = self.group.learner(number)
            return learner.gradients(state, batch, step_key(trial_key(seed, "update"), step))

        compute = jax.jit(gradients, out_shardings=NamedSharding(self._layout.mesh, WHOLE))
        return jax.device_get(compute(portion.states, self.batch_at(seed, step), self._numbers))

    # Results.

    def evaluate(self, portions: Sequence[Portion]) -> dict[str, np.ndarray]:
        """The measures by path, (seed, variant), those of `judge` among them."""
        evaluate, found = self.compiled_evaluate, []
        for portion in portions:
            pieces = []
            for arrays in self._pieces():
                arguments = (portion.states, portion.seeds, self._numbers, arrays)
                pieces.append(jax.device_get(evaluate(*self._where_evaluated(arguments))))
            found.append(summed(pieces))
        measures, outputs = _joined(found)
        values = flat_values(measures)
        if outputs is None:
            return values
        learners, shape = self.group.learners[: self.group.variants], (self.seeds, len(self.group.learners))
        return values | judged(learners, outputs, self.group.data, shape, measures)

    def recorded(self, portions: Sequence[Portion]) -> dict[str, np.ndarray]:
        """The records' means since the last evaluation, as "batch_" and their names; NaN where nothing was counted."""
        return flat_values(_joined([portion.tally.records for portion in portions]), "batch_")

    def diverged_at(self, portions: Sequence[Portion]) -> np.ndarray:
        """The step at which each trial diverged, or -1, (seed, variant)."""
        return np.concatenate([np.asarray(portion.tally.diverged_at) for portion in portions])

    def kept(self, portions: Sequence[Portion], seed: int, variant: int) -> PyTree[np.ndarray]:
        """What a saved model of one trial consists of, on the host."""
        portion = portions[seed // self._seeds_at_once]
        at = (np.int32(seed % self._seeds_at_once), np.int32(variant))
        return jax.tree.map(np.array, jax.device_get(self._kept(portion.states, at)))

    @cached_property
    def _kept(self) -> Any:
        learner = self.group.learners[0]
        return jax.jit(lambda states, at: learner.kept(jax.tree.map(lambda leaf: leaf[at], states)))

    @property
    def kept_shapes(self) -> PyTree:
        """The shapes of what `kept` returns."""
        return jax.eval_shape(self.group.learners[0].kept, self.group.state_shapes)


def _first_seed(portion: Portion) -> int:
    return int(np.asarray(portion.seeds)[0])


def _joined(trees: Sequence[PyTree]) -> Any:
    """Trees of one structure as one tree of NumPy arrays, joined along the seeds."""
    return jax.tree.map(lambda *leaves: np.concatenate(leaves), *jax.device_get(trees))
