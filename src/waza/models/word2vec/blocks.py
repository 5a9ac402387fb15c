"""Block: consecutive words of a text with their contexts; from the words of a text to blocks."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray


class Block(NamedTuple):
    """N consecutive words, the centres, with the words that are left and right of them.

    Args:
        words: the centres, and `window` words before and after them, (N + 2 window,).
        left: how many of the words directly before each centre are its contexts, (N,).
        right: how many of those directly after it, (N,); a centre without contexts does not count.
    """

    words: Int[Array, " positions"]
    left: Int[Array, " centres"]
    right: Int[Array, " centres"]

    def tiled(self, size: int) -> "Tiles":
        """The block in tiles of `size` centres each."""
        count, window = self.left.shape[0], (self.words.shape[0] - self.left.shape[0]) // 2
        places = size * np.arange(count // size)[:, None] + np.arange(size + 2 * window)
        offset = np.arange(size + 2 * window) - window - np.arange(size)[:, None]  # of a context from its centre
        left, right = (sides.reshape(-1, size, 1) for sides in (self.left, self.right))
        near = (offset >= -left) & (offset <= right) & (offset != 0)
        return Tiles(
            self.words[window : window + count].reshape(-1, size), self.words[places], near.astype(jnp.float32)
        )


class Tiles(NamedTuple):
    """A block in tiles.

    Args:
        centres: (tiles, size).
        contexts: all words of each tile's windows, (tiles, size + 2 window).
        near: 1 for each context of each centre, else 0, (tiles, size, size + 2 window).
    """

    centres: Int[Array, "tiles size"]
    contexts: Int[Array, "tiles contexts"]
    near: Float[Array, "tiles size contexts"]


class Words(NamedTuple):
    """The words of a text that are left after subsampling, at the front of arrays of one size.

    Args:
        words: (places + 2 window,), with `window` places before the first.
        left: of each word as in `Block`, (places,); 0 after the last.
        right: likewise.
        kept: how many words there are.
    """

    words: Int[Array, " positions"]
    left: Int[Array, " places"]
    right: Int[Array, " places"]
    kept: Int[Array, ""]

    def block(self, number: Int[Array, ""] | int, size: int) -> Block:
        """The block with this number, of `size` words."""
        around = self.words.shape[0] - self.left.shape[0]
        words, left, right = (
            jax.lax.dynamic_slice_in_dim(values, number * size, size + more)
            for values, more in ((self.words, around), (self.left, 0), (self.right, 0))
        )
        return Block(words, left, right)


def keep_chances(shares: Float[Array, "..."], threshold: float | Float[Array, ""]) -> Float[Array, "..."]:
    r"""The probability that an occurrence of a word stays: $\min(1, \sqrt{t / f} + t / f)$.

    This is the formula of word2vec.c; the paper has $\sqrt{t / f}$ alone.

    Args:
        shares: f, of a word among all occurrences.
        threshold: t, such as 0.001; all words stay with 0.

    >>> [round(float(chance), 2) for chance in keep_chances(jnp.array([0.1, 0.004, 0.001]), 0.001)]
    [0.11, 0.75, 1.0]
    """
    ratio = threshold / jnp.maximum(shares, 1e-30)
    return jnp.where(threshold > 0, jnp.minimum(jnp.sqrt(ratio) + ratio, 1), 1.0)


def drawn_words(
    tokens: Int[Array, " tokens"],
    chances: Float[Array, " tokens"],
    window: int,
    multiple: int,
    key: PRNGKeyArray,
) -> Words:
    """The words of a text after subsampling, each with the width of its window, which is uniform in 1 ... window.

    Words that are left out leave no gap: windows reach further then, as in word2vec.c. No window crosses the end of a
    sentence.

    Args:
        tokens: of the text; the token of a sentence's end is where `chances` is negative.
        chances: the probability that each token stays.
        window: the largest number of contexts on each side.
        multiple: the places are a multiple of it.
        key: of the draws.
    """
    of_stay, of_width = jax.random.split(key)
    size = tokens.shape[0]
    places = -(-size // multiple) * multiple
    stays = jax.random.uniform(of_stay, (size,)) < chances
    place = jnp.where(stays, jnp.cumsum(stays) + (window - 1), places + 2 * window)
    sentence = jnp.cumsum(chances < 0)

    def compacted(values: Int[Array, " tokens"], fill: int) -> Int[Array, " positions"]:
        return jnp.full(places + 2 * window, fill, jnp.int32).at[place].set(values, mode="drop", unique_indices=True)

    words, own = compacted(tokens, 0), compacted(sentence, -1)
    width = jax.random.bits(of_width, (places,)) % window + 1
    centre = own[window : window + places]
    left, right = (
        sum(
            (own[window + side * step : window + side * step + places] == centre) & (centre >= 0)
            for step in range(1, window + 1)
        )
        for side in (-1, 1)
    )
    left, right = (jnp.minimum(reach, width.astype(jnp.int32)) for reach in (left, right))
    return Words(words, left, right, jnp.sum(stays))
