"""AlexNet, the network that won the ImageNet challenge of 2012, and a version for small images."""

from typing import Any, Literal

from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.convnet import ConvNet, Convolution
from waza.nn.dropout import Dropout
from waza.nn.initializers import Gaussian, He, Initializer
from waza.nn.layer import Layer
from waza.nn.local_response_norm import LocalResponseNorm
from waza.nn.norm import Norm
from waza.nn.passes import Pass
from waza.nn.pooling import MaxPool

STARTED_AT_ONE = (1, 3, 4)


class AlexNet(Layer):
    """Five convolutions, three of them pooled with overlap, and three dense layers: 62,378,344 parameters.

    227 -> 55 -> 27 -> 13 -> 6 cells a side. Biases of the second, fourth and fifth convolution and of the hidden
    dense layers start at 1, so that rectifiers begin with a gradient; the others at 0.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks",
    2012. The paper writes of 224 x 224 images; the sizes it gives are those of 227.

    Args:
        image: height, width and channels of the images.
        outputs: the number of classes.
        towers: 1; or 2, as on the paper's two graphics cards, where the second, fourth and fifth convolution see
            only their own half of the channels (60,965,224 parameters).
        local_response: normalisation after the first and second activation; None leaves it out.
        dropout: after each of the two dense layers of 4096 units; None leaves it out.
        initializer: of every weight.

    >>> import jax
    >>> shapes = jax.eval_shape(AlexNet().init, jax.random.key(0))
    >>> sum(leaf.size for leaf in jax.tree.leaves(shapes))
    62378344
    """

    image: tuple[int, int, int] = (227, 227, 3)
    outputs: int = 1000
    towers: Literal[1, 2] = 1
    local_response: LocalResponseNorm | None = LocalResponseNorm()
    dropout: Dropout | None = Dropout(0.5)
    initializer: Initializer = Gaussian(0.01)

    def __check_init__(self):
        if self.towers not in (1, 2):
            raise Error(f"AlexNet(towers={self.towers!r}); expected 1, or 2 as in the paper")
        self.network()

    def network(self) -> ConvNet:
        """The network with its sizes written out."""
        pool, towers = MaxPool(3, strides=2), self.towers
        convolutions = (
            Convolution(96, 11, strides=4, local_response=self.local_response, pool=pool),
            Convolution(256, 5, padding=2, groups=towers, local_response=self.local_response, pool=pool),
            Convolution(384, 3, padding=1),
            Convolution(384, 3, padding=1, groups=towers),
            Convolution(256, 3, padding=1, groups=towers, pool=pool),
        )
        return ConvNet(
            convolutions,
            (4096, 4096),
            self.outputs,
            self.image,
            initializer=self.initializer,
            dropout=self.dropout,
        )

    def parts(self) -> dict[str, Any]:
        """The network's parts."""
        return self.network().parts()

    def init(self, key: PRNGKeyArray) -> PyTree[Array]:
        """Weights drawn by the initializer, and the paper's biases."""
        variables = super().init(key)
        shifted = [variables["convolutions"][i]["convolution"] for i in STARTED_AT_ONE]
        for layer in (*shifted, *(hidden["dense"] for hidden in variables["hidden"])):
            layer["bias"] += 1
        return variables

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch height width channels"], run: Pass
    ) -> Float[Array, "batch outputs"]:
        """The logits of a batch of images."""
        return self.network().apply(variables, x, run)


def small_alexnet(
    image: tuple[int, int, int] = (32, 32, 3),
    outputs: int = 10,
    norm: Norm | None = None,
    local_response: LocalResponseNorm | None = None,
) -> ConvNet:
    """AlexNet for small images: the same layers and the same overlapping pooling, with smaller kernels and widths.

    The first convolution takes one stride for each 32 cells of a side, so that images of 32 and of 64 cells have
    the same size after it: 32 -> 15 -> 7 -> 3 cells a side, and 1,114,186 parameters for ten classes. Dropout is 0.5;
    initial values are He's, with which narrow layers start faster than with the paper's N(0, 0.01^2).

    Args:
        image: height, width and channels of the images, of 32 cells a side or more.
        outputs: the number of classes.
        norm: normalisation of each convolution and hidden layer; the AlexNet of 2012 has none.
        local_response: normalisation after the first and second activation.

    >>> small_alexnet((64, 64, 3), outputs=200).sizes()[1::2]
    ((15, 15, 32), (7, 7, 128), (3, 3, 128))
    """
    pool = MaxPool(3, strides=2)
    convolutions = (
        Convolution(32, 5, strides=max(min(image[:2]) // 32, 1), padding=2, local_response=local_response, pool=pool),
        Convolution(64, 3, padding=1, local_response=local_response, pool=pool),
        Convolution(128, 3, padding=1),
        Convolution(128, 3, padding=1),
        Convolution(128, 3, padding=1, pool=pool),
    )
    return ConvNet(convolutions, (512, 256), outputs, image, initializer=He(), norm=norm, dropout=Dropout(0.5))
