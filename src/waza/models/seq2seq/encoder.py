"""The encoder of a sequence-to-sequence model."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PyTree

from waza.nn.attention import real_steps, without_padding
from waza.nn.dropout import Dropout
from waza.nn.embedding import Embedding
from waza.nn.initializers import Gaussian, Initializer
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.recurrent import RecurrentLayer


class EncoderRNN(Layer):
    """Embedding and recurrent layers over the source: an output for each token, and the last states.

    Variables: "embedding" with "weight" (vocabulary, inputs), and "recurrent".

    Args:
        vocabulary: the number of source tokens (types).
        recurrent: the layers; their inputs are the size of an embedding. With `Recurrent(cell, reverse=True)` the
            source is read from its last token to its first, with `Bidirectional` both ways.
        dropout: on the embeddings, and on the outputs.
        initializer: of the table.

    >>> import jax, jax.numpy as jnp
    >>> from waza.nn.recurrent import GRU, Bidirectional
    >>> encoder = EncoderRNN(100, Bidirectional(GRU(4, 8)))
    >>> variables = encoder.init(jax.random.key(0))
    >>> outputs, state = encoder.read(variables, jnp.zeros((2, 5), int), jnp.array([5, 3]), Pass())
    >>> outputs.shape
    (2, 5, 16)
    """

    vocabulary: int
    recurrent: RecurrentLayer
    dropout: Dropout | None = None
    initializer: Initializer = Gaussian(0.1)

    def parts(self) -> dict[str, Any]:
        """Embedding and recurrent layers."""
        embedding = Embedding(self.vocabulary, self.recurrent.inputs, self.initializer)
        return {"embedding": embedding, "recurrent": self.recurrent}

    def read(
        self, variables: PyTree[Array], source: Int[Array, "batch steps"], lengths: Int[Array, " batch"], run: Pass
    ) -> tuple[Float[Array, "batch steps {self.recurrent.outputs}"], PyTree[Array]]:
        """The output of each token, zero after a row's length, and the state after each row's last token."""
        parts = self.parts()
        source = without_padding(source, real_steps(lengths, source))
        z = parts["embedding"].apply(variables["embedding"], source, run.at("embedding"))
        z = dropped(self.dropout, z, run.at("embedding"))
        z, state = self.recurrent.scan(variables["recurrent"], z, run.at("recurrent"), lengths=lengths)
        return dropped(self.dropout, z, run.at("output")), state

    def apply(
        self, variables: PyTree[Array], x: Int[Array, "batch steps"], run: Pass
    ) -> Float[Array, "batch steps {self.recurrent.outputs}"]:
        """The output of each token of sentences without padding."""
        return self.read(variables, x, jnp.full(len(x), x.shape[1]), run)[0]


def dropped(dropout: Dropout | None, z: Array, run: Pass) -> Array:
    """What dropout leaves of z; z itself where there is none."""
    return z if dropout is None else dropout.apply({}, z, run.at("dropout"))
