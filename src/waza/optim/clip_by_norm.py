"""Gradient clipping by norm."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.core.recipe import like
from waza.optim.optimizer import Wrapper

LARGE, SMALLER = 1e15, 2.0**-100  # gradients above the first are scaled by the second before they are squared


class ClipByNorm(Wrapper):
    r"""$g \leftarrow g \min(1, \theta / \lVert g \rVert)$, applied before the inner optimiser.

    The norm is that of all gradients together, so that the direction stays the same. A gradient that is NaN or
    infinite is not clipped: the failure stays visible.

    Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.

    Args:
        optimizer: the inner one.
        limit: theta, the largest norm.

    >>> from waza.optim import SGD
    >>> optimizer = ClipByNorm(SGD(1.0), limit=1.0)
    >>> w = jnp.zeros(2)
    >>> [round(x, 3) for x in optimizer.update(jnp.array([3.0, 4.0]), optimizer.init(w), w)[0].tolist()]
    [-0.6, -0.8]
    """

    limit: float = 1.0

    def __check_init__(self):
        if isinstance(self.limit, float) and not self.limit > 0:
            raise Error(f"ClipByNorm(limit={self.limit}); expected a norm above 0, such as 1")

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """The inner update, on gradients of at most that norm."""
        leaves = [leaf.astype(jnp.float32) for leaf in jax.tree.leaves(gradients)]
        largest = jnp.max(jnp.stack([jnp.max(jnp.abs(leaf), initial=0) for leaf in leaves]))
        scale = jnp.where((largest > LARGE) & jnp.isfinite(largest), SMALLER, 1.0)
        norm = jnp.sqrt(sum(jnp.sum(jnp.square(scale * leaf)) for leaf in leaves))  # times the scale
        above = norm > self.limit * scale
        scale, share = jnp.where(above, scale, 1.0), jnp.where(above, self.limit / norm, 1.0)
        clipped = jax.tree.map(lambda leaf: like(share, leaf) * (like(scale, leaf) * leaf), gradients)
        return self.optimizer.update(clipped, state, parameters)
