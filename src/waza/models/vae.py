"""The variational autoencoder."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.autoencoder import Shape, as_rows, as_shape, halving_convnet
from waza.models.deconvnet import DeconvNet
from waza.models.latent_prior import Prior, StandardNormal
from waza.models.mlp import MLP
from waza.nn.activations import relu
from waza.nn.initializers import Initializer, Xavier
from waza.nn.layer import Layer
from waza.nn.likelihood import BernoulliLikelihood, Likelihood
from waza.nn.normal import normal_log_prob, normal_sample
from waza.nn.passes import Pass, named_key
from waza.nn.variational_bound import LatentTerms

BERNOULLI, STANDARD_NORMAL, XAVIER = BernoulliLikelihood(), StandardNormal(), Xavier()  # the usual


class Posterior(NamedTuple):
    """q(z | x): a normal distribution with independent dimensions; both arrays are (batch, latent)."""

    mean: Array
    log_variance: Array


class VAE(Layer):
    r"""A model with latent variables, $p(x) = \int p(x \mid z)\, p(z)\, dz$, and its approximate posterior.

    The posterior $q(z \mid x)$ is a normal distribution with independent dimensions.

    The encoder's outputs are the means of q and the logarithms of its variances; the decoder's are the parameters of
    the likelihood. Training is that of `learners.Variational`.

    Variables: "encoder", "decoder" and "prior", which is empty for a standard normal prior.

    Sources: Kingma and Welling, "Auto-encoding variational Bayes", 2014; Rezende, Mohamed and Wierstra, "Stochastic
    backpropagation and approximate inference in deep generative models", 2014.

    Args:
        encoder: from rows to (batch, 2 * latent), the means and then the log-variances.
        decoder: from (batch, latent) to outputs.
        latent: the number of latent dimensions.
        shape: of one row, such as (28, 28, 1).
        likelihood: of rows given the decoder's outputs.
        prior: of z.

    >>> model = dense_vae((28, 28, 1), latent=2)
    >>> variables, x = model.init(jax.random.key(0)), jnp.zeros((5, 28, 28, 1))
    >>> mean, log_variance = model.encode(variables, x, Pass())
    >>> mean.shape, model.decode(variables, mean, Pass()).shape
    ((5, 2), (5, 28, 28, 1))
    >>> model.sample(variables, jax.random.key(1), 64).shape
    (64, 28, 28, 1)
    """

    encoder: Layer
    decoder: Layer
    latent: int
    shape: tuple[int, ...]
    likelihood: Likelihood = BernoulliLikelihood()
    prior: Prior = StandardNormal()

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of both parts and of the prior."""
        return super().init(key) | {"prior": self.prior.init(named_key(key, "prior"), self.shape)}

    def encode(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Posterior:
        """The posterior of rows.

        Raises:
            Error: the encoder has another number of outputs than 2 * latent.
        """
        outputs = self.encoder.apply(variables["encoder"], x, run.at("encoder"))
        if outputs.shape[1:] != (2 * self.latent,):
            raise Error(
                f"the encoder has the outputs {outputs.shape[1:]}; expected {2 * self.latent}, a mean and a "
                f"log-variance for each of {self.latent} latent dimensions"
            )
        return Posterior(outputs[:, : self.latent], outputs[:, self.latent :])

    def decode(self, variables: PyTree[Array], z: Float[Array, "batch latent"], run: Pass) -> Float[Array, "batch ..."]:
        """The outputs for latent variables, (batch, *shape): logits or means."""
        return as_rows(self.decoder.apply(variables["decoder"], z, run.at("decoder")), self.shape)

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Float[Array, "batch ..."]:
        """The outputs for rows: in training for a sample of the posterior, otherwise for its mean."""
        posterior = self.encode(variables, x, run)
        z = normal_sample(*posterior, run.key("latent"))[0] if run.training else posterior.mean
        return self.decode(variables, z, run)

    def sample(self, variables: PyTree[Array], key: PRNGKeyArray, count: int) -> Float[Array, "count ..."]:
        """Expected rows, (count, *shape), for latent variables that are drawn from the prior."""
        z = self.prior.sample(variables["prior"], key, count, self.latent, self._encoder(variables, Pass()))
        return self.likelihood.mean(self.decode(variables, z, Pass()))

    def log_prior(
        self, variables: PyTree[Array], z: Float[Array, "*batch latent"], run: Pass
    ) -> Float[Array, "*batch"]:
        """log p(z) in nats."""
        return self.prior.log_prob(variables["prior"], z, self._encoder(variables, run.at("prior")))

    def terms(
        self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass, key: PRNGKeyArray, samples: int = 1
    ) -> LatentTerms:
        """The terms of a bound on log p(x), for `samples` samples of the posterior of each row.

        The likelihood is computed in the precision of x, whatever that of the variables.
        """
        return self.terms_of(variables, x, self.posterior(variables, x, run), run, key, samples)[0]

    def posterior(self, variables: PyTree[Array], x: Float[Array, "batch ..."], run: Pass) -> Posterior:
        """The posterior of rows, computed in the precision of the variables."""
        return self.encode(variables, x.astype(jax.tree.leaves(variables)[0].dtype), run)

    def terms_of(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch ..."],
        posterior: Posterior,
        run: Pass,
        key: PRNGKeyArray,
        samples: int = 1,
    ) -> tuple[LatentTerms, Float[Array, "samples batch ..."]]:
        """`terms` for a posterior that is known, and the decoder's outputs."""
        z = normal_sample(*posterior, key, samples)
        outputs = self.decode(variables, z.reshape(-1, self.latent), run).astype(x.dtype)
        target = jnp.broadcast_to(x.reshape(x.shape[0], *self.shape), (samples, x.shape[0], *self.shape))
        fit = self.likelihood.log_prob(outputs, target.reshape(-1, *self.shape)).reshape(samples, -1)
        ratio = self.log_prior(variables, z, run) - normal_log_prob(z, *posterior)
        terms = LatentTerms(fit, ratio.astype(x.dtype), self.prior.divergence(*posterior))
        return terms, outputs.reshape(samples, -1, *self.shape)

    def _encoder(self, variables: PyTree[Array], run: Pass) -> Callable[[Array], tuple[Array, Array]]:
        return lambda rows: self.encode(variables, rows, run)


def dense_vae(
    shape: Shape,
    latent: int = 20,
    hidden: tuple[int, ...] = (400,),
    likelihood: Likelihood = BERNOULLI,
    prior: Prior = STANDARD_NORMAL,
    activation: Callable = relu,
    initializer: Initializer = XAVIER,
) -> VAE:
    """A VAE of dense layers; the decoder's hidden layers are the encoder's in the reversed order.

    Args:
        shape: of one row, such as (28, 28, 1); or its number of features.
        latent: the number of latent dimensions.
        hidden: units of the encoder's hidden layers.
        likelihood: of the rows.
        prior: of the latent variables.
        activation: of the hidden layers.
        initializer: of every weight.
    """
    shape = as_shape(shape)
    features = math.prod(shape)
    encoder = MLP((features, *hidden, 2 * latent), activation, initializer)
    decoder = MLP((latent, *hidden[::-1], features), activation, initializer)
    return VAE(encoder, decoder, latent, shape, likelihood, prior)


def convolutional_vae(
    image: tuple[int, int, int] = (28, 28, 1),
    latent: int = 20,
    filters: tuple[int, ...] = (16, 32),
    hidden: tuple[int, ...] = (),
    likelihood: Likelihood = BERNOULLI,
    prior: Prior = STANDARD_NORMAL,
    activation: Callable = relu,
    initializer: Initializer = XAVIER,
) -> VAE:
    """A VAE of convolutions: each has 3 x 3 kernels and halves the image's sides; arguments as of `dense_vae`."""
    encoder = halving_convnet(image, 2 * latent, filters, hidden, activation, initializer)
    decoder = DeconvNet(encoder, latent, activation, initializer)
    return VAE(encoder, decoder, latent, image, likelihood, prior)
