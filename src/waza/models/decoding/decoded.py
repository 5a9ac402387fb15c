"""Decoded sentences, and the loop that writes one sentence for each source sentence."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.models.encoder_decoder import Encoded, EncoderDecoder


class Decoded(NamedTuple):
    r"""One target sentence for each source sentence.

    Args:
        tokens: (batch, most); from a sentence's end on, the end token.
        lengths: the number of tokens before the end token, (batch,). It is `most` where the sentence has not ended.
        log_probability: $\ln p(y \mid x)$ under the model, in nats, with the end token's where there is one, (batch,).
        weights: the attention weights with which each token was chosen, (batch, most, steps), the end token's too, and
            0 after it; None for a model without attention. A caller that does not return them from its compiled
            program does not pay for them.
    """

    tokens: Array
    lengths: Array
    log_probability: Array
    weights: Array | None


class _Writing(NamedTuple):
    """The sentences while they are written. Time is the first axis of `tokens` and `weights`."""

    time: Array
    state: PyTree[Array]
    token: Array
    ended: Array
    tokens: Array
    log_probability: Array
    weights: Array | None


def generate(
    model: EncoderDecoder,
    variables: PyTree[Array],
    encoded: Encoded,
    most: int,
    choose: Callable[[Float[Array, "batch targets"], Int[Array, ""]], Int[Array, " batch"]],
) -> Decoded:
    """Write one sentence for each source sentence, until all have ended or have `most` tokens.

    Args:
        model: with `start` and `step`.
        variables: of the model.
        encoded: the source, as the model's `encode` gives it.
        most: the largest number of tokens of a sentence, the end token counted.
        choose: the next tokens, given their logits and the time, which counts from 0.
    """
    check_most(most)
    batch = encoded.lengths.shape[0]

    def unfinished(now: _Writing) -> Array:
        return (now.time < most) & ~jnp.all(now.ended)

    def write(now: _Writing) -> _Writing:
        step = model.step(variables, encoded, now.state, now.token)
        logits = step.logits.astype(jnp.float32)
        token = jnp.where(now.ended, model.end, choose(logits, now.time)).astype(jnp.int32)
        chosen = jnp.take_along_axis(logits, token[:, None], axis=1)[:, 0] - jax.nn.logsumexp(logits, axis=1)
        weights = now.weights
        if weights is not None and step.weights is not None:
            weights = weights.at[now.time].set(jnp.where(now.ended[:, None], 0, step.weights))
        return _Writing(
            now.time + 1,
            step.state,
            token,
            now.ended | (token == model.end),
            now.tokens.at[now.time].set(token),
            now.log_probability + jnp.where(now.ended, 0, chosen),
            weights,
        )

    state = model.start(variables, encoded, most)
    first = _Writing(
        jnp.int32(0),
        state,
        jnp.full(batch, model.end, jnp.int32),
        jnp.zeros(batch, bool),
        jnp.full((most, batch), model.end, jnp.int32),
        jnp.zeros(batch, jnp.float32),
        blank_weights(model, variables, encoded, state, most),
    )
    last = lax.while_loop(unfinished, write, first)
    tokens = last.tokens.T
    weights = None if last.weights is None else jnp.swapaxes(last.weights, 0, 1)
    lengths = jnp.sum(tokens != model.end, axis=1, dtype=jnp.int32)
    return Decoded(tokens, lengths, last.log_probability, weights)


def blank_weights(
    model: EncoderDecoder, variables: PyTree[Array], encoded: Encoded, state: PyTree[Array], most: int
) -> Array | None:
    """Zeros for the attention weights of `most` steps, (most, batch, steps); None for a model without attention."""
    token = jax.ShapeDtypeStruct(encoded.lengths.shape, jnp.int32)
    step: Any = jax.eval_shape(model.step, variables, encoded, state, token)
    return None if step.weights is None else jnp.zeros((most, *step.weights.shape), step.weights.dtype)


def check_most(most: int) -> None:
    """Raise an `Error` unless a sentence can have a token."""
    if most < 1:
        raise Error(f"most={most} given; expected the largest number of tokens of a target sentence, at least 1")
