"""The hypotheses that a beam search has finished, and how their sentences are read back from its steps."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int, Shaped

from waza.models.decoding.decoded import Decoded


class Hypotheses(NamedTuple):
    r"""Several target sentences for each source sentence, best first.

    Args:
        tokens: (batch, kept, most); from a sentence's end on, the end token.
        lengths: the number of tokens before the end token, (batch, kept). It is `most` where a hypothesis has not
            ended; such ones come after all that have.
        log_probability: $\ln p(y \mid x)$ under the model, in nats, (batch, kept). It is $-\infty$ in a place for which
            the search has found no hypothesis.
        score: the log probability divided by the length penalty, (batch, kept).
        weights: the attention weights with which each token was chosen, (batch, kept, most, steps), the end token's
            too, and 0 after it; None for a model without attention. A caller that does not return them from its
            compiled program does not pay for them.
    """

    tokens: Array
    lengths: Array
    log_probability: Array
    score: Array
    weights: Array | None

    @property
    def best(self) -> Decoded:
        """The best hypothesis of each source sentence."""
        weights = None if self.weights is None else self.weights[:, 0]
        return Decoded(self.tokens[:, 0], self.lengths[:, 0], self.log_probability[:, 0], weights)


class Found(NamedTuple):
    """Hypotheses as the search holds them, each array (batch, places): `row` is where their last token was chosen."""

    log_probability: Array
    score: Array
    lengths: Array
    row: Array


class Steps(NamedTuple):
    """What each step of the search has written, with time as the first axis.

    Args:
        tokens: (most, batch, width).
        parents: the row of the hypothesis that each token continues, (most, batch, width).
        weights: the attention weights of each row, before rows were chosen, (most, batch, width, steps), or None.
    """

    tokens: Array
    parents: Array
    weights: Array | None


def nothing(batch: int, places: int) -> Found:
    """Places without a hypothesis."""
    no, zero = jnp.full((batch, places), -jnp.inf, jnp.float32), jnp.zeros((batch, places), jnp.int32)
    return Found(no, no, zero, zero)


def merged(kept: Found, new: Found) -> Found:
    """The best of both by score, as many as `kept` has places; of equal scores, those of `kept` first."""
    return _first(_joined(kept, new), jnp.concatenate([kept.score, new.score], axis=1), kept.score.shape[1])


def filled(kept: Found, live: Found) -> Found:
    """The places of `kept` that have no hypothesis are filled with live ones, of which the best comes first."""
    both = _joined(kept, live)
    count = both.score.shape[1]
    rank = jnp.arange(count, dtype=jnp.float32) + jnp.where(_exists(both), 0, count)
    return _first(both, -rank, kept.score.shape[1])


def _joined(one: Found, other: Found) -> Found:
    return Found(*(jnp.concatenate(pair, axis=1) for pair in zip(one, other, strict=True)))


def _first(found: Found, key: Float[Array, "batch places"], count: int) -> Found:
    """The `count` hypotheses with the largest keys."""
    _, best = lax.top_k(key, count)
    return Found(*(taken(one, best) for one in found))


def taken(x: Shaped[Array, "batch places ..."], places: Int[Array, "batch kept"]) -> Shaped[Array, "batch kept ..."]:
    """What is in some places of each row. They are known to exist: no index is checked."""
    expanded = places.reshape(*places.shape, *[1] * (x.ndim - 2))
    return jnp.take_along_axis(x, expanded, axis=1, mode="promise_in_bounds")


def _exists(found: Found) -> Bool[Array, "batch places"]:
    return found.log_probability > -jnp.inf


def read_back(found: Found, steps: Steps, end: int) -> Hypotheses:
    """The sentences, from their last token to their first."""

    def back(
        row: Int[Array, "batch kept"], at: tuple[Array, Steps]
    ) -> tuple[Int[Array, "batch kept"], tuple[Int[Array, "batch kept"], Float[Array, "batch kept steps"] | None]]:
        time, step = at
        inside = time < found.lengths
        parent = jnp.where(inside, taken(step.parents, row), row)
        token = jnp.where(inside, taken(step.tokens, row), end)
        weights = None
        if step.weights is not None:
            looked = taken(step.weights, parent)
            written = _exists(found) & (time <= found.lengths)  # the end token's too
            weights = jnp.where(written[:, :, None], looked, 0)
        return parent, (token, weights)

    times = jnp.arange(len(steps.tokens))
    _, (tokens, weights) = lax.scan(back, found.row, (times, steps), reverse=True)
    weights = None if weights is None else jnp.moveaxis(weights, 0, 2)
    return Hypotheses(jnp.moveaxis(tokens, 0, 2), found.lengths, found.log_probability, found.score, weights)
