"""Layout: how the trials of a program, or the rows of its batches, are distributed over the devices."""

import dataclasses
import math
from typing import Any, Self

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import PyTree

from waza.engine.devices import TRIALS

# Shardings of an array: whole on each device, or split along its first axis.
WHOLE, SHARED_OUT = PartitionSpec(), PartitionSpec(TRIALS)


@dataclasses.dataclass(frozen=True)
class Layout:
    """What the devices share: seeds, variants, or the rows of each batch of a single trial.

    Args:
        mesh: the devices.
        seeds: their number, with those that fill the last device; filled-in trials are computed and dropped.
        variants: likewise.
        of_trials: sharding of arrays with the axes (seed, variant, ...).
        of_seeds: sharding of arrays with the axis (seed, ...).
        of_variants: sharding of arrays with the axis (variant, ...).
        by_rows: whether one trial's batches are shared; its state is whole on each device.
    """

    mesh: Mesh
    seeds: int
    variants: int
    of_trials: PartitionSpec
    of_seeds: PartitionSpec
    of_variants: PartitionSpec
    by_rows: bool = False

    @classmethod
    def of(cls, seeds: int, variants: int, mesh: Mesh) -> Self:
        """The layout of `seeds` x `variants` trials: shared by seeds or by variants, whichever fills in fewer trials.

        5 seeds of 13 variants make 2 x 35 trials on two devices, and not 2 x 39.
        """
        whole_seeds, whole_variants = (math.ceil(n / mesh.size) * mesh.size for n in (seeds, variants))
        if seeds * whole_variants < whole_seeds * variants:
            return cls(mesh, seeds, whole_variants, PartitionSpec(None, TRIALS), WHOLE, SHARED_OUT)
        return cls(mesh, whole_seeds, variants, SHARED_OUT, SHARED_OUT, WHOLE)

    @classmethod
    def of_stream(cls, seeds: int, variants: int, mesh: Mesh) -> Self:
        """The layout for batches from the host: seeds one after another, since their batches may differ in shape."""
        devices = Mesh(mesh.devices.flat[: min(mesh.size, variants)], mesh.axis_names)
        whole_variants = math.ceil(variants / devices.size) * devices.size
        return cls(devices, seeds, whole_variants, PartitionSpec(None, TRIALS), WHOLE, SHARED_OUT)

    @classmethod
    def of_rows(cls, mesh: Mesh) -> Self:
        """The layout of a single trial whose batches are shared by the devices; XLA adds up the gradients."""
        return cls(mesh, 1, 1, WHOLE, WHOLE, WHOLE, by_rows=True)

    @property
    def fewest_seeds(self) -> int:
        """The smallest number of seeds in one call: one a device where the devices share the seeds."""
        return 1 if self.of_seeds == WHOLE else self.mesh.size

    def row_shardings(self, tree: PyTree, axis: int = 0) -> Any:
        """Shardings by which the devices share the rows of a batch, along an axis; other arrays are whole."""
        shared = PartitionSpec(*[None] * axis, TRIALS)

        def sharding(leaf: Any) -> NamedSharding:
            divides = leaf.ndim > axis and leaf.shape[axis] % self.mesh.size == 0
            return NamedSharding(self.mesh, shared if divides else WHOLE)

        return jax.tree.map(sharding, tree)

    def rows_shared(self, batch: PyTree) -> Any:
        """A batch whose rows the devices share, within a compiled program."""
        return jax.lax.with_sharding_constraint(batch, self.row_shardings(batch))

    def put(self, tree: PyTree, specs: PyTree) -> Any:
        """The tree on the devices; `specs` are of the tree's structure, or stand for whole branches of it."""
        return self._placed(tree, self._shardings(specs))

    def put_rows(self, tree: PyTree, axis: int) -> Any:
        """The tree on the devices, which share its rows along an axis."""
        return self._placed(tree, self.row_shardings(tree, axis))

    def shapes(self, tree: PyTree, specs: PyTree) -> Any:
        """The shapes of what `put` returns."""

        def shape(sharding: NamedSharding, branch: PyTree) -> PyTree:
            return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding), branch)

        return jax.tree.map(shape, self._shardings(specs), tree)

    def _placed(self, tree: PyTree, shardings: PyTree) -> Any:
        """The tree with these shardings, which stand for whole branches of it.

        Of several processes each puts its own part on its own devices. `jax.device_put` would first compare the arrays
        of all processes.
        """
        if not self.mesh.is_multi_process:
            return jax.device_put(tree, shardings)

        def placed(sharding: NamedSharding, branch: PyTree) -> PyTree:
            return jax.tree.map(lambda leaf: _of_all(leaf, sharding), branch)

        return jax.tree.map(placed, shardings, tree)

    def _shardings(self, specs: PyTree) -> PyTree:
        return jax.tree.map(lambda spec: NamedSharding(self.mesh, spec), specs)


def _of_all(leaf: Any, sharding: NamedSharding) -> jax.Array:
    """An array on the devices of several processes, each of which has the whole array."""
    if isinstance(leaf, jax.Array) and leaf.sharding == sharding:
        return leaf
    array = np.asarray(leaf)
    return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])
