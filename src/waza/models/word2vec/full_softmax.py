"""The softmax over a whole vocabulary, of several centres for each predictor."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from waza.core.measure import Mean


def full_loss(
    logits: Float[Array, "tiles p words"], centres: Int[Array, "tiles size"], weights: Float[Array, "tiles size p"]
) -> Mean:
    r"""The sum of weights and the cross entropy $\sum_{n, p} w_{np} \left[\log \sum_v e^{z_{pv}} - z_{p c_n}\right]$.

    Args:
        logits: z, of each predictor.
        centres: c, the words that are predicted.
        weights: w, how often each predictor predicts each centre.
    """
    scores = jnp.take_along_axis(logits, centres[:, None, :], 2)
    losses = jax.nn.logsumexp(logits, 2, keepdims=True) - scores
    return Mean(jnp.sum(jnp.swapaxes(weights, 1, 2) * losses), jnp.sum(weights))


def full_errors(
    logits: Float[Array, "tiles p words"], centres: Int[Array, "tiles size"], weights: Float[Array, "tiles size p"]
) -> Float[Array, "tiles p words"]:
    """The negative derivative of `full_loss` with respect to the logits."""
    errors = -jnp.sum(weights, 1)[:, :, None] * jax.nn.softmax(logits)
    place = jnp.arange(errors.shape[0])[:, None, None], jnp.arange(errors.shape[1])[:, None]
    return errors.at[*place, centres[:, None, :]].add(jnp.swapaxes(weights, 1, 2))
