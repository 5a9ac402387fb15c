"""Flatten: images as rows."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.nn.layer import Layer
from waza.nn.passes import Pass


class Flatten(Layer):
    """Merges all axes but the first: (batch, height, width, channels) to (batch, height * width * channels).

    The channels of one position stay together, as in Keras; In PyTorch, where images are NCHW, the positions of one
    channel stay together. Convert such weights with `moveaxis` before you use them in a dense layer.

    >>> Flatten().apply({}, jnp.ones((2, 4, 4, 3)), Pass()).shape
    (2, 48)
    """

    def apply(self, variables: dict, x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch features"]:
        """The same numbers, one row per example."""
        return jnp.reshape(x, (x.shape[0], -1))
