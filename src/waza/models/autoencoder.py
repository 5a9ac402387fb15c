"""The autoencoder: a code of each row, and the row that is computed back from it."""

import math
from collections.abc import Callable
from typing import Any

from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.convnet import ConvNet, Convolution
from waza.models.deconvnet import DeconvNet
from waza.models.mlp import MLP
from waza.models.tied_weights import check_tied, with_weights, without_weights
from waza.nn.activations import relu
from waza.nn.initializers import He, Initializer
from waza.nn.layer import Layer
from waza.nn.likelihood import BernoulliLikelihood, Likelihood
from waza.nn.passes import Pass

Shape = int | tuple[int, ...]
BERNOULLI, HE = BernoulliLikelihood(), He()  # the usual


class Autoencoder(Layer):
    r"""$z = f(x)$ and the outputs $g(z)$, from which the likelihood makes the reconstruction.

    Variables: "encoder" and "decoder". With tied weights the decoder has biases alone: each of its layers uses the
    weight of the encoder's layer at the same distance from the code, transposed.

    Sources: Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", 2006; tied weights:
    Vincent et al., "Stacked denoising autoencoders", 2010.

    Args:
        encoder: from rows to codes (batch, code).
        decoder: from codes to outputs.
        shape: of one row, such as (28, 28, 1).
        likelihood: what the outputs are: logits of pixels between 0 and 1, or means of real numbers.
        tied: whether the decoder uses the encoder's weights.

    >>> import jax, jax.numpy as jnp
    >>> model = dense_autoencoder((28, 28, 1), code=10)
    >>> variables, x = model.init(jax.random.key(0)), jnp.zeros((5, 28, 28, 1))
    >>> z = model.encode(variables, x, Pass())
    >>> z.shape, model.decode(variables, z, Pass()).shape
    ((5, 10), (5, 28, 28, 1))
    """

    encoder: Layer
    decoder: Layer
    shape: tuple[int, ...]
    likelihood: Likelihood = BernoulliLikelihood()
    tied: bool = False

    def __check_init__(self):
        if self.tied:
            check_tied(self.encoder, self.decoder)

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of both parts, without the weights that are tied."""
        variables = super().init(key)
        if self.tied:
            variables["decoder"] = without_weights(self.decoder, variables["decoder"])
        return variables

    def encode(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch code"]:
        """The codes of rows."""
        return self.encoder.apply(variables["encoder"], x, run.at("encoder"))

    def decode(self, variables: PyTree[Array], z: Float[Array, "batch code"], run: Pass) -> Float[Array, "batch ..."]:
        """The outputs for codes, (batch, *shape): logits or means."""
        own = variables["decoder"]
        if self.tied:
            own = with_weights(self.decoder, own, self.encoder, variables["encoder"])
        return as_rows(self.decoder.apply(own, z, run.at("decoder")), self.shape)

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch ..."]:
        """The outputs for the codes of rows."""
        return self.decode(variables, self.encode(variables, x, run), run)


def as_rows(outputs: Float[Array, "batch ..."], shape: tuple[int, ...]) -> Float[Array, "batch ..."]:
    """A decoder's outputs in the shape of the rows.

    Raises:
        Error: the decoder has another number of outputs.
    """
    if math.prod(outputs.shape[1:]) != math.prod(shape):
        raise Error(f"the decoder has the outputs {outputs.shape[1:]}; expected {math.prod(shape)} for rows of {shape}")
    return outputs.reshape(outputs.shape[0], *shape)


def dense_autoencoder(
    shape: Shape,
    code: int = 20,
    hidden: tuple[int, ...] = (400,),
    tied: bool = False,
    likelihood: Likelihood = BERNOULLI,
    activation: Callable = relu,
    initializer: Initializer = HE,
) -> Autoencoder:
    """An autoencoder of dense layers; the decoder's hidden layers are the encoder's in the reversed order.

    Args:
        shape: of one row, such as (28, 28, 1); or its number of features.
        code: units of the code, which have no activation.
        hidden: units of the encoder's hidden layers; () makes a linear autoencoder.
        tied: whether the decoder uses the encoder's weights.
        likelihood: of the rows.
        activation: of the hidden layers.
        initializer: of every weight.
    """
    shape = as_shape(shape)
    units = (math.prod(shape), *hidden, code)
    encoder, decoder = (MLP(sizes, activation, initializer) for sizes in (units, units[::-1]))
    return Autoencoder(encoder, decoder, shape, likelihood, tied)


def convolutional_autoencoder(
    image: tuple[int, int, int] = (28, 28, 1),
    code: int = 20,
    filters: tuple[int, ...] = (16, 32),
    hidden: tuple[int, ...] = (),
    tied: bool = False,
    likelihood: Likelihood = BERNOULLI,
    activation: Callable = relu,
    initializer: Initializer = HE,
) -> Autoencoder:
    """An autoencoder of convolutions: each has 3 x 3 kernels and halves the image's sides.

    Args:
        image: height, width and channels.
        code: units of the code.
        filters: channels after each convolution.
        hidden: units of dense layers between the convolutions and the code.
        tied: whether the decoder uses the encoder's weights.
        likelihood: of the pixels.
        activation: of the hidden layers.
        initializer: of every weight.
    """
    encoder = halving_convnet(image, code, filters, hidden, activation, initializer)
    decoder = DeconvNet(encoder, code, activation, initializer)
    return Autoencoder(encoder, decoder, image, likelihood, tied)


def halving_convnet(
    image: tuple[int, int, int],
    outputs: int,
    filters: tuple[int, ...],
    hidden: tuple[int, ...],
    activation: Callable,
    initializer: Initializer,
) -> ConvNet:
    """Convolutions with 3 x 3 kernels, each of which halves the image's sides, and dense layers."""
    convolutions = tuple(Convolution(count, 3, strides=2, padding=1) for count in filters)
    return ConvNet(convolutions, hidden, outputs, image, activation, initializer)


def as_shape(shape: Shape) -> tuple[int, ...]:
    """The shape of a row, of which a number alone means so many features."""
    return (shape,) if isinstance(shape, int) else tuple(shape)
