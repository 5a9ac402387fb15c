"""Outputs: the rows of the output table that judge a tile's words, and what each of them is to say."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.core.measure import Mean
from waza.models.word2vec.blocks import Tiles

SCALE = 1 << 32


class Outputs(NamedTuple):
    r"""Rows of the output table, each a logistic regression of whether it belongs to a centre.

    The loss of a tile is $\sum_{o, p} w_{op} \left[\log(1 + e^{s_{op}}) - t_o s_{op}\right]$, $s_{op} = u_o \cdot h_p$.

    Args:
        rows: their numbers, (tiles, outputs).
        targets: t, 1 or 0, (tiles, outputs).
        centres: how often each is judged for each centre, (tiles, outputs, size).
    """

    rows: Int[Array, "tiles outputs"]
    targets: Float[Array, "tiles outputs"]
    centres: Float[Array, "tiles outputs size"]

    def first(self) -> "Outputs":
        """Those of the first tile."""
        return Outputs(*(part[:1] for part in self))

    def loss(self, scores: Float[Array, "tiles outputs p"], weights: Float[Array, "tiles size p"]) -> Mean:
        """The summed loss of scores s, and the sum of weights: how often predictor p predicts each centre."""
        losses = jax.nn.softplus(scores) - self.targets[:, :, None] * scores
        return Mean(jnp.sum(self._counted(weights) * losses), jnp.sum(weights))

    def errors(self, scores: Float[Array, "tiles outputs p"], weights: Float[Array, "tiles size p"]) -> Array:
        """The negative derivative of the loss with respect to the scores, (tiles, outputs, p)."""
        return self._counted(weights) * (self.targets[:, :, None] - jax.nn.sigmoid(scores))

    def _counted(self, weights: Float[Array, "tiles size p"]) -> Float[Array, "tiles outputs p"]:
        return jnp.einsum("ton,tnp->top", self.centres, weights)


def noise_table(counts: np.ndarray, power: float = 0.75) -> np.ndarray:
    r"""The distribution of negatives, $P(w) \propto c_w^{3/4}$, as its cumulated sums in units of $2^{-32}$.

    A word is drawn as the number of sums that are not above a uniform integer below $2^{32}$.

    Args:
        counts: of the words, (words,).
        power: of the counts.

    >>> (noise_table(np.array([16, 1, 1])) / 2**32).round(2).tolist()
    [0.8, 0.9, 1.0]
    """
    sums = np.cumsum(counts.astype(np.float64) ** power)
    return np.minimum(np.round(sums / sums[-1] * SCALE), SCALE - 1).astype(np.uint32)


def draw_noise(table: Array, key: PRNGKeyArray, shape: tuple[int, ...]) -> Int[Array, "..."]:
    """Words from the distribution of `noise_table`."""
    bits = jax.random.bits(key, shape)
    found = jnp.searchsorted(table, bits, side="right", method="scan_unrolled")
    return jnp.minimum(found, table.shape[0] - 1).astype(jnp.int32)


def negative_outputs(tiles: Tiles, noise: Int[Array, "tiles shared"], negatives: int) -> Outputs:
    """The centres themselves, and negatives that all centres of a tile share.

    Each of the K shared negatives counts `negatives` / K times, so that a pair has as many as without sharing in the
    mean; one that happens to be the centre itself does not count.
    """
    size, shared = tiles.centres.shape[1], noise.shape[1]
    itself = jnp.broadcast_to(jnp.eye(size), (len(tiles.centres), size, size))
    others = (noise[:, :, None] != tiles.centres[:, None, :]) * jnp.float32(negatives / shared)
    return Outputs(
        jnp.concatenate([tiles.centres, noise], 1),
        jnp.concatenate([jnp.ones(tiles.centres.shape), jnp.zeros(noise.shape)], 1),
        jnp.concatenate([itself, others], 1),
    )


def path_outputs(tiles: Tiles, nodes: Array, turns: Array, lengths: Array) -> Outputs:
    """The inner nodes on the path to each centre, of tiles with one centre each."""
    centre = tiles.centres[:, 0]
    inside = jnp.arange(nodes.shape[1]) < lengths[centre][:, None]
    return Outputs(nodes[centre], 1.0 - turns[centre], inside.astype(jnp.float32)[:, :, None])
