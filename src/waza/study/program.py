"""The compiled programs of one group: all its variants and a block of seeds at once."""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.learners import Learner
from waza.nn import named_key
from waza.study import structure
from waza.study.devices import TRIALS
from waza.study.mapping import How, mapped

# Options of XLA's CPU compiler (other devices ignore them): what runs once is worth little time to compile.
RUN_ONCE: Any = {"xla_cpu_use_fusion_emitters": False, "xla_backend_optimization_level": 0}


class Tally(NamedTuple):
    """What is counted between evaluations: sums of the records, steps, and where a trial diverged (or -1)."""

    sums: PyTree[Array]
    steps: Array | np.ndarray
    diverged_at: Array | np.ndarray


class Program:
    """Variants of one structure, trained together over a block of seeds.

    Variants inside (they share the batch), a loop over steps around them, seeds outside, sharded over the mesh. Leaves
    of states have the axes (seed, variant, ...).

    Args:
        learners: the variants; their recipes without initializers have one structure.
        data: what they learn from; its arrays are arguments of the programs.
        seeds: how many seeds a block has, a multiple of the number of devices.
        mesh: the devices.
        how: how variants and seeds are mapped over.
    """

    def __init__(self, learners: Sequence[Learner], data: Any, seeds: int, mesh: Mesh, how: How = "vmap"):
        self.learners = tuple(learners)
        self.seeds = seeds
        self.how = how
        self._mesh = mesh
        trained = [structure.without_initializers(learner) for learner in learners]
        self._structure = structure.split(trained[0])[1]
        self._arrays, self._static_data = eqx.partition(data, eqx.is_array)
        self._numbers = self._place(structure.stack(trained), PartitionSpec())
        self._fixed = _fixed_numbers(trained)
        self._data = self._place(self._arrays, PartitionSpec())

    # What is mapped over, one trial or one seed at a time.

    def _learner(self, numbers: PyTree) -> Learner:
        return eqx.combine(numbers, self._structure)

    def _update_seed(
        self, states: PyTree, tally: Tally, keys: dict[str, Array], step: Array, numbers: PyTree, data: Any
    ) -> Any:
        """One step of all variants of a seed, on one batch."""
        shared = eqx.combine(self._fixed, self._structure)
        batch = shared.batch(data, jax.random.fold_in(keys["batch"], step))
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
        self,
        states: PyTree,
        tally: Tally,
        seeds: Array,
        start: Array,
        stop: Array,
        numbers: PyTree,
        arrays: Any,
    ) -> Any:
        """The steps from start to stop, of the seeds of one device."""
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

        return mapped(steps, (0, 0, 0), self.how)(states, tally, purposes)

    def _evaluate(self, states: PyTree, seeds: Array, numbers: PyTree, arrays: Any) -> Any:
        """The measures of the seeds of one device."""
        data = eqx.combine(arrays, self._static_data)

        def one(state: PyTree, n: PyTree, seed: Array) -> Any:
            return self._learner(n).evaluate(state, data, named_key(jax.random.key(seed), "evaluate"))

        return mapped(mapped(one, (0, 0, None), self.how), (0, None, 0), self.how)(states, numbers, seeds)

    def _draw(self, group: list[int], seeds: Array, numbers: PyTree, arrays: Any) -> PyTree:
        """The initial states of the variants of one full structure, with the axes (seed, variant, ...)."""
        data = eqx.combine(arrays, self._static_data)
        rest = structure.split(self.learners[group[0]])[1]

        def one(seed: Array, n: PyTree) -> PyTree:
            return eqx.combine(n, rest).init(named_key(jax.random.key(seed), "init"), data)

        return jax.vmap(jax.vmap(one, in_axes=(None, 0)), in_axes=(0, None))(seeds, numbers)

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
        states, seeds = self._shapes(self._states), self._shapes(np.zeros(self.seeds, np.int32))
        tally = self._shapes(self._empty_tally())
        step = jax.ShapeDtypeStruct((), jnp.int32, sharding=NamedSharding(self._mesh, PartitionSpec()))
        train = self._sharded(self._train, "ssswwww", donate=(0, 1))
        return train.lower(states, tally, seeds, step, step, self._numbers, self._data).compile()

    @cached_property
    def compiled_evaluate(self) -> Any:
        """The compiled evaluation program; may be asked for from a thread of its own."""
        states, seeds = self._shapes(self._states), self._shapes(np.zeros(self.seeds, np.int32))
        evaluate = self._sharded(self._evaluate, "ssww")
        return evaluate.lower(states, seeds, self._numbers, self._data).compile()

    def _sharded(self, function: Any, arguments: str, donate: tuple[int, ...] = ()) -> Any:
        """The function over the mesh; an argument is sharded by seeds ("s") or whole on each device ("w")."""
        seeds = PartitionSpec(TRIALS)
        specs = tuple(seeds if kind == "s" else PartitionSpec() for kind in arguments)
        mapped = jax.shard_map(function, mesh=self._mesh, in_specs=specs, out_specs=seeds, check_vma=False)
        return jax.jit(mapped, donate_argnums=donate)

    @cached_property
    def _states(self) -> PyTree:
        """The shapes of a block's states."""
        draw, seeds = partial(self._draw, self._init_groups[0]), np.zeros(self.seeds, np.int32)
        drawn = jax.eval_shape(draw, seeds, self._init_numbers[0], self._arrays)
        shape = (self.seeds, len(self.learners))
        return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(shape + leaf.shape[2:], leaf.dtype), drawn)

    @cached_property
    def _init_numbers(self) -> list[PyTree]:
        return [structure.stack([self.learners[i] for i in group]) for group in self._init_groups]

    def _shapes(self, tree: PyTree) -> PyTree:
        sharding = NamedSharding(self._mesh, PartitionSpec(TRIALS))
        return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding), tree)

    @cached_property
    def _records(self) -> PyTree:
        """The shapes of what one step of one trial records."""

        def records(state: PyTree, arrays: Any) -> Any:
            learner, key = self.learners[0], jax.random.key(0)
            data = eqx.combine(arrays, self._static_data)
            return learner.update(state, learner.batch(data, key), key)[1]

        one = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[2:], leaf.dtype), self._states)
        return jax.eval_shape(records, one, self._arrays)

    def _empty_tally(self) -> Tally:
        """Zeros for what one step records."""
        shape = (self.seeds, len(self.learners))
        sums = jax.tree.map(lambda leaf: np.zeros(shape + leaf.shape, leaf.dtype), self._records)
        return Tally(sums, np.zeros(shape[:1], np.int32), np.full(shape, -1, np.int32))

    # What the runner calls.

    def _place(self, tree: PyTree, spec: PartitionSpec) -> PyTree:
        return jax.device_put(tree, NamedSharding(self._mesh, spec))

    def start(self, numbers: Sequence[int]) -> tuple[PyTree, Tally, Array]:
        """The states before the first step, an empty tally, and the seeds, all on their devices."""
        seeds = np.asarray(numbers, np.int32)
        states: list[Any] = [None] * len(self.learners)
        for group, varied, draw in zip(self._init_groups, self._init_numbers, self.compiled_draws, strict=True):
            drawn = jax.device_get(draw(seeds, varied, self._arrays))
            for position, i in enumerate(group):
                states[i] = jax.tree.map(lambda leaf, at=position: leaf[:, at], drawn)
        stacked = jax.tree.map(lambda *leaves: np.stack(leaves, axis=1), *states)
        return self._place(stacked, PartitionSpec(TRIALS)), self.clear(), self._place(seeds, PartitionSpec(TRIALS))

    def clear(self, diverged_at: Any = None) -> Tally:
        """A tally that counts anew, but remembers who has diverged."""
        tally = self._empty_tally()
        return self._place(
            tally if diverged_at is None else tally._replace(diverged_at=diverged_at), PartitionSpec(TRIALS)
        )

    def train(self, states: PyTree, tally: Tally, seeds: Array, start: int, stop: int) -> tuple[PyTree, Tally]:
        """The steps from start to stop. The boundaries never change the numbers; the arguments are used up."""
        bounds = self._place((np.int32(start), np.int32(stop)), PartitionSpec())
        return self.compiled_train(states, tally, seeds, *bounds, self._numbers, self._data)

    def evaluate(self, states: PyTree, seeds: Array) -> PyTree[np.ndarray]:
        """The measures, each of the shape (seed, variant)."""
        return jax.device_get(self.compiled_evaluate(states, seeds, self._numbers, self._data))

    def restore(self, leaves: Sequence[np.ndarray]) -> tuple[PyTree, Tally]:
        """States and tally from the leaves that `jax.tree.leaves((states, tally))` gave."""
        shapes = (self._states, self._empty_tally())
        if [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(shapes)] != [(x.shape, x.dtype) for x in leaves]:
            raise Error("a checkpoint does not fit this study: start anew with --fresh")
        return self._place(jax.tree.unflatten(jax.tree.structure(shapes), leaves), PartitionSpec(TRIALS))


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
