"""Convolution of images, as a function."""

from jax import lax
from jaxtyping import Array, Float

from waza.core.errors import Error
from waza.nn.cpu_convolution import LAYOUT, cpu_convolve
from waza.nn.images import as_images
from waza.nn.windows import Padding, Size, windows


def convolve(
    x: Float[Array, "batch height width inputs"],
    weight: Float[Array, "kernel_height kernel_width group_inputs outputs"],
    strides: Size = 1,
    padding: Padding = 0,
    groups: int = 1,
) -> Float[Array, "batch out_height out_width outputs"]:
    r"""$y_{n,i,j,o} = \sum_{a,b,k} w_{a,b,k,o} \, x_{n,\,S i + a - P,\,S j + b - P,\,k}$; the kernel is not flipped.

    With groups, the input and output channels are divided into equal groups, and each group of outputs is computed from
    its own group of inputs only: the weight has inputs / groups input channels.

    Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989; groups: Krizhevsky,
    Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012.

    Raises:
        Error: channels and groups do not match the weight, or the window does not fit the images.

    >>> import jax.numpy as jnp
    >>> x = jnp.arange(9.0).reshape(1, 3, 3, 1)
    >>> convolve(x, jnp.ones((2, 2, 1, 1)))[0, :, :, 0].tolist()
    [[8.0, 12.0], [20.0, 24.0]]
    """
    if groups < 1 or weight.shape[3] % groups:
        raise Error(f"{weight.shape[3]} outputs in {groups} groups; expected a number of groups that divides them")
    x = as_images(x, channels=weight.shape[2] * groups)
    settings = windows((weight.shape[0], weight.shape[1]), strides, padding)
    settings.output(x.shape[1:3])  # raises if the window does not fit
    sides = settings.sides(x.shape[1:3])

    def plain(x: Array, weight: Array) -> Array:
        return lax.conv_general_dilated(
            x, weight, settings.strides, sides, dimension_numbers=LAYOUT, feature_group_count=groups
        )

    def fast(x: Array, weight: Array) -> Array:
        return cpu_convolve(x, weight, settings.strides, sides, groups)

    return lax.platform_dependent(x, weight, cpu=fast, default=plain)
