"""Priors of latent variables."""

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import Recipe
from waza.nn.activations import sigmoid
from waza.nn.normal import normal_log_prob, normal_sample, standard_normal_divergence

Encode = Callable[[Array], tuple[Array, Array]]  # of rows: the posterior's means and log-variances


class Prior(Recipe):
    """p(z). Its functions are given `encode`, since a prior may be made of posteriors."""

    def init(self, key: PRNGKeyArray, shape: tuple[int, ...]) -> dict[str, Array]:
        """The prior's own variables; none by default.

        Args:
            key: of their draws.
            shape: of one row of the data.
        """
        return {}

    def log_prob(self, variables: Any, z: Float[Array, "*batch latent"], encode: Encode) -> Float[Array, "*batch"]:
        """log p(z) in nats."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob(variables, z, encode)")

    def sample(
        self, variables: Any, key: PRNGKeyArray, count: int, latent: int, encode: Encode
    ) -> Float[Array, "count latent"]:
        """Samples of z."""
        raise NotImplementedError(f"{type(self).__name__} has no sample(variables, key, count, latent, encode)")

    def divergence(
        self, mean: Float[Array, "batch latent"], log_variance: Float[Array, "batch latent"]
    ) -> Float[Array, "batch latent"] | None:
        """The KL divergence of each dimension from the prior; None where it has no closed form."""
        return None


class StandardNormal(Prior):
    """p(z) = N(0, 1) in each dimension.

    >>> round(float(StandardNormal().log_prob({}, jnp.zeros(2), lambda rows: (rows, rows))), 4)
    -1.8379
    """

    def log_prob(self, variables: Any, z: Float[Array, "*batch latent"], encode: Encode) -> Float[Array, "*batch"]:
        """The log-density."""
        return normal_log_prob(z, jnp.zeros_like(z), jnp.zeros_like(z))

    def sample(
        self, variables: Any, key: PRNGKeyArray, count: int, latent: int, encode: Encode
    ) -> Float[Array, "count latent"]:
        """Standard normal numbers."""
        return jax.random.normal(key, (count, latent))

    def divergence(
        self, mean: Float[Array, "batch latent"], log_variance: Float[Array, "batch latent"]
    ) -> Float[Array, "batch latent"]:
        """The closed form."""
        return standard_normal_divergence(mean, log_variance)


class VampPrior(Prior):
    r"""$p(z) = \frac1K \sum_k q(z \mid u_k)$: a mixture of the posteriors of K learned rows (pseudo-inputs).

    Source: Tomczak and Welling, "VAE with a VampPrior", 2018.

    Args:
        components: K.
        activation: gives pseudo-inputs the range of the rows: `nn.sigmoid` for pixels between 0 and 1.
        std: of the initial pseudo-inputs before the activation.

    >>> prior = VampPrior(2)
    >>> variables = prior.init(jax.random.key(0), (3,))
    >>> encode = lambda u: (u[:, :1], 0 * u[:, :1])
    >>> prior.log_prob(variables, jnp.zeros((4, 1)), encode).shape
    (4,)
    """

    components: int = 100
    activation: Callable = sigmoid
    std: float = 1.0

    def __check_init__(self):
        if not isinstance(self.components, int) or self.components < 1:
            raise Error(f"VampPrior(components={self.components!r}); expected a whole number of at least 1")

    def init(self, key: PRNGKeyArray, shape: tuple[int, ...]) -> dict[str, Array]:
        """The pseudo-inputs before their activation, (components, *shape)."""
        return {"inputs": self.std * jax.random.normal(key, (self.components, *shape))}

    def log_prob(self, variables: Any, z: Float[Array, "*batch latent"], encode: Encode) -> Float[Array, "*batch"]:
        """The log-density of the mixture."""
        mean, log_variance = encode(self.activation(variables["inputs"]))
        parts = normal_log_prob(z[..., None, :], mean, log_variance)
        return jax.nn.logsumexp(parts, axis=-1) - math.log(self.components)

    def sample(
        self, variables: Any, key: PRNGKeyArray, count: int, latent: int, encode: Encode
    ) -> Float[Array, "count latent"]:
        """Samples from components that are drawn at random."""
        which, noise = jax.random.split(key)
        mean, log_variance = encode(self.activation(variables["inputs"]))
        drawn = jax.random.randint(which, (count,), 0, self.components)
        return normal_sample(mean[drawn], log_variance[drawn], noise)[0]
