"""Local response normalisation."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.core.errors import Error
from waza.core.recipe import like
from waza.nn.images import as_images
from waza.nn.layer import Layer
from waza.nn.passes import Pass


class LocalResponseNorm(Layer):
    r"""$b_i = a_i \big/ \left(k + \alpha \sum_{j=i-n/2}^{i+n/2} a_j^2\right)^\beta$ over neighbouring channels.

    A large activation reduces the neighbouring channels at the same position. $\alpha$ multiplies the sum, as printed
    in the paper; PyTorch and Caffe first divide it by n.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks",
    2012, section 3.3.

    Args:
        size: n, the number of channels in the sum: channel i, n // 2 before it and (n - 1) // 2 after it, if they
            exist.
        alpha: the weight of the sum.
        beta: the exponent.
        offset: k, the constant in the denominator.

    >>> layer = LocalResponseNorm(size=3, alpha=1.0, beta=1.0, offset=1.0)
    >>> [round(y, 3) for y in layer.apply({}, jnp.ones((1, 1, 1, 4)), Pass()).ravel().tolist()]
    [0.333, 0.25, 0.25, 0.333]
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    offset: float = 2.0

    def __check_init__(self):
        if not isinstance(self.size, int) or self.size < 1:
            raise Error(f"LocalResponseNorm(size={self.size!r}); expected a whole number of channels, such as 5")

    def apply(
        self, variables: dict, x: Float[Array, "batch height width channels"], run: Pass
    ) -> Float[Array, "batch height width channels"]:
        """Each channel, divided by the power of the sum over itself and its neighbours."""
        x = as_images(x)
        channels, before = x.shape[3], self.size // 2
        squares = jnp.pad(x * x, ((0, 0), (0, 0), (0, 0), (before, self.size - 1 - before)))
        total = sum(squares[..., i : i + channels] for i in range(self.size))
        return x * (like(self.offset, x) + like(self.alpha, x) * total) ** -like(self.beta, x)
