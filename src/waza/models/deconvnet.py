"""The decoder of images: dense layers, then transposed convolutions."""

import itertools
import math
from collections.abc import Callable
from typing import Any

from jaxtyping import Array, Float, PyTree

from waza.core.errors import Error
from waza.models.convnet import ConvNet
from waza.models.hidden import Hidden, activate
from waza.nn.activations import relu
from waza.nn.conv_transpose2d import ConvTranspose2d
from waza.nn.dense import Dense
from waza.nn.initializers import He, Initializer
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.windows import Pair, windows


class DeconvNet(Layer):
    """The layers of a `ConvNet` in the reversed order, from its outputs to its images.

    Each dense layer has the transposed shape, and each convolution becomes a `ConvTranspose2d` with the same kernel,
    strides and padding. All layers but the last have an activation; the last one's result is left as it is (logits).

    Args:
        mirrored: the network, without pooling, local response normalisation, groups and "same" padding.
        inputs: units of the code; as many as the network's outputs if not given.
        activation: of the hidden layers.
        initializer: of every weight.

    >>> import jax, jax.numpy as jnp
    >>> from waza.models.convnet import Convolution
    >>> network = ConvNet((Convolution(8, 3, 2, 1), Convolution(16, 3, 2, 1)), hidden=(), outputs=10)
    >>> model = DeconvNet(network)
    >>> model.apply(model.init(jax.random.key(0)), jnp.ones((5, 10)), Pass()).shape
    (5, 28, 28, 1)
    """

    mirrored: ConvNet
    inputs: int | None = None
    activation: Callable = relu
    initializer: Initializer = He()

    def __check_init__(self):
        if not self.mirrored.convolutions:
            raise Error("DeconvNet of a network without convolutions; expected at least one: use MLP for dense layers")
        for i, described in enumerate(self.mirrored.convolutions):
            if described.pool is not None or described.local_response is not None or described.groups != 1:
                raise Error(f"convolutions.{i} has pooling, local response or groups; expected strides alone")
            if isinstance(described.padding, str):
                raise Error(f"convolutions.{i} has padding={described.padding!r}; expected a number of cells")

    def parts(self) -> dict[str, Any]:
        """The dense layers and the transposed convolutions."""
        network, sizes = self.mirrored, self.mirrored.sizes()
        code = network.outputs if self.inputs is None else self.inputs
        units = (code, *reversed(network.hidden), math.prod(sizes[-1]))
        return {
            "hidden": tuple(
                Hidden(Dense(inputs, outputs, self.initializer), self.activation)
                for inputs, outputs in itertools.pairwise(units)
            ),
            "convolutions": tuple(self._transposed(i) for i in reversed(range(len(network.convolutions)))),
        }

    def _transposed(self, i: int) -> ConvTranspose2d:
        """The transpose of convolution i; its output padding gives the size that the convolution sees."""
        described, sizes = self.mirrored.convolutions[i], self.mirrored.sizes()
        settings = windows(described.kernel_size, described.strides, described.padding)
        height, width = (
            size - ((cells - 1) * stride + kernel - 2 * padding)  # type: ignore[operator]
            for size, cells, kernel, stride, padding in zip(sizes[i][:2], sizes[i + 1][:2], *settings, strict=True)
        )
        padding: Pair = settings.padding  # type: ignore[assignment]  # checked above
        return ConvTranspose2d(
            sizes[i + 1][2],
            sizes[i][2],
            settings.kernel_size,
            settings.strides,
            padding,
            (height, width),
            self.initializer,
        )

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch code"], run: Pass
    ) -> Float[Array, "batch height width channels"]:
        """The logits or means of images."""
        parts = self.parts()
        for i, layer in enumerate(parts["hidden"]):
            x = layer.apply(variables["hidden"][i], x, run.at("hidden").at(i))
        x = x.reshape(x.shape[0], *self.mirrored.sizes()[-1])
        for i, layer in enumerate(parts["convolutions"]):
            inner = run.at("convolutions").at(i)
            x = layer.apply(variables["convolutions"][i], x, inner)
            x = activate(self.activation, x, inner) if i + 1 < len(parts["convolutions"]) else x
        return x
