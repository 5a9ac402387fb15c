"""Replay memory: a ring buffer of transitions, as arrays in a learner's state."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error


class Replay(NamedTuple):
    """The most recent rows of a stream. Rows are trees of arrays; the buffer's leaves have the rows as first axis.

    Source: Lin, "Self-improving reactive agents based on reinforcement learning, planning and teaching", 1992; Mnih et
    al., "Human-level control through deep reinforcement learning", 2015.

    Attributes:
        rows: what is stored, (capacity, ...).
        position: where the next row goes.
        size: the number of rows that hold something, at most the capacity.

    >>> memory = insert(empty(3, jnp.zeros(())), jnp.array([1.0, 2.0]))
    >>> memory = insert(memory, jnp.array([3.0, 4.0]))
    >>> memory.rows.tolist(), int(memory.position), int(memory.size)
    ([4.0, 2.0, 3.0], 1, 3)
    """

    rows: PyTree[Array]
    position: Int[Array, ""]
    size: Int[Array, ""]


def empty(capacity: int, row: PyTree[Array]) -> Replay:
    """A buffer that holds nothing.

    Args:
        capacity: the largest number of rows.
        row: one row, whose shapes and types count.
    """
    rows = jax.tree.map(lambda leaf: jnp.zeros((capacity, *leaf.shape), leaf.dtype), row)
    return Replay(rows, jnp.int32(0), jnp.int32(0))


def insert(replay: Replay, rows: PyTree[Array]) -> Replay:
    """The buffer after several rows, (n, ...), which overwrite the oldest ones where it is full.

    Raises:
        Error: there are more rows than the buffer holds.
    """
    count, capacity = jax.tree.leaves(rows)[0].shape[0], jax.tree.leaves(replay.rows)[0].shape[0]
    if count > capacity:
        raise Error(f"{count} rows are inserted at once in a replay memory of {capacity}: give a larger capacity")
    places = (replay.position + jnp.arange(count)) % capacity
    stored = jax.tree.map(lambda old, new: old.at[places].set(new, unique_indices=True), replay.rows, rows)
    return Replay(stored, (replay.position + count) % capacity, jnp.minimum(replay.size + count, capacity))


def sample(replay: Replay, key: PRNGKeyArray, count: int) -> PyTree[Array]:
    """Rows drawn uniformly with replacement, (count, ...). The buffer must hold at least one."""
    places = jax.random.randint(key, (count,), 0, jnp.maximum(replay.size, 1))
    return jax.tree.map(lambda leaf: leaf[places], replay.rows)
