"""The convolution layer."""

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import like
from waza.nn.convolution import convolve
from waza.nn.images import as_images
from waza.nn.initializers import Initializer, Xavier
from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key
from waza.nn.windows import Padding, Pair, Size, windows


class Conv2d(Layer):
    r"""$y_o = b_o + \sum_k w_{k,o} \star x_k$: each output channel is the sum of the inputs' cross-correlations.

    Images are (batch, height, width, channels); each side of the output has $\lfloor (I + 2P - F)/S \rfloor + 1$
    cells (`waza.nn.conv_output_size`). The weight has the shape (kernel height, kernel width, inputs / groups,
    outputs), as in Keras; biases start at zero. The initializer receives the fan-in kernel height * kernel width *
    inputs / groups and the fan-out kernel height * kernel width * outputs / groups, as in PyTorch.

    Source: LeCun et al., "Backpropagation applied to handwritten zip code recognition", 1989.

    Args:
        inputs: channels of the images.
        outputs: channels of the result, also called filters.
        kernel_size: F, a number or (height, width).
        strides: S, a number or (height, width).
        padding: P, zeros on either side, a number or (height, width); or "same" or "valid", as in Keras.
        groups: number of groups of channels; each group of outputs is computed from its own group of inputs.
        initializer: initial values of the weight.
        use_bias: whether to add a bias to each output channel.

    >>> import jax
    >>> layer = Conv2d(1, 30, 5)
    >>> variables = layer.init(jax.random.key(0))
    >>> layer.apply(variables, jnp.ones((2, 28, 28, 1)), Pass()).shape
    (2, 24, 24, 30)
    """

    inputs: int
    outputs: int
    kernel_size: Size
    strides: Size = 1
    padding: Padding = 0
    groups: int = 1
    initializer: Initializer = Xavier()
    use_bias: bool = True

    def __check_init__(self):
        windows(self.kernel_size, self.strides, self.padding)
        for name in ("inputs", "outputs", "groups"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise Error(f"Conv2d({name}={size!r}); expected a whole number of at least 1")
        if self.inputs % self.groups or self.outputs % self.groups:
            raise Error(
                f"Conv2d of {self.inputs} inputs and {self.outputs} outputs in {self.groups} groups; "
                "expected a number of groups that divides both"
            )

    def output_size(self, size: Pair) -> Pair:
        """The height and width of the output for images of this height and width."""
        return windows(self.kernel_size, self.strides, self.padding).output(size)

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """A weight drawn by the initializer, and a bias of zeros."""
        height, width = windows(self.kernel_size).kernel_size
        inputs, outputs = self.inputs // self.groups, self.outputs // self.groups
        shape = (height, width, inputs, self.outputs)
        weight = self.initializer(named_key(key, "weight"), shape, height * width * inputs, height * width * outputs)
        return {"weight": weight, "bias": jnp.zeros(self.outputs)} if self.use_bias else {"weight": weight}

    def apply(
        self, variables: dict[str, Array], x: Float[Array, "batch height width {self.inputs}"], run: Pass
    ) -> Float[Array, "batch out_height out_width {self.outputs}"]:
        """The convolution, in the dtype of x."""
        x = as_images(x, self.inputs)
        y = convolve(x, like(variables["weight"], x), self.strides, self.padding, self.groups)
        return y + like(variables["bias"], x) if self.use_bias else y
