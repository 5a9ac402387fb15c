"""Beam search: the most probable sentences, as far as a limited number of hypotheses shows them."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.models.decoding.decoded import blank_weights, check_most
from waza.models.decoding.hypotheses import Found, Hypotheses, Steps, filled, merged, nothing, read_back, taken
from waza.models.decoding.largest import largest
from waza.models.encoder_decoder import Encoded, EncoderDecoder


class _Search(NamedTuple):
    """A search after some steps. A live hypothesis is a row of the model's batch, (batch * width)."""

    time: Array
    state: PyTree[Array]
    token: Int[Array, "batch width"]
    live: Float[Array, "batch width"]
    steps: Steps
    finished: Found


def beam(
    model: EncoderDecoder,
    variables: PyTree[Array],
    encoded: Encoded,
    most: int,
    width: int = 5,
    length_penalty: Float[Array, ""] | float = 1.0,
    kept: int | None = None,
) -> Hypotheses:
    r"""The sentences with the best scores among those that a beam search meets.

    $$s(y) = \frac{\ln p(y \mid x)}{\mathrm{lp}(y)} \qquad \mathrm{lp}(y) = \left(\frac{5 + |y|}{6}\right)^{\alpha}$$

    $|y|$ counts the end token. Each step continues every live hypothesis by every token and takes the `width` most
    probable continuations of each source sentence. Those that end there are finished and are kept apart, the best
    `kept` of them by score; the others are the live hypotheses of the next step. So a width of 1 gives the greedy
    sentence for every $\alpha$.

    The search of a sentence ends when no live hypothesis can finish among those that are kept. This is exact: as a
    log probability only falls, a live hypothesis with the log probability $l$ after $t$ tokens reaches at most the
    larger one of $l / \mathrm{lp}(t + 1)$ and $l / \mathrm{lp}(\text{most})$. A low `most` and few `kept` hypotheses
    therefore save time; how many are kept does not change the best one. The loop ends with the last sentence's search.

    Sources: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014 (finished hypotheses
    leave the beam); Wu et al., "Google's neural machine translation system", 2016, equation 14 (the length penalty).

    Args:
        model: with `start` and `step`.
        variables: of the model.
        encoded: the source, as the model's `encode` gives it.
        most: the largest number of tokens of a sentence, the end token counted.
        width: how many hypotheses a step takes.
        length_penalty: alpha, a number that may be traced. At 0 the score is the log probability, which favours short
            sentences; a higher one favours longer sentences.
        kept: how many finished hypotheses of a sentence are wanted, up to `width`; None: `width`.

    Raises:
        Error: if `most` or `width` is below 1, or `kept` is not between 1 and `width`.

    >>> from waza.models.encoder_decoder import Step
    >>> class Chain(EncoderDecoder):
    ...     end = 2
    ...     def start(self, variables, encoded, most):
    ...         return encoded.lengths
    ...     def step(self, variables, encoded, state, token):
    ...         return Step(jnp.log(variables[token]), state, None)
    >>> after = jnp.array([[0.3, 0.3, 0.4], [0.1, 0.0, 0.9], [0.6, 0.4, 0.0]])  # each token
    >>> encoded = Encoded(jnp.zeros((1, 1, 1)), jnp.ones(1, jnp.int32))
    >>> found = beam(Chain(), after, encoded, most=4, width=2, kept=1).best
    >>> found.tokens.tolist(), round(float(jnp.exp(found.log_probability[0])), 2)
    ([[1, 2, 2, 2]], 0.36)

    The first token of the greedy sentence, whose probability is 0.24, is more probable.

    >>> beam(Chain(), after, encoded, most=4, width=1).best.tokens.tolist()
    [[0, 2, 2, 2]]
    """
    check_most(most)
    if width < 1:
        raise Error(f"width={width} given; expected the number of hypotheses of a beam search, at least 1")
    kept = width if kept is None else kept
    if not 1 <= kept <= width:
        raise Error(f"kept={kept} given for a beam of width {width}; expected a number from 1 to {width}")
    batch, end = encoded.lengths.shape[0], model.end
    first_rows = jnp.arange(batch, dtype=jnp.int32)[:, None] * width
    state = repeated(model.start(variables, encoded, most), width)
    encoded = repeated(encoded, width)
    weights = blank_weights(model, variables, encoded, state, most)

    def penalty(length: Int[Array, ""] | int) -> Array:
        return ((5 + jnp.float32(length)) / 6) ** length_penalty

    def unfinished(now: _Search) -> Array:
        live = jnp.max(now.live, axis=1)
        reachable = jnp.maximum(live / penalty(now.time + 1), live / penalty(most))
        return (now.time < most) & jnp.any(reachable > now.finished.score[:, -1])

    def extend(now: _Search) -> _Search:
        step = model.step(variables, encoded, now.state, now.token.reshape(-1))
        log_probability, token, parent = continued(now.live, step.logits)
        ends = token == end
        ended = jnp.where(ends, log_probability, -jnp.inf)
        new = Found(ended, ended / penalty(now.time + 1), jnp.full_like(token, now.time), parent)
        rows = (first_rows + parent).reshape(-1)
        return _Search(
            now.time + 1,
            jax.tree.map(lambda leaf: leaf.at[rows].get(mode="promise_in_bounds"), step.state),
            token,
            jnp.where(ends, -jnp.inf, log_probability),
            written(now.steps, now.time, token, parent, step.weights),
            merged(now.finished, new),
        )

    first = _Search(
        jnp.int32(0),
        state,
        jnp.full((batch, width), end, jnp.int32),
        jnp.where(jnp.arange(width) == 0, jnp.zeros((batch, width)), -jnp.inf),  # one hypothesis, without a token
        Steps(
            jnp.zeros((most, batch, width), jnp.int32),
            jnp.zeros((most, batch, width), jnp.int32),
            None if weights is None else weights.reshape(most, batch, width, -1),
        ),
        nothing(batch, kept),
    )
    last = lax.while_loop(unfinished, extend, first)
    ranks = jnp.broadcast_to(jnp.arange(width, dtype=jnp.int32), (batch, width))
    live = Found(last.live, last.live / penalty(most), jnp.full_like(ranks, most), ranks)
    return read_back(filled(last.finished, live), last.steps, end)


def continued(
    live: Float[Array, "batch width"], logits: Float[Array, "rows targets"]
) -> tuple[Float[Array, "batch width"], Int[Array, "batch width"], Int[Array, "batch width"]]:
    """The most probable continuations of each sentence's hypotheses: log probabilities, tokens, and whom they continue.

    None of the best continuations is outside the best of its own hypothesis, which are found among logits: log
    probabilities of all tokens are never computed.
    """
    batch, width = live.shape
    logits = logits.astype(jnp.float32)
    each = min(width, logits.shape[1])
    values, tokens = largest(logits, each)
    gained = (values - jax.nn.logsumexp(logits, axis=1, keepdims=True)).reshape(batch, width, each)
    best, place = lax.top_k((live[:, :, None] + gained).reshape(batch, -1), width)
    token = taken(tokens.reshape(batch, -1), place)
    return best, token, place // each


def written(steps: Steps, time: Array, token: Array, parent: Array, weights: Array | None) -> Steps:
    """The steps with this one."""
    table = steps.weights
    if table is not None and weights is not None:
        table = table.at[time].set(weights.reshape(table.shape[1:]))
    return Steps(steps.tokens.at[time].set(token), steps.parents.at[time].set(parent), table)


def repeated(tree: PyTree[Array], width: int) -> PyTree[Array]:
    """Each row `width` times."""
    return jax.tree.map(lambda leaf: jnp.repeat(leaf, width, axis=0), tree)
