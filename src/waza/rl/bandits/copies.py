"""Copies side by side: `jax.vmap` adds them in the last axis of all arrays, and random numbers for each."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jaxtyping import Array, Float, Key, PyTree

Keys = Key[Array, "..."]  # of copies; a single key has no axis

LANES = 8  # numbers that a processor computes at once: as many are drawn as fill them
LOWEST = -1 + 2.0**-24  # of a number between -1 and 1 of which the inverse error function is finite


def side_by_side(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function of a tree of arrays, whose copies are the last axis of each array, for trees without this axis.

    Under `jax.vmap`, also of a vmapped function, all copies are joined in that one axis. Ten arms in the last axis
    leave a processor's vectors of eight numbers half empty, and seeds fill them.

    >>> double = side_by_side(lambda x: {"twice": 2 * x})
    >>> jax.vmap(double)(jnp.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))["twice"].shape
    (2, 3)
    """

    @custom_vmap
    def run(given: PyTree[Array]) -> PyTree[Array]:
        return function(given)

    @run.def_vmap
    def more(size: int, batched: list[PyTree[bool]], given: PyTree[Array]) -> Any:
        def joined(leaf: Array, has: bool) -> Array:
            leaf = jnp.moveaxis(leaf, 0, -2) if has else jnp.broadcast_to(leaf[..., None, :], _with(leaf, size))
            return leaf.reshape(*leaf.shape[:-2], size * leaf.shape[-1])

        def parted(leaf: Array) -> Array:
            return jnp.moveaxis(leaf.reshape(*leaf.shape[:-1], size, -1), -2, 0)

        found = jax.tree.map(parted, run(jax.tree.map(joined, given, batched[0])))
        return found, jax.tree.map(lambda _: True, found)

    def of_one(given: PyTree[Array]) -> PyTree[Array]:
        found = run(jax.tree.map(lambda leaf: leaf[..., None], given))
        return jax.tree.map(lambda leaf: leaf[..., 0], found)

    return of_one


def _with(leaf: Array, size: int) -> tuple[int, ...]:
    """The shape with an axis of this size before the last one."""
    return (*leaf.shape[:-1], size, leaf.shape[-1])


def fold(key: Keys, number: Any) -> Keys:
    """The key that `jax.random.fold_in` derives, for each copy."""
    return _each(lambda one: jax.random.fold_in(one, number), key)


def uniform(key: Keys, *shape: int, low: Any = 0.0) -> Float[Array, "..."]:
    """Uniform numbers from `low` to 1 of this shape, with the copies of the key behind it.

    >>> uniform(jax.random.split(jax.random.key(0), 5), 2, 3).shape
    (2, 3, 5)
    """
    count = math.prod(shape)
    most = -(-count // LANES) * LANES if shape else 1
    numbers = _each(lambda one: jax.random.uniform(one, (most,), minval=low), key)
    return jnp.moveaxis(numbers, -1, 0)[:count].reshape(*shape, *key.shape)


def normal(key: Keys, *shape: int) -> Float[Array, "..."]:
    """Standard normal numbers of this shape, with the copies of the key behind it."""
    return math.sqrt(2) * jax.scipy.special.erfinv(uniform(key, *shape, low=LOWEST))


def beside(x: Array, copies: int) -> Array:
    """The array with this many axes of size 1 behind it, to be broadcast to copies."""
    return x.reshape(*x.shape, *(1,) * copies)


def _each(function: Callable[[Any], Array], key: Keys) -> Array:
    for _ in range(key.ndim):
        function = jax.vmap(function)
    return function(key)
