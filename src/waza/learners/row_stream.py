"""A stream of minibatches from training data that are too large for the devices' memory."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from waza.core.digest import array_digest
from waza.data import Dataset, Split, Weighted
from waza.learners.keys import step_key, trial_key
from waza.learners.rows import rows_at_once
from waza.learners.source import Stream

LIMIT = 2 * 2**30  # bytes of training inputs
DRAWN_AT_ONCE = 64  # steps


def is_large(train: Any) -> bool:
    """Whether training inputs have more bytes than are put into the devices' memory."""
    return sum(getattr(leaf, "nbytes", 0) for leaf in jax.tree.leaves(train.x)) > LIMIT


class RowStream(Stream):
    """The minibatches that a learner's `rows_drawn` draws, gathered on the host from arrays or memory maps.

    Args:
        learner: it has `rows_drawn(data, key)`.
        data: with a training split.
    """

    def __init__(self, learner: Any, data: Dataset):
        self._learner, self._data = learner, data

    def digest(self) -> str:
        """A digest of the training split and the batch size."""
        leaves = [array_digest(leaf) for leaf in jax.tree.leaves(self._data.train)]
        return hashlib.sha256(repr((leaves, self._learner.batch_size)).encode()).hexdigest()

    def batches(self, seed: int, start: int, stop: int) -> Iterator[Any]:
        """The rows of each step, those that resident data would give."""
        for first in range(start, stop, DRAWN_AT_ONCE):
            drawn = np.asarray(self._drawn(np.int32(seed), np.int32(first)))
            for rows in drawn[: stop - first]:
                yield jax.tree.map(lambda leaf, rows=rows: leaf[rows], self._data.train)

    @cached_property
    def _drawn(self) -> Any:
        """The rows of `DRAWN_AT_ONCE` steps, (step, row)."""

        def drawn(seed: Array, first: Array) -> Array:
            key, steps = trial_key(seed, "batch"), first + jnp.arange(DRAWN_AT_ONCE)
            return jax.vmap(lambda step: self._learner.rows_drawn(self._data, step_key(key, step)))(steps)

        return jax.jit(drawn)

    def pieces(self, data: Dataset) -> Iterator[Dataset]:
        """The splits in pieces of equal shapes; rows that only fill a piece have the weight 0."""
        splits = self._learner.judged(data)
        size = rows_at_once(data.train.x)
        sizes = {name: min(size, len(split.y)) for name, split in splits.items()}
        count = max(-(-len(split.y) // sizes[name]) for name, split in splits.items())
        for number in range(count):
            parts: dict[str, Any] = {name: _piece(split, sizes[name], number) for name, split in splits.items()}
            yield data._replace(**parts)


def _piece(split: Any, size: int, number: int) -> Weighted:
    """Rows number * size, ... of a split; beyond its end, its last row with the weight 0."""
    rows = np.arange(number * size, (number + 1) * size)
    index = np.minimum(rows, len(split.y) - 1)
    real = (rows < len(split.y)).astype(np.float32)
    weights = getattr(split, "weights", None)
    if weights is not None:
        weights = np.asarray(weights[index])
        real = weights * real.reshape(-1, *[1] * (weights.ndim - 1))
    x, y = (jax.tree.map(lambda leaf: np.asarray(leaf[index]), part) for part in Split(split.x, split.y))
    return Weighted(x, y, real)
