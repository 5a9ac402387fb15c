"""Loops over trials, and over parts of a batch that fit the processor's caches."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

CACHED = 2**22  # most numbers in the intermediate arrays of a part: 16 MiB of float32


def one_by_one(function: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    """A function of two arrays that `vmap` runs as a loop over the trials.

    In the loop each trial is as fast as it is alone. `vmap` itself would merge the convolutions of trials with
    different weights into one grouped convolution, which XLA's CPU compiler runs as a scalar loop, and would copy the
    operands of batched products.

    >>> jax.vmap(one_by_one(jnp.add), (0, None))(jnp.arange(3), jnp.array(10)).tolist()
    [10, 11, 12]
    """

    @jax.custom_batching.custom_vmap
    def once(a: Array, b: Array) -> Array:
        return function(a, b)

    @once.def_vmap
    def _(size: int, batched: list[bool], a: Array, b: Array) -> tuple[Array, bool]:
        match batched:
            case [True, True]:
                return lax.map(lambda pair: once(*pair), (a, b)), True
            case [True, False]:
                return lax.map(lambda one: once(one, b), a), True
            case _:
                return lax.map(lambda one: once(a, one), b), True

    return once


def over_parts(function: Callable[[Array], Array], numbers: int, x: Array) -> Array:
    """function(x), computed for one part of the batch after another.

    Args:
        function: a function that treats each row of the batch independently.
        numbers: the count of numbers in its intermediate arrays for one row.
        x: the batch.

    >>> over_parts(lambda x: 2 * x, CACHED, jnp.arange(4)).tolist()
    [0, 2, 4, 6]
    """
    parts = parts_of(x.shape[0], numbers)
    if parts == 1:
        return function(x)
    y = lax.map(function, x.reshape(parts, -1, *x.shape[1:]))
    return y.reshape(-1, *y.shape[2:])


def summed_over_parts(function: Callable[[Array, Array], Any], numbers: int, a: Array, b: Array) -> Any:
    """function(a, b) for a function that sums over the rows of two batches, computed part by part.

    >>> summed_over_parts(jnp.dot, CACHED, jnp.arange(4), jnp.arange(4)).tolist()
    14
    """
    parts = parts_of(a.shape[0], numbers)
    if parts == 1:
        return function(a, b)
    a, b = (x.reshape(parts, -1, *x.shape[1:]) for x in (a, b))

    def add(total: Any, part: tuple[Array, Array]) -> tuple[Any, None]:
        return jax.tree.map(jnp.add, total, function(*part)), None

    return lax.scan(add, function(a[0], b[0]), (a[1:], b[1:]))[0]


def parts_of(rows: int, numbers: int) -> int:
    """The smallest number of equal parts of `rows` that each fit the caches, with `numbers` numbers per row.

    >>> parts_of(100, CACHED // 30), parts_of(7, CACHED), parts_of(100, 1)
    (4, 7, 1)
    """
    fits = (n for n in range(1, rows + 1) if rows % n == 0 and numbers * (rows // n) <= CACHED)
    return next(fits, max(rows, 1))
