"""Token embeddings with sinusoidal positions."""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.recipe import like
from waza.nn.dropout import Dropout
from waza.nn.embedding import Embedding
from waza.nn.initializers import Gaussian
from waza.nn.layer import Layer
from waza.nn.passes import Pass

LONGEST = 10_000  # the longest wavelength is this times 2 pi


def sinusoids(positions: Int[Array, "*axes"], width: int) -> Float[Array, "*axes {width}"]:
    r"""$p_{2i} = \sin(t / 10000^{2i/w})$ and $p_{2i+1} = \cos(t / 10000^{2i/w})$ for each position t.

    Positions are counted from 0; w is the width. For a fixed distance k, the vector of $t + k$ is a rotation of that
    of t.

    Source: Vaswani et al., "Attention is all you need", 2017.

    >>> np.asarray(sinusoids(jnp.array([0, 1]), 4), float).round(2).tolist()
    [[0.0, 1.0, 0.0, 1.0], [0.84, 0.54, 0.01, 1.0]]
    """
    feature = np.arange(width)
    rates = jnp.asarray(LONGEST ** -(2 * (feature // 2) / width), jnp.float32)
    angles = positions[..., None] * rates
    return jnp.where(feature % 2 == 0, jnp.sin(angles), jnp.cos(angles))


class PositionedEmbedding(Layer):
    r"""$x_t = D(\sqrt w \, e(y_t) + p_t)$: the embedding of each token plus the `sinusoids` of its position.

    Both have w features. The table has the standard deviation $1/\sqrt w$: embeddings have about the size of the
    sinusoids, and a tied output begins with logits of variance 1 for normalised features.

    Variables: "weight" (vocabulary, width).

    Args:
        vocabulary: the number of tokens.
        width: w.
        dropout: D.

    >>> layer = PositionedEmbedding(3, 4)
    >>> layer.apply({"weight": jnp.ones((3, 4))}, jnp.array([[2]]), Pass()).tolist()
    [[[2.0, 3.0, 2.0, 3.0]]]
    """

    vocabulary: int
    width: int
    dropout: Dropout | None = None

    def parts(self) -> dict[str, Any]:
        """The table."""
        return {"table": Embedding(self.vocabulary, self.width, Gaussian(1 / math.sqrt(self.width)))}

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """The table, drawn with the standard deviation 1/sqrt(width)."""
        return self.parts()["table"].init(key)

    def apply(
        self, variables: PyTree[Array], x: Int[Array, "batch steps"], run: Pass
    ) -> Float[Array, "batch steps {self.width}"]:
        """The vectors of tokens at the positions 0, 1, ..."""
        return self.at(variables, x, jnp.arange(x.shape[1]), run)

    def at(
        self, variables: PyTree[Array], x: Int[Array, "batch steps"], positions: Int[Array, "... steps"], run: Pass
    ) -> Float[Array, "batch steps {self.width}"]:
        """The vectors of tokens at given positions, of all rows or of each."""
        embedded = self.parts()["table"].apply(variables, x, run)
        z = math.sqrt(self.width) * embedded + like(sinusoids(positions, self.width), embedded)
        return z if self.dropout is None else self.dropout.apply({}, z, run.at("dropout"))
