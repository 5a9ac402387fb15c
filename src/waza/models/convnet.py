"""The convolutional network: convolutions with pooling, then dense layers."""

import math
from collections.abc import Callable
from typing import Any

from jaxtyping import Array, Float, PyTree

from waza.core.errors import Error
from waza.core.recipe import Recipe, replace
from waza.models.hidden import Hidden, activate
from waza.nn.activations import relu
from waza.nn.conv2d import Conv2d
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.flatten import Flatten
from waza.nn.images import as_images
from waza.nn.initializers import He, Initializer
from waza.nn.layer import Layer
from waza.nn.local_response_norm import LocalResponseNorm
from waza.nn.norm import Norm
from waza.nn.passes import Pass
from waza.nn.pooling import Pool
from waza.nn.windows import Padding, Pair, Size


class Convolution(Recipe):
    """One convolution of a `ConvNet`; its inputs follow from the image and the layers before it.

    Args:
        filters: channels of the result.
        kernel_size: a number or (height, width), as in `waza.nn.Conv2d`, like the next three.
        strides: cells from one window to the next.
        padding: zeros on either side; or "same" or "valid".
        groups: into how many parts the channels are split; a part of the outputs sees its own part of the inputs.
        local_response: local response normalisation, after the activation.
        pool: pooling, at the end.

    >>> from waza import nn
    >>> Convolution(30, 5, pool=nn.MaxPool(2)).strides
    1
    """

    filters: int
    kernel_size: Size = 3
    strides: Size = 1
    padding: Padding = 0
    groups: int = 1
    local_response: LocalResponseNorm | None = None
    pool: Pool | None = None


class Convolved(Layer):
    """A convolution, normalisation, its activation, local response normalisation and pooling; all but the
    convolution and the activation may be None. Records what `waza.models.hidden.activate` records.
    """

    convolution: Conv2d
    activation: Callable
    norm: Norm | None = None
    local_response: LocalResponseNorm | None = None
    pool: Pool | None = None

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch height width inputs"], run: Pass
    ) -> Float[Array, "batch out_height out_width outputs"]:
        """One after the other, in the order of the fields."""
        x = self.convolution.apply(variables["convolution"], x, run)
        if self.norm is not None:
            x = self.norm.apply(variables["norm"], x, run.at("norm"))
        x = activate(self.activation, x, run)
        if self.local_response is not None:
            x = self.local_response.apply(variables["local_response"], x, run.at("local_response"))
        if self.pool is not None:
            x = self.pool.apply(variables["pool"], x, run.at("pool"))
        return x


class ConvNet(Layer):
    """Convolutions, then hidden dense layers, then a dense output layer whose result is left as it is (logits).

    The inputs of each layer are computed from the image, so that only filters and windows are given.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.

    Args:
        convolutions: one description a convolution.
        hidden: the units of the hidden dense layers.
        outputs: the units of the output layer.
        image: height, width and channels of the images.
        activation: of convolutions and hidden layers.
        initializer: of every weight.
        norm: normalisation of each convolution and hidden layer, before the activation; its size is filled in here.
            Where it removes a bias (`Norm.removes_bias`), these layers have none.
        dropout: after each hidden dense layer.

    >>> import jax, jax.numpy as jnp
    >>> from waza import nn
    >>> model = ConvNet((Convolution(30, 5, pool=nn.MaxPool(2)),), hidden=(100,))
    >>> model.sizes()
    ((28, 28, 1), (12, 12, 30))
    >>> variables = model.init(jax.random.key(0))
    >>> variables["hidden"][0]["dense"]["weight"].shape
    (100, 4320)
    >>> model.apply(variables, jnp.ones((5, 28, 28, 1)), Pass()).shape
    (5, 10)
    """

    convolutions: tuple[Convolution, ...]
    hidden: tuple[int, ...] = (100,)
    outputs: int = 10
    image: tuple[int, int, int] = (28, 28, 1)
    activation: Callable = relu
    initializer: Initializer = He()
    norm: Norm | None = None
    dropout: Dropout | None = None

    def __check_init__(self):
        if len(self.image) != 3:
            raise Error(f"ConvNet(image={self.image}); expected (height, width, channels), such as (28, 28, 1)")
        self.sizes()

    def sizes(self) -> tuple[tuple[int, int, int], ...]:
        """Height, width and channels of the image, and after each convolution with its pooling.

        Raises:
            Error: a window does not fit; the message names the convolution.
        """
        sizes = [self.image]
        for i, layer in enumerate(self._convolved()):
            size = _output_size(layer.convolution, sizes[-1][:2], f"convolutions.{i}")
            if layer.pool is not None:
                size = _output_size(layer.pool, size, f"convolutions.{i}.pool")
            sizes.append((*size, layer.convolution.outputs))
        return tuple(sizes)

    def parts(self) -> dict[str, Any]:
        """The convolutions, the hidden layers and the output layer, made from the sizes."""
        *inputs, last = (math.prod(self.sizes()[-1]), *self.hidden)
        return {
            "convolutions": self._convolved(),
            "hidden": tuple(
                Hidden(
                    Dense(units, outputs, self.initializer, use_bias=not self._bias_is_removed),
                    self.activation,
                    self._norm(outputs),
                    dropout=self.dropout,
                )
                for units, outputs in zip(inputs, self.hidden, strict=True)
            ),
            "output": Dense(last, self.outputs, self.initializer),
        }

    def _convolved(self) -> tuple[Convolved, ...]:
        channels = (self.image[2], *(described.filters for described in self.convolutions))
        return tuple(
            Convolved(
                Conv2d(
                    inputs,
                    described.filters,
                    described.kernel_size,
                    described.strides,
                    described.padding,
                    described.groups,
                    self.initializer,
                    use_bias=not self._bias_is_removed,
                ),
                self.activation,
                self._norm(described.filters),
                described.local_response,
                described.pool,
            )
            for inputs, described in zip(channels, self.convolutions, strict=False)
        )

    @property
    def _bias_is_removed(self) -> bool:
        return self.norm is not None and self.norm.removes_bias

    def _norm(self, size: int) -> Norm | None:
        return None if self.norm is None else replace(self.norm, size=size)

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch height width channels"], run: Pass
    ) -> Float[Array, "batch outputs"]:
        """The logits of a batch of images."""
        x = as_images(x, self.image[2])
        if x.shape[1:] != self.image:
            raise Error(f"the model takes images of {self.image}, the data have {x.shape[1:]}: change image")
        parts = self.parts()
        for i, layer in enumerate(parts["convolutions"]):
            x = layer.apply(variables["convolutions"][i], x, run.at("convolutions").at(i))
        x = Flatten().apply({}, x, run)
        for i, layer in enumerate(parts["hidden"]):
            x = layer.apply(variables["hidden"][i], x, run.at("hidden").at(i))
        return parts["output"].apply(variables["output"], x, run.at("output"))


def _output_size(layer: Conv2d | Pool, size: Pair, name: str) -> Pair:
    """The layer's output size; an error names the layer."""
    try:
        return layer.output_size(size)
    except Error as error:
        raise Error(f"{name}, on {size[0]} x {size[1]} cells: {error}") from error
