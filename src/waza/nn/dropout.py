"""Dropout."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.core.errors import Error
from waza.core.recipe import like
from waza.nn.layer import Layer
from waza.nn.passes import Pass


class Dropout(Layer):
    r"""In training, $y = x \cdot m / (1 - p)$ with $m \sim \text{Bernoulli}(1 - p)$; otherwise $y = x$.

    The division keeps the expectation, so that evaluation needs no scaling ("inverted" dropout).

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.

    Args:
        rate: p, the share of units that are dropped, in [0, 1).

    >>> layer = Dropout(0.5)
    >>> layer.apply({}, jnp.ones((1, 4)), Pass()).tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    >>> y = layer.apply({}, jnp.ones((1, 100)), Pass(training=True, key=jax.random.key(0)))
    >>> sorted(set(y.ravel().tolist()))
    [0.0, 2.0]
    """

    rate: float = 0.5

    def __check_init__(self):
        if isinstance(self.rate, float) and not 0 <= self.rate < 1:
            raise Error(f"Dropout(rate={self.rate}); expected a share of units in [0, 1), such as 0.5")

    def apply(self, variables: dict, x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch ..."]:
        """Drop units at random in training; change nothing otherwise."""
        if not run.training:
            return x
        keep = 1 - like(self.rate, x)
        return jnp.where(jax.random.uniform(run.key(), x.shape, x.dtype) < keep, x / keep, 0)
