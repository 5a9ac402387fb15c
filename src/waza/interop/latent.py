"""The encoder and the decoder of a variational autoencoder, to be exported."""

from typing import Any

from jaxtyping import Array, Float, PyTree

from waza.interop.part import BATCH, Part, Tensor, random_inputs
from waza.interop.serving import Pixels
from waza.models import VAE, Chain
from waza.models.chain import Activation
from waza.nn import BernoulliLikelihood, Layer, Pass, sigmoid


class LatentEncoder(Layer):
    """The mean and the log-variance of the posterior of rows.

    Args:
        model: the autoencoder.
    """

    model: VAE

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Any:
        """(mean, log-variance), each (batch, latent)."""
        return tuple(self.model.encode(variables["model"], x, run))


class LatentDecoder(Layer):
    """The expected rows for latent variables.

    Args:
        model: the autoencoder.
    """

    model: VAE

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch latent"], run: Pass) -> Float[Array, "batch ..."]:
        """The mean of the likelihood, (batch, *shape)."""
        return self.model.likelihood.mean(self.model.decode(variables["model"], x, run))

    def of_outputs(self) -> Activation | None:
        """What turns the decoder's outputs into expected values; None where they are these."""
        return Activation(sigmoid) if isinstance(self.model.likelihood, BernoulliLikelihood) else None


def latent_parts(model: VAE, variables: Any) -> tuple[Part, Part]:
    """The parts "encoder", from bytes, and "decoder", to shades between 0 and 1."""
    codes = (BATCH, model.latent)
    images = (Tensor("images", "uint8", (BATCH, *model.shape)),)
    latent = (Tensor("latent", "float32", codes),)
    own = {"model": variables}
    encoder = Part(
        "encoder",
        Chain((Pixels(), LatentEncoder(model))),
        {"layers": [{}, own]},
        images,
        (Tensor("mean", "float32", codes), Tensor("log_variance", "float32", codes)),
        random_inputs(images),
    )
    shades = (Tensor("shades", "float32", (BATCH, *model.shape)),)
    return encoder, Part("decoder", LatentDecoder(model), own, latent, shades, random_inputs(latent))
