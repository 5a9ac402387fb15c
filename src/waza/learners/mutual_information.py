"""How much latent variables say about rows: mutual information and active units."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from waza.nn.normal import normal_sample

ACTIVE = 0.01
TINY = 1e-30


def mutual_information(
    mean: Float[Array, "rows latent"],
    log_variance: Float[Array, "rows latent"],
    real: Bool[Array, " rows"],
    key: PRNGKeyArray,
) -> Float[Array, ""]:
    r"""The estimate of $I_q(z; x)$ over n rows, in nats: how well a sample of q tells which row it comes from.

    $$\frac1n \sum_i \left( \log q(z_i \mid x_i) - \log \frac1n \sum_j q(z_i \mid x_j) \right), \quad
      z_i \sim q(z \mid x_i)$$

    It is at most $\log n$, so that n bounds what can be measured. With a prior that depends on the context, z may also
    tell what the context says.

    Sources: Hoffman and Johnson, "ELBO surgery", 2016; He, Spokoyny, Neubig and Berg-Kirkpatrick, "Lagging inference
    networks and posterior collapse in variational autoencoders", 2019.

    Args:
        mean: of q for each row.
        log_variance: of q for each row.
        real: the rows that count.
        key: of the samples.

    >>> far = 100 * jnp.arange(4.0)[:, None]
    >>> found = mutual_information(far, jnp.zeros((4, 1)), jnp.array([1, 1, 1, 0]) > 0, jax.random.key(0))
    >>> round(float(jnp.exp(found)), 3)
    3.0
    """
    z = normal_sample(mean, log_variance, key)[0]
    precision = jnp.exp(-log_variance)
    constant = jnp.sum(mean**2 * precision + log_variance, axis=1)
    # log q(z_i | x_j) without the term in 2 pi, for all pairs by two products
    pairs = -(z**2 @ precision.T - 2 * z @ (mean * precision).T + constant) / 2
    count = jnp.maximum(jnp.sum(real), 1)
    whole = jax.nn.logsumexp(jnp.where(real, pairs, -jnp.inf), axis=1) - jnp.log(count)
    return jnp.sum(jnp.where(real, jnp.diagonal(pairs) - whole, 0)) / count


def active_units(mean: Float[Array, "rows latent"], real: Bool[Array, " rows"]) -> Float[Array, ""]:
    """The number of dimensions whose posterior mean has a variance over the rows above 0.01.

    Source: Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016.

    Args:
        mean: of q for each row.
        real: the rows that count.

    >>> active_units(jnp.array([[0.0, 1.0], [0.0, 2.0], [9.0, 3.0]]), jnp.array([True, True, False])).item()
    1.0
    """
    weight = real[:, None].astype(mean.dtype)
    count = jnp.maximum(jnp.sum(weight), 1)
    middle = jnp.sum(mean * weight, axis=0) / count
    variance = jnp.sum((mean - middle) ** 2 * weight, axis=0) / count
    return jnp.sum(variance > ACTIVE).astype(jnp.float32)
