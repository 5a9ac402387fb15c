"""Recurrent language models: the distribution of the next token."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.embedding import Embedding
from waza.nn.initializers import Gaussian, Initializer
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.recurrent import LSTM, Recurrent, RecurrentLayer, StackedRecurrent
from waza.nn.token_logits import token_logits


class LanguageModel(Layer):
    r"""The logits of $p(w_{t+1} \mid w_1 \dots w_t)$: embedding, recurrent layers, and a weight for each token.

    A tied model reads and writes with one table, $v_t = E z_t + c$, which halves the parameters of a large vocabulary.
    Dropout acts on the embeddings, on the last layer's outputs, and between layers as in `StackedRecurrent`; it does
    not act between one step and the next.

    Variables: "embedding" with "weight" (vocabulary, inputs), "recurrent", and "output" with "bias" (vocabulary) and,
    where it is not tied, "weight" (vocabulary, outputs).

    Sources: Mikolov et al., "Recurrent neural network based language model", 2010; of the dropout: Zaremba, Sutskever
    and Vinyals, "Recurrent neural network regularization", 2014; of tying: Press and Wolf, "Using the output embedding
    to improve language models", 2017, and Inan, Khosravi and Socher, "Tying word vectors and word classifiers", 2017.

    Args:
        vocabulary: how many tokens there are.
        recurrent: the layer between; its inputs are the size of an embedding.
        tied: whether the output's weight is the embedding's table; the layer then has as many outputs as inputs.
        dropout: on embeddings and outputs.
        initializer: of the table, and of the output's weight.

    >>> import jax
    >>> model = lstm_language_model(100, width=8, depth=2)
    >>> variables = model.init(jax.random.key(0))
    >>> model.apply(variables, jnp.zeros((3, 5), jnp.int32), Pass()).shape
    (3, 5, 100)
    """

    vocabulary: int
    recurrent: RecurrentLayer
    tied: bool = True
    dropout: Dropout | None = None
    initializer: Initializer = Gaussian(0.1)

    def __check_init__(self):
        inputs, outputs = self.recurrent.inputs, self.recurrent.outputs
        if self.tied and inputs != outputs:
            raise Error(
                f"LanguageModel(tied=True) with a layer of {inputs} inputs and {outputs} outputs: one table needs one "
                "size; make them equal, or give tied=False"
            )

    def parts(self) -> dict[str, Any]:
        """Embedding and recurrent layer, and the output where it has a weight of its own."""
        embedding = Embedding(self.vocabulary, self.recurrent.inputs, self.initializer)
        shared = {"embedding": embedding, "recurrent": self.recurrent}
        return shared if self.tied else shared | {"output": self._dense()}

    def _dense(self) -> Dense:
        return Dense(self.recurrent.outputs, self.vocabulary, self.initializer)

    def init(self, key: Any) -> dict[str, Any]:
        """The variables of all parts; a tied model has its output's bias alone, of zeros."""
        variables = super().init(key)
        return variables | {"output": {"bias": jnp.zeros(self.vocabulary)}} if self.tied else variables

    def start(self, batch: int) -> PyTree[Array]:
        """The state before the first token, with `batch` rows."""
        return self.recurrent.start(batch)

    def scan(
        self,
        variables: PyTree[Array],
        x: Int[Array, "batch time"],
        run: Pass,
        state: PyTree[Array] | None = None,
        lengths: Int[Array, " batch"] | None = None,
    ) -> tuple[Float[Array, "batch time {self.vocabulary}"], PyTree[Array]]:
        """The logits after each token, and the state after each row's last."""
        x = jnp.asarray(x)
        if x.ndim != 2:
            hint = "; one text is x[None]" if x.ndim == 1 else ""
            raise Error(f"the tokens have the shape {x.shape}; expected (batch, time){hint}")
        parts = self.parts()
        z = parts["embedding"].apply(variables["embedding"], x, run.at("embedding"))
        z = self._dropped(z, run.at("embedding"))
        z, state = self.recurrent.scan(variables["recurrent"], z, run.at("recurrent"), state, lengths)
        z = self._dropped(run.record("activation", z), run.at("output"))
        weight = variables["embedding" if self.tied else "output"]["weight"]
        return token_logits(z, weight, variables["output"]["bias"]), state

    def apply(
        self, variables: PyTree[Array], x: Int[Array, "batch time"], run: Pass
    ) -> Float[Array, "batch time {self.vocabulary}"]:
        """The logits after each token, from a state of zeros."""
        return self.scan(variables, x, run)[0]

    def _dropped(self, z: Array, run: Pass) -> Array:
        return z if self.dropout is None else self.dropout.apply({}, z, run.at("dropout"))


def lstm_language_model(vocabulary: int, width: int = 200, depth: int = 2, dropout: float = 0.2) -> LanguageModel:
    """A tied language model of `depth` LSTMs with `width` units each; the same dropout everywhere."""
    drop = Dropout(dropout)
    layers = tuple(Recurrent(LSTM(width, width)) for _ in range(depth))
    recurrent = StackedRecurrent(layers, drop)
    return LanguageModel(vocabulary, recurrent, dropout=drop)
