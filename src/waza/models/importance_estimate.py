"""The importance-weighted estimate of a model's log-likelihood."""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.vae import VAE
from waza.nn.passes import Pass

DECODED_AT_ONCE = 2000  # rows of outputs in memory


def importance_estimate(
    model: VAE, variables: PyTree[Array], x: Float[Array, "batch ..."], key: PRNGKeyArray, samples: int = 200
) -> Float[Array, " batch"]:
    r"""$\log \frac1K \sum_{i=1}^K p(x \mid z_i)\, p(z_i) / q(z_i \mid x)$ of each row in nats.

    The $z_i$ are samples of $q(z \mid x)$. The expectation is below $\log p(x)$ and rises with K. The samples are drawn
    in equal parts, so that the memory does not grow with K: K is rounded up to a multiple of a part.

    Source: Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016.

    Args:
        model: the model.
        variables: of the model.
        x: rows as the likelihood takes them, such as binary pixels.
        key: of the samples.
        samples: K.

    Raises:
        Error: there is no sample.

    >>> from waza.models.vae import dense_vae
    >>> model = dense_vae(4, latent=2, hidden=())
    >>> variables = model.init(jax.random.key(0))
    >>> importance_estimate(model, variables, jnp.ones((3, 4)), jax.random.key(1), samples=10).shape
    (3,)
    """
    if samples < 1:
        raise Error(f"importance_estimate(samples={samples}); expected at least 1")
    parts = -(-samples // max(1, min(samples, DECODED_AT_ONCE // len(x))))
    size = -(-samples // parts)
    posterior = model.posterior(variables, x, Pass())

    def add(total: Array, i: Array) -> tuple[Array, None]:
        terms, _ = model.terms_of(variables, x, posterior, Pass(), jax.random.fold_in(key, i), size)
        part = jax.nn.logsumexp(terms.log_likelihood + terms.log_ratio, axis=0)
        return jnp.logaddexp(total, part), None

    total, _ = jax.lax.scan(add, jnp.full(len(x), -jnp.inf, x.dtype), jnp.arange(parts))
    return total - math.log(parts * size)
