"""A model that receives images with permuted pixels."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PyTree

from waza.nn import Layer, Pass


class Permuted(Layer):
    """The model after one fixed permutation of the pixels: the same values, but different neighbours.

    The channels of a pixel stay together. The permutation depends only on the seed and is the same for every image.

    >>> from waza import nn
    >>> x = jnp.arange(6.0).reshape(1, 2, 3, 1)
    >>> Permuted(nn.Flatten()).apply({"model": {}}, x, Pass()).tolist()
    [[5.0, 2.0, 1.0, 3.0, 0.0, 4.0]]
    """

    model: Layer
    seed: int = 0

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch height width channels"], run: Pass
    ) -> Float[Array, "batch ..."]:
        """The model's output for the permuted images."""
        batch, height, width, channels = x.shape
        order = np.random.RandomState(self.seed).permutation(height * width)
        x = jnp.reshape(x, (batch, height * width, channels))[:, order].reshape(x.shape)
        return self.model.apply(variables["model"], x, run.at("model"))
