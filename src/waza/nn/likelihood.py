"""Likelihoods: what the outputs of a decoder say about a row's numbers."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import Recipe, like

SMALLEST_SHARE = 1e-6  # of a constant prediction, whose cross entropy is otherwise infinite


class Likelihood(Recipe):
    r"""$p(x \mid \text{outputs})$ with independent features; outputs and x have equal shapes (batch, ...)."""

    def log_prob(self, outputs: Float[Array, "batch ..."], x: Float[Array, "batch ..."]) -> Float[Array, " batch"]:
        """The log-likelihood of each row in nats, summed over its features."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob(outputs, x)")

    def mean(self, outputs: Float[Array, "..."]) -> Float[Array, "..."]:
        """The expected features."""
        raise NotImplementedError(f"{type(self).__name__} has no mean(outputs)")

    def sample(self, outputs: Float[Array, "..."], key: PRNGKeyArray) -> Float[Array, "..."]:
        """Features drawn at random."""
        raise NotImplementedError(f"{type(self).__name__} has no sample(outputs, key)")

    def chance(self, x: np.ndarray, known: np.ndarray | None = None) -> float:
        """The mean negative log-likelihood of constant outputs on rows (rows, ...).

        The constant is the best one for these rows, or for other `known` rows.
        """
        raise NotImplementedError(f"{type(self).__name__} has no chance level")


class BernoulliLikelihood(Likelihood):
    r"""Binary features with the logits $\ell$: $\log p(x) = \sum_i x_i \ell_i - \log(1 + e^{\ell_i})$.

    For features between 0 and 1, such as grey pixels, the same number is the negative cross entropy. It is then no
    log-likelihood: the sum of $e^{\log p(x)}$ over all possible x is not 1.

    >>> likelihood = BernoulliLikelihood()
    >>> round(float(likelihood.log_prob(jnp.zeros((1, 3)), jnp.array([[0.0, 1.0, 1.0]]))[0]), 4)  # 3 log(1/2)
    -2.0794
    """

    def log_prob(self, outputs: Float[Array, "batch ..."], x: Float[Array, "batch ..."]) -> Float[Array, " batch"]:
        """The sum of the features' log-probabilities."""
        return jnp.sum(x * outputs - _softplus(outputs), axis=_features(outputs))

    def mean(self, outputs: Float[Array, "..."]) -> Float[Array, "..."]:
        """The probabilities."""
        return jax.nn.sigmoid(outputs)

    def sample(self, outputs: Float[Array, "..."], key: PRNGKeyArray) -> Float[Array, "..."]:
        """Zeros and ones."""
        return jax.random.bernoulli(key, self.mean(outputs)).astype(outputs.dtype)

    def chance(self, x: np.ndarray, known: np.ndarray | None = None) -> float:
        """The sum of the features' cross entropies with their means over the known rows."""
        mean = np.mean(x, axis=0, dtype=np.float64)
        share = mean if known is None else np.mean(known, axis=0, dtype=np.float64)
        mean, share = (np.clip(one, SMALLEST_SHARE, 1 - SMALLEST_SHARE) for one in (mean, share))
        return float(-np.sum(mean * np.log(share) + (1 - mean) * np.log1p(-share)))


class GaussianLikelihood(Likelihood):
    r"""Real features with the outputs as means: $\log p(x) = \sum_i \log N(x_i;\, \text{output}_i, s^2)$.

    The standard deviation s weighs the reconstruction against the KL divergence: the smaller it is, the more exact are
    reconstructions.

    Args:
        std: s, of every feature.

    >>> round(float(GaussianLikelihood(1.0).log_prob(jnp.zeros((1, 2)), jnp.ones((1, 2)))[0]), 4)
    -2.8379
    """

    std: float = 0.1

    def __check_init__(self):
        if isinstance(self.std, float) and not self.std > 0:
            raise Error(f"GaussianLikelihood(std={self.std:g}); expected a standard deviation above 0, such as 0.1")

    def log_prob(self, outputs: Float[Array, "batch ..."], x: Float[Array, "batch ..."]) -> Float[Array, " batch"]:
        """The sum of the features' log-densities."""
        std = like(self.std, outputs)
        error = (x - outputs) / std
        return -jnp.sum(error**2 / 2 + jnp.log(std) + math.log(2 * math.pi) / 2, axis=_features(outputs))

    def mean(self, outputs: Float[Array, "..."]) -> Float[Array, "..."]:
        """The outputs."""
        return outputs

    def sample(self, outputs: Float[Array, "..."], key: PRNGKeyArray) -> Float[Array, "..."]:
        """The outputs with normal noise."""
        return outputs + like(self.std, outputs) * jax.random.normal(key, outputs.shape, outputs.dtype)

    def chance(self, x: np.ndarray, known: np.ndarray | None = None) -> float:
        """That of the features' means over the known rows."""
        std, errors = float(self.std), np.var(x, axis=0, dtype=np.float64)
        if known is not None:
            errors = errors + (np.mean(x, axis=0, dtype=np.float64) - np.mean(known, axis=0, dtype=np.float64)) ** 2
        return float(np.sum(errors / std**2 + math.log(2 * math.pi * std**2)) / 2)


@jax.custom_jvp
def _softplus(x: Array) -> Array:
    """log(1 + e^x); as log(1 + e^-|x|), which is faster than log1p and off by 1e-7 at most."""
    return jnp.maximum(x, 0) + jnp.log(1 + jnp.exp(-jnp.abs(x)))


@_softplus.defjvp
def _softplus_jvp(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    return _softplus(primals[0]), jax.nn.sigmoid(primals[0]) * tangents[0]


def _features(outputs: Array) -> tuple[int, ...]:
    return tuple(range(1, outputs.ndim))
