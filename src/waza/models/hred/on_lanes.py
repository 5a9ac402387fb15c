"""What the layers of dialogue models compute from lanes: where utterances begin and end, and sums over them."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from waza.data.text.dialogue.lanes import Lanes


def in_rows(tokens: Int[Array, "batch utterances steps"], lengths: Int[Array, "batch utterances"]) -> Lanes:
    """Dialogues with one lane for each utterance.

    Args:
        tokens: after an utterance's length they may be anything.
        lengths: tokens of each utterance, with the end's; 0 for no utterance.

    >>> found = in_rows(jnp.array([[[5, 9, 0], [9, 0, 0]]]), jnp.array([[2, 1]]))
    >>> found.place.tolist(), found.first.tolist(), found.last.tolist()
    ([[0, 0, -1], [1, -1, -1]], [[0, 3]], [[1, 3]])
    """
    batch, utterances, steps = tokens.shape
    flat = lengths.reshape(-1, 1)
    row = jnp.arange(batch * utterances)
    place = jnp.where(jnp.arange(steps) < flat, row[:, None], -1)
    first = jnp.where(lengths > 0, row.reshape(batch, utterances) * steps, -1)
    return Lanes(tokens.reshape(-1, steps), place, first, jnp.where(lengths > 0, first + lengths - 1, -1))


def begins(place: Int[Array, "lanes steps"]) -> Bool[Array, "lanes steps"]:
    """Whether the token is the first of its utterance.

    >>> begins(jnp.array([[4, 4, 2, -1]])).tolist()
    [[True, False, True, True]]
    """
    return jnp.pad(place[:, 1:] != place[:, :-1], ((0, 0), (1, 0)), constant_values=True)


def stops(place: Int[Array, "lanes steps"]) -> Bool[Array, "lanes steps"]:
    """Whether the token is the last of its utterance."""
    return jnp.pad(place[:, 1:] != place[:, :-1], ((0, 0), (0, 1)), constant_values=True)


def previous_tokens(lanes: Lanes, end: int) -> Int[Array, "lanes steps"]:
    """The token before each token of its utterance: `end` before the first."""
    shifted = jnp.pad(lanes.tokens[:, :-1], ((0, 0), (1, 0)), constant_values=end)
    return jnp.where(begins(lanes.place), end, shifted)


def at_places(
    x: Float[Array, "lanes steps size"], where: Int[Array, "batch utterances"]
) -> Float[Array, "batch utterances size"]:
    """The vector at one token of each utterance; zeros where there is no utterance.

    Args:
        x: a vector for each token.
        where: lane * steps + step; -1 for no utterance.
    """
    found = x.reshape(-1, x.shape[-1])[jnp.maximum(where, 0)]
    return jnp.where(where[..., None] >= 0, found, 0)


def sums_of(x: Float[Array, "lanes steps"], lanes: Lanes) -> Float[Array, "batch utterances"]:
    """The sum over the tokens of each utterance; padding counts for nothing, whatever it holds."""
    shape = lanes.last.shape
    values = jnp.where(lanes.place >= 0, x, 0).ravel()
    return jnp.zeros(shape[0] * shape[1], x.dtype).at[jnp.maximum(lanes.place, 0).ravel()].add(values).reshape(shape)


def token_counts(lanes: Lanes) -> Int[Array, "batch utterances"]:
    """The number of tokens of each utterance, with the end's; 0 for no utterance."""
    return jnp.where(lanes.last >= 0, lanes.last - lanes.first + 1, 0)


def turn_counts(lanes: Lanes) -> Int[Array, " batch"]:
    """The number of utterances of each dialogue."""
    return jnp.sum(lanes.last >= 0, axis=1)


def in_groups(
    compute: Callable[[Lanes, PRNGKeyArray], Float[Array, "some steps ..."]],
    lanes: Lanes,
    at_once: int | None,
    key: PRNGKeyArray,
) -> Float[Array, "lanes steps ..."]:
    """What `compute` gives for the lanes, in groups of at most `at_once` of them, one after another.

    The activations of a group are computed again in the backward pass (gradient checkpointing).

    Args:
        compute: gives a value for each token of some lanes, with a key of their own.
        lanes: all of them. Of a group only `tokens` and `place` are divided.
        at_once: None for all lanes together, without checkpointing.
        key: of all random draws.
    """
    if at_once is None:
        return compute(lanes, key)
    count = len(lanes.tokens)
    groups = -(-count // at_once)
    size = -(-count // groups)

    def divided(x: Array, fill: int) -> Array:
        padded = jnp.pad(x, ((0, groups * size - count), (0, 0)), constant_values=fill)
        return padded.reshape(groups, size, -1)

    @jax.checkpoint
    def of_group(tokens: Array, place: Array, key: PRNGKeyArray) -> Array:
        return compute(lanes._replace(tokens=tokens, place=place), key)

    given = divided(lanes.tokens, 0), divided(lanes.place, -1), jax.random.split(key, groups)
    found = jax.lax.map(lambda now: of_group(*now), given)
    return found.reshape(groups * size, *found.shape[2:])[:count]
