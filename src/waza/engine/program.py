"""The compiled programs of one group: all its variants and a block of seeds at once."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.engine import structure
from waza.engine.layout import WHOLE, Layout
from waza.engine.mapping import How, by_size, mapped
from waza.learners import Learner
from waza.nn import named_key

# Options of XLA's CPU compiler (other devices ignore them): what runs once is worth little time to compile.
RUN_ONCE: Any = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 0}


class Tally(NamedTuple):
    """What is counted between evaluations: sums of the records, steps, and where a trial diverged (or -1)."""

    sums: PyTree[Array]
    steps: Array | np.ndarray
    diverged_at: Array | np.ndarray


class Portion(NamedTuple):
    """The seeds of one call, the states of their trials with the axes (seed, variant, ...), and what was counted."""

    states: PyTree
    tally: Tally
    seeds: Array | np.ndarray


class Program:
    """Variants of one structure, trained together over a block of seeds.

    Variants inside (they share the batch), a loop over steps around them, seeds outside: all in one call, or one call
    after another (see `How`), each for a portion of the seeds.

    Args:
        learners: the variants; their recipes without initializers have one structure.
        data: what they learn from; its arrays are arguments of the programs.
        seeds: how many seeds a block has.
        mesh: the devices.
        how: how variants and seeds are mapped over; by the size of a seed's state where it is not given.
    """

    def __init__(self, learners: Sequence[Learner], data: Any, seeds: int, mesh: Mesh, how: How | None = None):
        self._layout = Layout.of(seeds, len(learners), mesh)
        self.seeds = self._layout.seeds
        self.learners = (*learners, *[learners[-1]] * (self._layout.variants - len(learners)))
        trained = [structure.without_initializers(learner) for learner in self.learners]
        self._structure = structure.split(trained[0])[1]
        self._arrays, self._static_data = eqx.partition(data, eqx.is_array)
        self._numbers = self._layout.put(structure.stack(trained), self._layout.of_variants)
        self._fixed = _fixed_numbers(trained)
        self._data = self._layout.put(self._arrays, WHOLE)
        floats_a_seed = len(self.learners) * sum(leaf.size for leaf in jax.tree.leaves(self._state))
        self.how = how or by_size(floats_a_seed, mesh.devices.flat[0].platform)
        self._at_once = self.seeds if self.how == "vmap" else self._layout.fewest_seeds

    # What is mapped over, one trial or one seed at a time.

    def _learner(self, numbers: PyTree) -> Learner:
        return eqx.combine(numbers, self._structure)

    def _update_seed(
        self, states: PyTree, tally: Tally, keys: dict[str, Array], step: Array, numbers: PyTree, data: Any
    ) -> Any:
        """One step of all variants of a seed, on one batch."""
        shared = eqx.combine(self._fixed, self._structure)
        batch = shared.batch(data, jax.random.fold_in(keys["batch"], step), step)
        update_key = jax.random.fold_in(keys["update"], step)

        def update(state: PyTree, n: PyTree) -> Any:
            return self._learner(n).update(state, batch, update_key)

        states, records = mapped(update, (0, 0), self.how)(states, numbers)
        finite = jnp.ones(tally.diverged_at.shape, bool)
        for record in jax.tree.leaves(records):
            finite &= jnp.isfinite(record)
        first = jnp.where((tally.diverged_at < 0) & ~finite, step.astype(jnp.int32), tally.diverged_at)
        return states, Tally(jax.tree.map(jnp.add, tally.sums, records), tally.steps + 1, first)

    def _train(
        self, states: PyTree, tally: Tally, seeds: Array, start: Array, stop: Array, numbers: PyTree, arrays: Any
    ) -> Any:
        """The steps from start to stop, of the trials of one device."""
        data = eqx.combine(arrays, self._static_data)
        purposes = {
            purpose: jax.vmap(lambda seed, to=purpose: named_key(jax.random.key(seed), to))(seeds)
            for purpose in ("batch", "update")
        }

        def steps(states: PyTree, tally: Tally, keys: dict[str, Array]) -> Any:
            def body(step: Array, carry: Any) -> Any:
                states, tally = carry
                return self._update_seed(states, tally, keys, step, numbers, data)

            return jax.lax.fori_loop(start, stop, body, (states, tally))

        return _over_seeds(steps)(states, tally, purposes)

    def _evaluate(self, states: PyTree, seeds: Array, numbers: PyTree, arrays: Any) -> Any:
        """The measures of the trials of one device."""
        data = eqx.combine(arrays, self._static_data)

        def one(state: PyTree, n: PyTree, seed: Array) -> Any:
            return self._learner(n).evaluate(state, data, named_key(jax.random.key(seed), "evaluate"))

        variants = mapped(one, (0, 0, None), self.how)
        return _over_seeds(lambda state, seed: variants(state, numbers, seed))(states, seeds)

    def _draw(self, group: list[int], seeds: Array, numbers: PyTree, arrays: Any) -> PyTree:
        """The initial states of the variants of one full structure, with the axes (seed, variant, ...)."""
        data = eqx.combine(arrays, self._static_data)
        rest = structure.split(self.learners[group[0]])[1]

        def one(seed: Array, n: PyTree) -> PyTree:
            return eqx.combine(n, rest).init(named_key(jax.random.key(seed), "init"), data)

        variants = jax.vmap(one, in_axes=(None, 0), axis_size=len(group))  # which may have no numbers at all
        return jax.vmap(variants, in_axes=(0, None))(seeds, numbers)

    @cached_property
    def compiled_draws(self) -> list[Any]:
        """The compiled draws of initial states; may be asked for from a thread of its own."""
        seeds = np.zeros(self.seeds, np.int32)
        return [
            jax.jit(partial(self._draw, group)).lower(seeds, numbers, self._arrays).compile(RUN_ONCE)
            for group, numbers in zip(self._init_groups, self._init_numbers, strict=True)
        ]

    @cached_property
    def _init_groups(self) -> list[list[int]]:
        return structure.groups(self.learners)

    # What is compiled.

    @cached_property
    def compiled_train(self) -> Any:
        """The compiled training program; may be asked for from a thread of its own."""
        portion = self._layout.shapes(self._empty_portion(), self._of_portion)
        step = self._layout.shapes(np.int32(0), WHOLE)
        specs = (*self._of_portion, WHOLE, WHOLE, self._layout.of_variants, WHOLE)
        train = self._on_devices(self._train, specs, self._of_portion[:2], donate=(0, 1))
        return train.lower(*portion, step, step, self._numbers, self._data).compile()

    @cached_property
    def compiled_evaluate(self) -> Any:
        """The compiled evaluation program; may be asked for from a thread of its own."""
        portion = self._layout.shapes(self._empty_portion(), self._of_portion)
        specs = (self._layout.of_trials, self._layout.of_seeds, self._layout.of_variants, WHOLE)
        evaluate = self._on_devices(self._evaluate, specs, self._layout.of_trials)
        return evaluate.lower(portion.states, portion.seeds, self._numbers, self._data).compile()

    def _on_devices(self, function: Any, specs: tuple, out_specs: Any, donate: tuple[int, ...] = ()) -> Any:
        """The function on each device with its share of the arguments."""
        mapped = jax.shard_map(function, mesh=self._layout.mesh, in_specs=specs, out_specs=out_specs, check_vma=False)
        return jax.jit(mapped, donate_argnums=donate)

    @property
    def _of_portion(self) -> Any:
        """Where the parts of a portion lie: steps are counted by seed, all else by trial."""
        trials: Any = self._layout.of_trials
        seeds: Any = self._layout.of_seeds
        return Portion(trials, Tally(trials, seeds, trials), seeds)

    @cached_property
    def _state(self) -> PyTree:
        """The shapes of a trial's state."""
        draw, seeds = partial(self._draw, self._init_groups[0]), np.zeros(1, np.int32)
        drawn = jax.eval_shape(draw, seeds, self._init_numbers[0], self._arrays)
        return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[2:], leaf.dtype), drawn)

    @cached_property
    def _init_numbers(self) -> list[PyTree]:
        return [structure.stack([self.learners[i] for i in group]) for group in self._init_groups]

    @cached_property
    def _records(self) -> PyTree:
        """The shapes of what one step of one trial records."""

        def records(state: PyTree, arrays: Any) -> Any:
            learner, key = self.learners[0], jax.random.key(0)
            data = eqx.combine(arrays, self._static_data)
            return learner.update(state, learner.batch(data, key, jnp.zeros((), jnp.int32)), key)[1]

        return jax.eval_shape(records, self._state, self._arrays)

    def _empty_tally(self) -> Tally:
        """Zeros for what the steps of a portion record."""
        shape = (self._at_once, len(self.learners))
        sums = jax.tree.map(lambda leaf: np.zeros(shape + leaf.shape, leaf.dtype), self._records)
        return Tally(sums, np.zeros(shape[:1], np.int32), np.full(shape, -1, np.int32))

    def _empty_portion(self) -> Portion:
        """A portion whose states are shapes."""
        shape = (self._at_once, len(self.learners))
        states = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(shape + leaf.shape, leaf.dtype), self._state)
        return Portion(states, self._empty_tally(), np.zeros(self._at_once, np.int32))

    # What the runner calls.

    def start(self, numbers: Sequence[int]) -> list[Portion]:
        """The portions before the first step, on their devices."""
        seeds = np.asarray(numbers, np.int32)
        states: list[Any] = [None] * len(self.learners)
        for group, varied, draw in zip(self._init_groups, self._init_numbers, self.compiled_draws, strict=True):
            drawn = jax.device_get(draw(seeds, varied, self._arrays))
            for position, i in enumerate(group):
                states[i] = jax.tree.map(lambda leaf, at=position: leaf[:, at], drawn)
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves, axis=1), *states)
        return [
            self._place(Portion(jax.tree.map(lambda leaf, at=at: leaf[at], stacked), self._empty_tally(), seeds[at]))
            for at in self._portions()
        ]

    def train(self, portions: Sequence[Portion], start: int, stop: int) -> list[Portion]:
        """The steps from start to stop. The boundaries never change the numbers; the arguments are used up."""
        bounds = self._layout.put((np.int32(start), np.int32(stop)), WHOLE)
        trained = []
        for portion in portions:  # one at a time: a CPU would run all of them at once, and share its caches out
            states, tally = self.compiled_train(*portion, *bounds, self._numbers, self._data)
            trained.append(jax.block_until_ready(Portion(states, tally, portion.seeds)))
        return trained

    def evaluate(self, portions: Sequence[Portion]) -> PyTree[np.ndarray]:
        """The measures, each of the shape (seed, variant)."""
        evaluate = self.compiled_evaluate
        return _joined([jax.device_get(evaluate(p.states, p.seeds, self._numbers, self._data)) for p in portions])

    def counted(self, portions: Sequence[Portion]) -> Tally:
        """What was counted in all portions."""
        return _joined([portion.tally for portion in portions])

    def clear(self, portions: Sequence[Portion]) -> list[Portion]:
        """The portions with tallies that count anew, but remember who has diverged."""
        empty = self._empty_tally()
        return [
            self._place(portion._replace(tally=empty._replace(diverged_at=portion.tally.diverged_at)))
            for portion in portions
        ]

    def restore(self, numbers: Sequence[int], leaves: Sequence[np.ndarray]) -> list[Portion]:
        """The portions of these seeds from the leaves that `jax.tree.leaves` gave of those that `train` returned."""
        seeds, count = np.asarray(numbers, np.int32), len(self._portions())
        shapes = [self._empty_portion()] * count
        if [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(shapes)] != [(x.shape, x.dtype) for x in leaves]:
            raise Error("a checkpoint does not fit this study: start anew with --fresh")
        portions = jax.tree.unflatten(jax.tree.structure(shapes), leaves)
        return [self._place(p._replace(seeds=seeds[at])) for p, at in zip(portions, self._portions(), strict=True)]

    def _place(self, portion: Portion) -> Portion:
        """The portion on its devices."""
        return self._layout.put(portion, self._of_portion)

    def _portions(self) -> list[slice]:
        """The seeds of each portion."""
        return [slice(at, at + self._at_once) for at in range(0, self.seeds, self._at_once)]


def _over_seeds(function: Callable) -> Callable:
    """The function over the seeds, the first axis of its arguments; a single seed goes without the axis."""

    def mapped(*arguments: Any) -> Any:
        if jax.tree.leaves(arguments)[0].shape[0] > 1:
            return jax.vmap(function)(*arguments)
        alone = function(*jax.tree.map(lambda leaf: leaf[0], arguments))
        return jax.tree.map(lambda leaf: leaf[None], alone)

    return mapped


def _joined(trees: Sequence[PyTree]) -> Any:
    """Trees of one structure as one tree of NumPy arrays, joined along the seeds."""
    return jax.tree.map(lambda *leaves: np.concatenate(leaves), *jax.device_get(trees))


class Varying:
    """Stands for a number that varies, where none may be read: any use is an error."""

    def __init__(self, path: str):
        self._path = path

    def _refuse(self, *_: Any) -> Any:
        raise Error(
            f"batch() reads {self._path}, which the variants of this study vary; a batch is shared by all variants: "
            "use the number in update() instead"
        )

    __jax_array__ = __float__ = __array__ = __mul__ = __rmul__ = __add__ = __radd__ = _refuse
    __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __pow__ = __neg__ = __lt__ = __gt__ = _refuse


def _fixed_numbers(recipes: Sequence[PyTree]) -> PyTree:
    """The numbers on which all recipes agree, and a refusal in the place of each that varies."""
    numbers = [structure.split(recipe)[0] for recipe in recipes]

    def settle(path: Any, *leaves: Any) -> Any:
        same = all(np.array_equal(leaf, leaves[0]) for leaf in leaves)
        return leaves[0] if same else Varying(jax.tree_util.keystr(path).lstrip("."))

    return jax.tree_util.tree_map_with_path(settle, *numbers)
