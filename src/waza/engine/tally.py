"""Tally: the sums of a trial's records between evaluations, and the step at which it diverged."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PyTree

from waza.core.measure import Mean, as_mean, is_mean, mean_value

NEVER = -1


class Tally(NamedTuple):
    """Sums of the records by name, each a `Mean`, and the step at which the trial diverged (-1: it has not).

    A trial has diverged at the first step that records a total which is not finite. A weight of 0 is not divergence.
    """

    records: PyTree[Array]
    diverged_at: Int[Array, "..."] | np.ndarray


def as_means(measures: Any) -> Any:
    """Records or measures with every value as a `Mean` of arrays; half precision becomes float32.

    >>> as_means({"loss": 2.0, "wins": Mean(jnp.float32(3), 4)})["wins"].weight.dtype
    dtype('int32')
    """

    def arrays(node: Any) -> Mean:
        mean = as_mean(node)
        return Mean(_wide(mean.total), _wide(mean.weight))

    return jax.tree.map(arrays, measures, is_leaf=is_mean)


def _wide(value: Any) -> Array:
    array = jnp.asarray(value)
    if array.dtype == bool:
        return array.astype(jnp.int32)
    return array.astype(jnp.float32) if jnp.issubdtype(array.dtype, jnp.floating) else array


def count(tally: Tally, records: PyTree[Array], step: Int[Array, ""]) -> Tally:
    """The tally with the records of one more step, which are Means."""
    sums = jax.tree.map(jnp.add, tally.records, records)
    finite = jnp.ones(tally.diverged_at.shape, bool)
    for mean in jax.tree.leaves(records, is_leaf=is_mean):
        finite &= jnp.isfinite(mean.total)
    first = jnp.where((tally.diverged_at < 0) & ~finite, step.astype(jnp.int32), tally.diverged_at)
    return Tally(sums, first)


def empty(records: PyTree[jax.ShapeDtypeStruct], shape: tuple[int, ...]) -> Tally:
    """A tally of `shape` trials that has counted nothing; `records` has the shapes of one trial's Means."""
    sums = jax.tree.map(lambda leaf: np.zeros(shape + leaf.shape, leaf.dtype), records)
    return Tally(sums, np.full(shape, NEVER, np.int32))


def flat_values(measures: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """The values of Means by path: "test_accuracy", or "gradient_norm/hidden.0" for one layer's.

    >>> flat_values({"norm": {"hidden.0": Mean(np.float32(6), 4)}}, "batch_")
    {'batch_norm/hidden.0': array(1.5, dtype=float32)}
    """
    flat: dict[str, np.ndarray] = {}
    for name, value in measures.items():
        parts = {f"{name}/{layer}": mean for layer, mean in value.items()} if isinstance(value, dict) else {name: value}
        for path, mean in parts.items():
            flat[prefix + path] = np.asarray(mean_value(mean.total, mean.weight), np.float32)
    return flat
