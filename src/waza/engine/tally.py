"""Tally: the sums of a trial's records between evaluations, and the step at which it diverged."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, as_mean, is_mean, mean_value

NEVER = -1


class Tally(NamedTuple):
    """Sums of the records by name, each a `Mean`, and the step at which the trial diverged (-1: it has not).

    A trial has diverged at the first step that records a total which is not finite. A weight of 0 is not divergence.
    """

    records: PyTree[Array]
    diverged_at: Int[Array, "..."] | np.ndarray


def named_means(measures: Any, origin: str) -> dict[str, Any]:
    """Records or measures by name, each value as a `Mean`, or as a dict of Means by layer.

    Args:
        measures: what a function of a learner returned.
        origin: that function, for the error message.

    Raises:
        Error: a value is neither a number, nor a Mean of numbers, nor a dict of these by layer.

    >>> named_means({"loss": 2.0, "norm": {"hidden.0": Mean(6.0, 4)}}, "Mine.update")
    {'loss': Mean(total=2.0, weight=1), 'norm': {'hidden.0': Mean(total=6.0, weight=4)}}
    """
    if not isinstance(measures, Mapping):
        raise Error(f"{origin} returns {type(measures).__name__}; expected a dict of numbers or Means by name")

    def mean(path: str, value: Any) -> Mean:
        found = as_mean(value)
        for part in (found.total, found.weight):
            if not _is_scalar(part):
                kind = f"{part.dtype} {part.shape}" if hasattr(part, "shape") else type(part).__name__
                raise Error(
                    f"{origin} returns {path!r} with {kind}; expected a number, a Mean of numbers (sum over what it "
                    "counts), or a dict of these by layer"
                )
        return found

    return {
        name: {layer: mean(f"{name}/{layer}", one) for layer, one in value.items()}
        if isinstance(value, Mapping)
        else mean(name, value)
        for name, value in measures.items()
    }


def _is_scalar(value: Any) -> bool:
    """Whether a value, of a compiled program or of the host, is a single real number."""
    if isinstance(value, list | tuple | Mapping):
        return False
    array = value if isinstance(value, jax.Array) else np.asarray(value)
    real = array.dtype == bool or any(jnp.issubdtype(array.dtype, kind) for kind in (jnp.integer, jnp.floating))
    return array.shape == () and real


def as_means(measures: Any, origin: str) -> dict[str, Any]:
    """`named_means` of arrays in which sums neither overflow nor lose digits: int32 and float32, or wider integers.

    >>> as_means({"wins": Mean(jnp.float32(3), jnp.int8(100))}, "Mine.update")["wins"].weight.dtype
    dtype('int32')
    """

    def arrays(mean: Mean) -> Mean:
        return Mean(_wide(mean.total), _wide(mean.weight))

    return jax.tree.map(arrays, named_means(measures, origin), is_leaf=is_mean)


def _wide(value: Any) -> Array:
    array = jnp.asarray(value)
    if jnp.issubdtype(array.dtype, jnp.floating):
        return array.astype(jnp.float32)
    return array.astype(jnp.int32) if array.dtype.itemsize < 4 else array


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
