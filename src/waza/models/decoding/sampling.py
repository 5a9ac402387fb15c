"""Sampling of sentences, with temperature, top-k and nucleus."""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int, Key, PyTree

from waza.core.errors import Error
from waza.models.decoding.decoded import Decoded, generate
from waza.models.decoding.greedy import most_probable
from waza.models.decoding.largest import largest
from waza.models.encoder_decoder import Encoded, EncoderDecoder


def sample(
    model: EncoderDecoder,
    variables: PyTree[Array],
    encoded: Encoded,
    most: int,
    keys: Key[Array, " batch"],
    temperature: Float[Array, ""] | float = 1.0,
    top_k: int | None = None,
    nucleus: Float[Array, ""] | float = 1.0,
) -> Decoded:
    r"""Sentences with tokens that are drawn, $p(v) \propto \exp(z_v / \tau)$ for $v \in K$, with the logits $z$.

    A temperature $\tau$ of 1 draws with the model's own probabilities, a lower one favours probable tokens, and 0
    always takes the most probable one. The set $K$ holds the `top_k` most probable tokens. Of these, again, it holds
    the nucleus: the fewest of the most probable tokens that together have at least the probability `nucleus`, at the
    temperature. A token as probable as the last one of the nucleus belongs to it as well.

    `Decoded.log_probability` is the model's own, at the temperature 1 and over all tokens.

    Sources: Fan, Lewis and Dauphin, "Hierarchical neural story generation", 2018 (top-k); Holtzman et al., "The curious
    case of neural text degeneration", 2020 (nucleus).

    Args:
        model: with `start` and `step`.
        variables: of the model.
        encoded: the source, as the model's `encode` gives it.
        most: the largest number of tokens of a sentence, the end token counted.
        keys: one for each row, (batch,), so that a sentence does not depend on those decoded with it.
        temperature: tau, at least 0; a number that may be traced.
        top_k: how many tokens may be drawn; None: all.
        nucleus: from 0, which leaves the most probable token, to 1, which leaves all; a number that may be traced.

    Raises:
        Error: if `most` or `top_k` is below 1, or unless there is one key for each row.
    """
    batch = encoded.lengths.shape[0]
    if keys.shape != (batch,):
        raise Error(
            f"keys of the shape {keys.shape} given for {batch} rows; expected a key for each: "
            f"jax.random.split(key, {batch})"
        )
    if top_k is not None and top_k < 1:
        raise Error(
            f"top_k={top_k} given; expected the number of tokens that may be drawn, at least 1, or None for all"
        )

    def choose(logits: Array, time: Array) -> Array:
        now = jax.vmap(jax.random.fold_in, (0, None))(keys, time)
        return jnp.where(temperature > 0, draw(now, logits, temperature, top_k, nucleus), most_probable(logits))

    return generate(model, variables, encoded, most, choose)


def draw(
    keys: Key[Array, " batch"],
    logits: Float[Array, "batch targets"],
    temperature: Float[Array, ""] | float,
    top_k: int | None,
    nucleus: Float[Array, ""] | float,
) -> Int[Array, " batch"]:
    """A token for each row of logits, as in `sample`; at a temperature of 0, any token."""
    values, tokens = (logits, None) if top_k is None else largest(logits, min(top_k, logits.shape[1]))
    relative = (values - jnp.max(values, axis=1, keepdims=True)) / jnp.where(temperature > 0, temperature, 1)
    noise = jax.vmap(lambda key: jax.random.gumbel(key, relative.shape[1:]))(keys)
    drawn = most_probable(jnp.where(in_nucleus(relative, nucleus), relative + noise, -jnp.inf))  # "Gumbel-max"
    return drawn if tokens is None else jnp.take_along_axis(tokens, drawn[:, None], axis=1)[:, 0]


def in_nucleus(
    relative: Float[Array, "batch choices"], nucleus: Float[Array, ""] | float
) -> Bool[Array, "batch choices"]:
    r"""Whether a choice with the weight $w = e^z$ is in the nucleus: $w \ge \theta$, with the largest such threshold.

    $$\theta = \max \{\theta : \sum_{w \ge \theta} w \ge \text{nucleus} \cdot \sum w\}$$

    The threshold is found exactly by bisection over the floating-point numbers from 0 to 1, which are ordered as their
    bits are: 30 passes over the choices, where sorting 8,000 of them would take twenty times as long.

    Args:
        relative: z, the largest of each row 0.
        nucleus: the share of the weight, from 0 to 1.

    >>> in_nucleus(jnp.log(jnp.array([[0.2, 1.0, 0.5, 0.3]])), 0.6).tolist()
    [[False, True, True, False]]
    """
    return lax.cond(nucleus < 1, _from_the_threshold, lambda relative, _: relative <= 0, relative, nucleus)


def _from_the_threshold(relative: Array, nucleus: Array | float) -> Array:
    weight = jnp.exp(relative.astype(jnp.float32))
    needed = nucleus * jnp.sum(weight, axis=1)

    def halve(_: Array, bounds: tuple[Array, Array]) -> tuple[Array, Array]:
        """The upper bound never holds enough; the lower one always does."""
        low, high = bounds
        middle = low + (high - low) // 2
        threshold = lax.bitcast_convert_type(middle, jnp.float32)[:, None]
        enough = jnp.sum(jnp.where(weight >= threshold, weight, 0), axis=1) >= needed
        return jnp.where(enough, middle, low), jnp.where(enough, high, middle)

    rows = weight.shape[:1]
    above_one = lax.bitcast_convert_type(jnp.float32(1), jnp.int32) + 1
    bounds = jnp.zeros(rows, jnp.int32), jnp.full(rows, above_one)
    low, _ = lax.fori_loop(0, 30, halve, bounds)
    return weight >= lax.bitcast_convert_type(low, jnp.float32)[:, None]
