"""Normal distributions with independent dimensions, as an encoder describes them."""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray


def normal_log_prob(
    z: Float[Array, "... latent"], mean: Float[Array, "... latent"], log_variance: Float[Array, "... latent"]
) -> Float[Array, "..."]:
    r"""$\log N(z; \mu, \sigma^2) = -\frac12 \sum_j \left( \log 2\pi + \log\sigma_j^2
    + (z_j - \mu_j)^2 / \sigma_j^2 \right)$.

    >>> round(float(normal_log_prob(jnp.zeros(2), jnp.zeros(2), jnp.zeros(2))), 4)  # -log(2 pi)
    -1.8379
    """
    error = (z - mean) ** 2 * jnp.exp(-log_variance)
    return -jnp.sum(error + log_variance + math.log(2 * math.pi), axis=-1) / 2


def normal_sample(
    mean: Float[Array, "*rows latent"], log_variance: Float[Array, "*rows latent"], key: PRNGKeyArray, samples: int = 1
) -> Float[Array, "samples *rows latent"]:
    r"""Samples $z = \mu + \sigma \epsilon$ with $\epsilon \sim N(0, 1)$, so that gradients reach $\mu$ and $\sigma$.

    Source: Kingma and Welling, "Auto-encoding variational Bayes", 2014 (reparametrisation).
    """
    noise = jax.random.normal(key, (samples, *mean.shape), mean.dtype)
    return mean + jnp.exp(log_variance / 2) * noise


def standard_normal_divergence(
    mean: Float[Array, "*batch latent"], log_variance: Float[Array, "*batch latent"]
) -> Float[Array, "*batch latent"]:
    r"""$D_{KL}(N(\mu_j, \sigma_j^2) \,\|\, N(0, 1)) = \frac12 (\mu_j^2 + \sigma_j^2 - 1 - \log\sigma_j^2)$ in nats.

    One number for each dimension; their sum is the divergence of the joint distributions.

    >>> standard_normal_divergence(jnp.array([0.0, 1.0]), jnp.zeros(2)).tolist()
    [0.0, 0.5]
    """
    return (mean**2 + jnp.exp(log_variance) - 1 - log_variance) / 2
