"""Orthogonal initial weights."""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.nn.initializers import Initializer


class Orthogonal(Initializer):
    r"""A random matrix with orthogonal rows or columns, whichever are fewer, each of the length g.

    $W = g Q$ with $Q Q^\top = I$ or $Q^\top Q = I$, uniform among such matrices: Q is the first factor of the QR
    decomposition of a Gaussian matrix, with the signs that make the diagonal of R positive. The weight of a convolution
    is a matrix of (window and input channels, output channels).

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2014.

    Args:
        gain: g, such as sqrt(2) before rectifiers.

    >>> weight = Orthogonal(2.0)(jax.random.key(0), (2, 5), inputs=5, outputs=2)
    >>> (weight @ weight.T).round(3).tolist()
    [[4.0, 0.0], [0.0, 4.0]]
    """

    gain: float = 1.0

    def __call__(self, key: PRNGKeyArray, shape: tuple[int, ...], inputs: int, outputs: int) -> Float[Array, "..."]:
        """Draw a weight; `inputs` and `outputs` do not matter."""
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = jax.random.normal(key, (max(rows, columns), min(rows, columns)))
        q, r = jnp.linalg.qr(drawn)
        q = q * jnp.where(jnp.diagonal(r) < 0, -1.0, 1.0)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
