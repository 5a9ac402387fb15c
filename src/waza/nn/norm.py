"""Normalisation layers: what a model needs to know of one."""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array

from waza.core.errors import Error
from waza.nn.layer import Layer


class Norm(Layer):
    """A layer that normalises features, which stand on the last axis; the output has the shape of the input.

    A model that takes `norm=` accepts any subclass, and fills in `size` for each of its layers.

    Args:
        size: the number of features; None in a model that fills it in.

    Attributes:
        removes_bias: whether a bias added before it has no effect on its output. The dense layer or convolution before
            such a normalisation has no bias: an optimiser would move it at random.
    """

    size: int | None = None
    removes_bias: ClassVar[bool] = False

    def features(self) -> int:
        """The number of features.

        Raises:
            Error: no size is given.
        """
        if self.size is None:
            name = type(self).__name__
            raise Error(f"{name} has no size: give the number of features, as in {name}(40)")
        return self.size

    def scale_and_shift(self) -> dict[str, Array]:
        """The initial values of a trained scale and shift, one number a feature: 1 and 0."""
        return {"scale": jnp.ones(self.features()), "shift": jnp.zeros(self.features())}
