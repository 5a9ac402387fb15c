"""Redrawn splits: training, validation and test rows drawn at random from a pool."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray, UInt32

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split, read_only

ROUNDS = 8  # of the Feistel network


def pool_of(data: Dataset) -> Split:
    """All rows of a data set as one split: training, test, then validation rows.

    >>> x = np.arange(4)
    >>> pool_of(Dataset("six", Split(x, x), Split(x[:2], x[:2]))).x.tolist()
    [0, 1, 2, 3, 0, 1]
    """
    splits = [split for split in (data.train, data.test, data.validation) if split is not None]
    return read_only(Split(*(np.concatenate(parts) for parts in zip(*splits, strict=True))))


def redrawn(data: Dataset, pool: Split, key: PRNGKeyArray) -> Dataset:
    """The data with splits of the same sizes drawn from `pool` without replacement.

    Test, validation and training rows follow one after the other in `drawn_rows`, so that no row is in two splits.

    Args:
        data: gives the sizes.
        pool: rows of the same kind.
        key: of the draw.
    """
    splits = [split for split in (data.test, data.validation, data.train) if split is not None]
    order = drawn_rows(key, sum(len(split.y) for split in splits), len(pool.y))
    first = 0

    def next_rows(split: Split) -> Split:
        nonlocal first
        rows = order[first : first + len(split.y)]
        first += len(split.y)
        return Split(*(part[rows] for part in map(jnp.asarray, pool)))

    test = next_rows(data.test)
    validation = None if data.validation is None else next_rows(data.validation)
    return data._replace(train=next_rows(data.train), test=test, validation=validation)


def drawn_rows(key: PRNGKeyArray, count: int, rows: int) -> Int[Array, " count"]:
    """`count` different rows of `rows` at random: the first values of a permutation that depends on the key.

    The permutation is a Feistel network on the next larger power of 4; values beyond the last row are permuted again.
    Each value is computed by itself, so that the time depends on `count` alone and all rows need not be sorted: a
    training draws its rows once a segment.

    Source: Black and Rogaway, "Ciphers with arbitrary finite domains", 2002.

    >>> sorted(drawn_rows(jax.random.key(0), 5, 5).tolist())
    [0, 1, 2, 3, 4]
    """
    half = max((rows - 1).bit_length() + 1, 2) // 2
    rounds = jax.random.bits(key, (ROUNDS,))
    mask = jnp.uint32(2**half - 1)

    def permuted(x: UInt32[Array, " count"]) -> UInt32[Array, " count"]:
        def halves_swapped(halves: Any, of_round: Any) -> tuple[Any, None]:
            left, right = halves
            return (right, left ^ (_mixed(right ^ of_round) & mask)), None

        (left, right), _ = jax.lax.scan(halves_swapped, (x >> half, x & mask), rounds)
        return left << half | right

    first = permuted(jnp.arange(count, dtype=jnp.uint32))
    inside = jax.lax.while_loop(lambda x: jnp.any(x >= rows), lambda x: jnp.where(x >= rows, permuted(x), x), first)
    return inside.astype(jnp.int32)


def _mixed(x: UInt32[Array, "..."]) -> UInt32[Array, "..."]:
    """Bits that all depend on all bits of x: the last step of MurmurHash3."""
    x = (x ^ (x >> 16)) * jnp.uint32(0x85EBCA6B)
    x = (x ^ (x >> 13)) * jnp.uint32(0xC2B2AE35)
    return x ^ (x >> 16)


def check_pool(data: Any, pool: Any) -> None:
    """Refuse data whose splits cannot be drawn from `pool`.

    Raises:
        Error: the data have no splits of plain arrays, the pool is too small, or its rows are of another kind.
    """
    if not isinstance(data, Dataset) or not isinstance(pool, Split):
        raise Error(
            f"splits='per seed' with {type(data).__name__} and a pool of {type(pool).__name__}; expected a Dataset and "
            "a Split"
        )
    needed = sum(len(split.y) for split in (data.train, data.test, data.validation) if split is not None)
    if len(pool.y) < needed:
        raise Error(f"the pool has {len(pool.y)} rows and the splits need {needed}: give smaller splits or more rows")
    for name in Split._fields:
        given, expected = np.asarray(getattr(pool, name)), np.asarray(getattr(data.train, name))
        if given.shape[1:] != expected.shape[1:] or given.dtype != expected.dtype:
            raise Error(
                f"the pool's {name} has rows {given.dtype} {given.shape[1:]}; "
                f"expected {expected.dtype} {expected.shape[1:]}, as in the data"
            )


def overlap_of(data: Dataset, pool: Split) -> float:
    """The share of the pool that the test rows are: how far two draws are expected to share test rows."""
    return len(data.test.y) / len(pool.y)
