"""A bag of words: the words of an utterance, predicted from its condition in any order."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.data.text.dialogue.lanes import Lanes
from waza.models.hred.on_lanes import sums_of
from waza.nn.activations import tanh
from waza.nn.dense import Dense
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.token_logits import token_logits


class BagOfWords(Layer):
    r"""$-\sum_t \log \text{softmax}(E \tanh(W v + b) + c)_{w_t}$: each word alone, whatever comes before it.

    The decoder can do without z where the words before are enough; a bag of words cannot.

    Variables: "readout" with "weight" (embedding, size) and "bias", and "output" with "bias" (vocabulary).

    Source: Zhao, Zhao and Eskenazi, "Learning discourse-level diversity for neural dialog models using conditional
    variational autoencoders", 2017.

    Args:
        size: of the condition v.
        embedding: the size of an embedding; the output's weight is the table E of embeddings.
        vocabulary: the number of tokens.
    """

    size: int
    embedding: int
    vocabulary: int

    def parts(self) -> dict[str, Any]:
        """The readout."""
        return {"readout": Dense(self.size, self.embedding)}

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables; the output's bias is zero."""
        return super().init(key) | {"output": {"bias": jnp.zeros(self.vocabulary)}}

    def losses(
        self,
        variables: PyTree[Array],
        table: Float[Array, "vocabulary embedding"],
        lanes: Lanes,
        conditions: Float[Array, "batch utterances {self.size}"],
    ) -> Float[Array, "batch utterances"]:
        """The sum over the words of each utterance, the end's token included, in nats."""
        readouts = self.apply(variables, conditions, Pass())
        flat = readouts.reshape(-1, self.embedding)
        bias = variables["output"]["bias"]
        total = jax.nn.logsumexp(token_logits(flat, table, bias), axis=-1)
        place = jnp.maximum(lanes.place, 0)
        chosen = jnp.sum(flat[place] * table[lanes.tokens], axis=-1) + bias[lanes.tokens]
        return sums_of(total[place] - chosen, lanes)

    def apply(self, variables: PyTree[Array], x: Float[Array, "... {self.size}"], run: Pass) -> Array:
        """The readouts."""
        return tanh(self.parts()["readout"].apply(variables["readout"], x, run))
