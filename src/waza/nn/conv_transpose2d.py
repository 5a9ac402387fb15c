"""The transposed convolution: from small images to larger ones."""

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import like
from waza.nn.convolution import convolve
from waza.nn.images import as_images
from waza.nn.initializers import Initializer, Xavier
from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key
from waza.nn.windows import Pair, Size, windows

Weight = Float[Array, "kernel_height kernel_width outputs inputs"]


class ConvTranspose2d(Layer):
    r"""The transpose of `Conv2d` as a linear map: from the shape of its outputs to the shape of its inputs.

    Each cell of the input adds the kernel, times its value, to the cells that a convolution's window would see there.
    A side of I cells becomes $(I - 1) S + F - 2P + A$ cells. The weight has the shape (kernel height, kernel width,
    outputs, inputs), as in Keras; it is that of the convolution from outputs to inputs. Biases start at zero.

    Sources: Zeiler et al., "Deconvolutional networks", 2010; Dumoulin and Visin, "A guide to convolution arithmetic for
    deep learning", 2016.

    Args:
        inputs: channels of the images.
        outputs: channels of the result.
        kernel_size: F, a number or (height, width).
        strides: S, a number or (height, width): how far the kernel moves in the result for each input cell.
        padding: P, cells cut off on either side of the result, a number or (height, width).
        output_padding: A, further cells at the bottom and right, below S: several sizes have the same convolution.
        initializer: initial values of the weight.
        use_bias: whether to add a bias to each output channel.

    >>> layer = ConvTranspose2d(32, 1, 3, strides=2, padding=1, output_padding=1)
    >>> variables = layer.init(jax.random.key(0))
    >>> layer.apply(variables, jnp.ones((2, 14, 14, 32)), Pass()).shape
    (2, 28, 28, 1)
    """

    inputs: int
    outputs: int
    kernel_size: Size
    strides: Size = 1
    padding: int | Pair = 0
    output_padding: int | Pair = 0
    initializer: Initializer = Xavier()
    use_bias: bool = True

    def __check_init__(self):
        for name in ("inputs", "outputs"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise Error(f"ConvTranspose2d({name}={size!r}); expected a whole number of at least 1")
        if isinstance(self.padding, str):
            raise Error(f"ConvTranspose2d(padding={self.padding!r}); expected a number of cells or a pair of them")
        strides = windows(self.kernel_size, self.strides, self.padding).strides
        more = windows(1, 1, self.output_padding).padding
        if any(a >= s for a, s in zip(more, strides, strict=True)):  # type: ignore[operator]
            raise Error(f"ConvTranspose2d(output_padding={self.output_padding}); expected fewer cells than {strides=}")

    def output_size(self, size: Pair) -> Pair:
        """The height and width of the output for images of this height and width.

        Raises:
            Error: the padding leaves nothing.
        """
        settings, more = windows(self.kernel_size, self.strides, self.padding), windows(1, 1, self.output_padding)
        found = tuple(
            (cells - 1) * stride + kernel - 2 * padding + extra  # type: ignore[operator]
            for cells, kernel, stride, padding, extra in zip(size, *settings, more.padding, strict=True)
        )
        if min(found) < 1:
            raise Error(f"a transposed convolution of {size[0]} x {size[1]} cells leaves {found}: choose less padding")
        return found[0], found[1]

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """A weight drawn by the initializer, and a bias of zeros."""
        height, width = windows(self.kernel_size).kernel_size
        strides = windows(self.kernel_size, self.strides).strides
        shape = (height, width, self.outputs, self.inputs)
        seen = max(1, height * width // (strides[0] * strides[1]))  # input cells that one output cell sums over
        weight = self.initializer(named_key(key, "weight"), shape, seen * self.inputs, height * width * self.outputs)
        return {"weight": weight, "bias": jnp.zeros(self.outputs)} if self.use_bias else {"weight": weight}

    def apply(
        self, variables: dict[str, Array], x: Float[Array, "batch height width {self.inputs}"], run: Pass
    ) -> Float[Array, "batch out_height out_width {self.outputs}"]:
        """The transposed convolution, in the dtype of x."""
        x = as_images(x, self.inputs)
        settings = windows(self.kernel_size, self.strides, self.padding)
        size = self.output_size((x.shape[1], x.shape[2]))
        y = _transposed(settings.strides, settings.padding, size, x, like(variables["weight"], x))
        return y + like(variables["bias"], x) if self.use_bias else y


@partial(jax.custom_vjp, nondiff_argnums=(0, 1, 2))
def _transposed(strides: Pair, padding: Pair, size: Pair, y: Array, weight: Weight) -> Array:
    """The gradient of a convolution's input; its own gradients are a convolution and its weight's gradient.

    So all three take the forms that `waza.nn.convolve` has for them.
    """
    image = jnp.zeros((y.shape[0], *size, weight.shape[2]), y.dtype)  # its values do not count: the map is linear
    return jax.vjp(lambda image: convolve(image, weight, strides, padding), image)[1](y)[0]


def _forward(strides: Pair, padding: Pair, size: Pair, y: Array, weight: Weight) -> tuple[Array, tuple[Array, Weight]]:
    return _transposed(strides, padding, size, y, weight), (y, weight)


def _backward(strides: Pair, padding: Pair, size: Pair, kept: tuple[Array, Weight], gradient: Array) -> tuple:
    y, weight = kept
    forward, pull = jax.vjp(lambda weight: convolve(gradient, weight, strides, padding), weight)
    return forward, pull(y)[0]


_transposed.defvjp(_forward, _backward)
