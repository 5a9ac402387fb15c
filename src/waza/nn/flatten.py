"""From images to rows."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.nn.layer import Layer
from waza.nn.passes import Pass


class Flatten(Layer):
    """All axes but the first become one: (batch, height, width, channels) to (batch, height * width * channels).

    The channels of one position stay together, as in Keras; PyTorch, which takes NCHW, has the positions of one
    channel together. Weights that come from there need `moveaxis` before a dense layer can take them.

    >>> Flatten().apply({}, jnp.ones((2, 4, 4, 3)), Pass()).shape
    (2, 48)
    """

    def apply(self, variables: dict, x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch features"]:
        """The same numbers, one row for each of the batch."""
        return jnp.reshape(x, (x.shape[0], -1))
