"""Layout: how the trials of a program lie on its devices."""

import dataclasses
import math
from typing import Any, Self

import jax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import PyTree

from waza.engine.devices import TRIALS

# How an array lies on the devices: whole on each, or its first axis shared out.
WHOLE, SHARED_OUT = PartitionSpec(), PartitionSpec(TRIALS)


@dataclasses.dataclass(frozen=True)
class Layout:
    """The seeds or the variants are shared out, whichever leaves less of the last device empty.

    5 seeds of 13 variants make 2 x 35 trials on two devices, and not 2 x 39. What fills the last device is computed and
    not read.

    Args:
        mesh: the devices.
        seeds: with those that fill the last device.
        variants: likewise.
        of_trials: where arrays with the axes (seed, variant, ...) lie.
        of_seeds: where arrays with the axis (seed, ...) lie.
        of_variants: where arrays with the axis (variant, ...) lie.
    """

    mesh: Mesh
    seeds: int
    variants: int
    of_trials: PartitionSpec
    of_seeds: PartitionSpec
    of_variants: PartitionSpec

    @classmethod
    def of(cls, seeds: int, variants: int, mesh: Mesh) -> Self:
        """The layout of so many trials."""
        whole_seeds, whole_variants = (math.ceil(n / mesh.size) * mesh.size for n in (seeds, variants))
        if seeds * whole_variants < whole_seeds * variants:
            return cls(mesh, seeds, whole_variants, PartitionSpec(None, TRIALS), WHOLE, SHARED_OUT)
        return cls(mesh, whole_seeds, variants, SHARED_OUT, SHARED_OUT, WHOLE)

    @property
    def fewest_seeds(self) -> int:
        """How many seeds are computed together at least: one on each device, if they are shared out."""
        return 1 if self.of_seeds == WHOLE else self.mesh.size

    def put(self, tree: PyTree, specs: PyTree) -> Any:
        """The tree on the devices; `specs` are of the tree's structure, or stand for whole branches of it."""
        return jax.device_put(tree, self._shardings(specs))

    def shapes(self, tree: PyTree, specs: PyTree) -> Any:
        """The shapes of what `put` returns."""

        def shape(sharding: NamedSharding, branch: PyTree) -> PyTree:
            return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=sharding), branch)

        return jax.tree.map(shape, self._shardings(specs), tree)

    def _shardings(self, specs: PyTree) -> PyTree:
        return jax.tree.map(lambda spec: NamedSharding(self.mesh, spec), specs)
