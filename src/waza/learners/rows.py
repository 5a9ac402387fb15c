"""Rows: inputs as floats, measures of each row, and their sums."""

import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, PyTree

from waza.core.measure import Mean
from waza.nn import Loss

EVALUATED_AT_ONCE = 1000  # rows
TINY = 1e-30
NUMBERS_AT_ONCE = 2**22  # inputs of all rows that are evaluated together


def as_inputs(x: PyTree[Any]) -> PyTree[Array]:
    """Arrays as inputs of a model: bytes are scaled from 0..255 to 0..1, other types stay.

    >>> as_inputs(jnp.array([[0, 255]], dtype=jnp.uint8)).tolist()
    [[0.0, 1.0]]
    """

    def scaled(leaf: Any) -> Array:
        leaf = jnp.asarray(leaf)
        return leaf.astype(jnp.float32) / 255 if leaf.dtype == jnp.uint8 else leaf

    return jax.tree.map(scaled, x)


def row_count(split: Any) -> int:
    """The number of rows of a split."""
    return int(jax.tree.leaves(split.y)[0].shape[0])


def first_rows(split: Any, count: int) -> Any:
    """The first rows of a split."""
    return jax.tree.map(lambda leaf: leaf[:count], split)


def weights_of(split: Any) -> Array | None:
    """The weights of a split's targets; None where all count alike."""
    return getattr(split, "weights", None)


def rows_at_once(x: PyTree[Any]) -> int:
    """The number of rows of inputs (rows, ...) that are evaluated at once.

    >>> rows_at_once(jax.ShapeDtypeStruct((60000, 28, 28, 1), "uint8"))
    1000
    >>> rows_at_once(jax.ShapeDtypeStruct((60000, 227, 227, 3), "uint8"))
    27
    """
    numbers = sum(math.prod(leaf.shape[1:]) for leaf in jax.tree.leaves(x))
    return max(1, min(EVALUATED_AT_ONCE, NUMBERS_AT_ONCE // max(numbers, 1)))


def measure_rows(loss: Loss, outputs: PyTree[Array], targets: PyTree[Any], weights: Array | None) -> dict[str, Any]:
    """A loss's measures of each row: (rows,), or Means with one total and one weight a row.

    Weights of rows alone are applied here; those of a row's targets are given to the loss.
    """
    targets = jax.tree.map(jnp.asarray, targets)  # of host arrays, outside of compiled programs
    if weights is None:
        return loss(outputs, targets)
    if weights.ndim > 1:
        return loss(outputs, targets, weights)

    def weighted(value: Any) -> Mean:
        mean = value if isinstance(value, Mean) else Mean(value, jnp.ones_like(value))
        total = jnp.where(weights == 0, 0, mean.total)  # what is not counted may be anything, NaN too
        return Mean(total * weights, mean.weight * weights)

    return {name: weighted(value) for name, value in loss(outputs, targets).items()}


def mean_of_rows(rows: Any) -> Any:
    """The mean over rows, a Mean where the rows are Means."""
    return Mean(jnp.sum(rows.total), jnp.sum(rows.weight)) if isinstance(rows, Mean) else jnp.mean(rows)


def value_of(mean: Any) -> Any:
    """The value of what `mean_of_rows` returns, as an objective: 0, with gradients of 0, where nothing is counted."""
    return mean.total / jnp.maximum(mean.weight, TINY) if isinstance(mean, Mean) else mean


def sum_of_rows(rows: Any, real: Bool[Array, " rows"]) -> Any:
    """The sum over the real rows, a Mean where the rows are Means."""
    return jax.tree.map(lambda leaf: jnp.sum(jnp.where(real, leaf, 0)), rows)
