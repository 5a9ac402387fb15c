"""The decoder of a sequence-to-sequence model, with or without attention."""

from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.seq2seq.encoder import dropped
from waza.nn.activations import tanh
from waza.nn.attention import Attention, Memory
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.embedding import Embedding
from waza.nn.initializers import Gaussian, Initializer
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.recurrent import Cell, Recurrent, StackedRecurrent
from waza.nn.token_logits import token_logits

Place = Literal["after", "before"]


class DecoderState(NamedTuple):
    """Where a decoder stands after a token.

    Args:
        cells: the state of each layer.
        output: of the highest layer, (batch, units): the query of attention before the cells.
        readout: of the last token, (batch, size): what input feeding gives to the next step.
    """

    cells: tuple[PyTree[Array], ...]
    output: Array
    readout: Array


class DecoderRNN(Layer):
    r"""The logits $v_t = E r_t + c$ of each target token, from recurrent layers and, perhaps, attention.

    With attention after the cells, as in Luong et al., $h_t = \text{RNN}(h_{t-1}, e(y_{t-1}))$, the context $c_t$ is
    read with the query $h_t$, and $r_t = \tanh(W [h_t, c_t] + b)$. With attention before them, as in Bahdanau et al.,
    the context is read with the query $h_{t-1}$ and is an input: $h_t = \text{RNN}(h_{t-1}, [e(y_{t-1}), c_t])$. The
    first query is of the state that the decoder starts from. With input feeding, $r_{t-1}$ is an input too. Without
    attention $r_t = \tanh(W h_t + b)$. A tied decoder reads and writes with one table, E = e.

    After the cells, and without input feeding, all tokens of a sentence are computed together in training; otherwise
    one after another.

    Variables: "embedding" with "weight" (vocabulary, size); "layers", a list with the variables of each cell;
    "attention"; "readout" with "weight" (size, ...) and "bias"; "output" with "bias" (vocabulary) and, where it is not
    tied, "weight" (vocabulary, size).

    Sources: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014; Bahdanau, Cho and
    Bengio, "Neural machine translation by jointly learning to align and translate", 2015; Luong, Pham and Manning,
    "Effective approaches to attention-based neural machine translation", 2015.

    Args:
        vocabulary: the number of target tokens (types).
        size: of an embedding, and of the readout.
        cells: one for each layer, from the lowest. The lowest has as many inputs as `inputs_of` gives.
        attention: None for none.
        place: of attention, "after" or "before" the cells.
        input_feeding: whether the last readout is an input.
        tied: whether the output's weight is the embedding's table.
        dropout: on embeddings, between layers, and on readouts.
        initializer: of the table, and of the output's weight.
    """

    vocabulary: int
    size: int
    cells: tuple[Cell, ...]
    attention: Attention | None = None
    place: Place = "after"
    input_feeding: bool = False
    tied: bool = True
    dropout: Dropout | None = None
    initializer: Initializer = Gaussian(0.1)

    def __check_init__(self):
        if self.place not in get_args(Place):
            raise Error(f"DecoderRNN(place={self.place!r}); expected attention 'after' or 'before' the cells")
        if not self.cells:
            raise Error("DecoderRNN(cells=()); expected a cell for each layer, such as (LSTM(64, 64),)")
        needed = inputs_of(self.size, self.attention, self.place, self.input_feeding)
        for height, cell in enumerate(self.cells):
            if cell.inputs != needed:
                raise Error(f"cells[{height}] takes {cell.inputs} inputs, and is given {needed}: make these equal")
            needed = cell.hidden_size
        if self.attention is not None and self.attention.queries != needed:
            raise Error(
                f"the attention takes queries of {self.attention.queries}, and the highest cell has {needed} units: "
                "make these equal"
            )

    def parts(self) -> dict[str, Any]:
        """Embedding, attention, readout, and the output where it has a weight of its own."""
        units, context = self.cells[-1].hidden_size, 0 if self.attention is None else self.attention.memory
        parts: dict[str, Any] = {"embedding": Embedding(self.vocabulary, self.size, self.initializer)}
        if self.attention is not None:
            parts["attention"] = self.attention
        parts |= {"stack": self._stack(), "readout": Dense(units + context, self.size)}
        return parts if self.tied else parts | {"output": Dense(self.size, self.vocabulary, self.initializer)}

    def _stack(self) -> StackedRecurrent:
        return StackedRecurrent(tuple(Recurrent(cell) for cell in self.cells), self.dropout)

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of all parts; a tied decoder has its output's bias alone, of zeros."""
        variables = super().init(key)
        return variables | {"output": {"bias": jnp.zeros(self.vocabulary)}} if self.tied else variables

    def start(self, cells: tuple[PyTree[Array], ...]) -> DecoderState:
        """The state before the first token, for the states of the cells.

        Attention before the cells asks its first query with the output that goes with the highest cell's state.
        """
        batch, dtype = (leaf := jax.tree.leaves(cells)[0]).shape[0], leaf.dtype
        output, readout = (jnp.zeros((batch, size), dtype) for size in (self.cells[-1].hidden_size, self.size))
        if self.attention is not None and self.place == "before":
            output = self.cells[-1].output(cells[-1])
        return DecoderState(cells, output, readout)

    @property
    def together(self) -> bool:
        """Whether all tokens of known sentences are computed together."""
        return not self.input_feeding and (self.attention is None or self.place == "after")

    def scan(
        self,
        variables: PyTree[Array],
        previous: Int[Array, "batch time"],
        state: DecoderState,
        memory: Memory | None,
        run: Pass,
    ) -> Float[Array, "batch time {self.vocabulary}"]:
        """The logits after each of the previous tokens."""
        embedded = self._embedded(variables, previous, run)
        if self.together:
            outputs, _ = self._stack().scan(variables["stack"], embedded, run.at("stack"), state.cells)
            contexts = None if memory is None else self._attention.attend(variables["attention"], outputs, memory)[0]
            readouts = self._readout(variables, outputs, contexts)
        else:
            readouts = self._one_by_one(variables, embedded, state, memory, run)
        return self._logits(variables, dropped(self.dropout, readouts, run.at("readout")))

    def step(
        self, variables: PyTree[Array], state: DecoderState, token: Int[Array, " batch"], memory: Memory | None
    ) -> tuple[Float[Array, "batch {self.vocabulary}"], DecoderState, Array | None]:
        """The logits after a token, the state, and the weights of attention; without dropout."""
        embedded = self._embedded(variables, token[:, None], Pass())[:, 0]
        state, weights = self._step(variables, embedded, state, memory, (None,) * len(self.cells))
        return self._logits(variables, state.readout), state, weights

    def _embedded(self, variables: PyTree[Array], tokens: Array, run: Pass) -> Array:
        part = self.parts()["embedding"]
        embedded = part.apply(variables["embedding"], tokens, run.at("embedding"))
        return dropped(self.dropout, embedded, run.at("embedding"))

    @property
    def _attention(self) -> Attention:
        assert self.attention is not None
        return self.attention

    def _readout(self, variables: PyTree[Array], outputs: Array, contexts: Array | None) -> Array:
        """r, for outputs (batch, ..., units) and contexts (batch, ..., memory)."""
        known = outputs if contexts is None else jnp.concatenate([outputs, contexts], axis=-1)
        return tanh(self.parts()["readout"].apply(variables["readout"], known, Pass()))

    def _logits(self, variables: PyTree[Array], readouts: Array) -> Array:
        weight = variables["embedding" if self.tied else "output"]["weight"]
        return token_logits(readouts, weight, variables["output"]["bias"])

    def _step(
        self,
        variables: PyTree[Array],
        embedded: Array,
        state: DecoderState,
        memory: Memory | None,
        masks: tuple[Array | None, ...],
    ) -> tuple[DecoderState, Array | None]:
        """The state after one token, and the weights of attention. `masks` are factors of each cell's input."""
        weights, contexts = None, None
        inputs = [embedded]
        if self.input_feeding:
            inputs.append(state.readout)
        if memory is not None and self.place == "before":
            contexts, weights = self._context(variables, state.output, memory)
            inputs.append(contexts)
        x = jnp.concatenate(inputs, axis=-1)
        cells = []
        for cell, own, before, mask in zip(self.cells, variables["stack"]["layers"], state.cells, masks, strict=True):
            after, x = cell.step(own["cell"], before, x if mask is None else x * mask)
            cells.append(after)
        if memory is not None and self.place == "after":
            contexts, weights = self._context(variables, x, memory)
        return DecoderState(tuple(cells), x, self._readout(variables, x, contexts)), weights

    def _context(self, variables: PyTree[Array], query: Array, memory: Memory) -> tuple[Array, Array]:
        contexts, weights = self._attention.attend(variables["attention"], query[:, None], memory)
        return contexts[:, 0], weights[:, 0]

    def _one_by_one(
        self, variables: PyTree[Array], embedded: Array, state: DecoderState, memory: Memory | None, run: Pass
    ) -> Array:
        """The readouts after each token, where each depends on the one before it."""
        batch, time, _ = embedded.shape
        between = [cell.hidden_size for cell in self.cells[:-1]]
        masks: list[Array | None] = [None]
        for height, units in enumerate(between, 1):
            ones = jnp.ones((time, batch, units), embedded.dtype)
            drops = self.dropout is not None and run.training
            masks.append(dropped(self.dropout, ones, run.at("stack").at(height)) if drops else None)

        def step(state: DecoderState, now: tuple[Array, tuple[Array | None, ...]]) -> tuple[DecoderState, Array]:
            after, _ = self._step(variables, now[0], state, memory, now[1])
            return after, after.readout

        _, readouts = jax.lax.scan(step, state, (jnp.swapaxes(embedded, 0, 1), tuple(masks)))
        return jnp.swapaxes(readouts, 0, 1)


def inputs_of(size: int, attention: Attention | None, place: Place, input_feeding: bool) -> int:
    """The inputs of a decoder's lowest cell: the embedding, and what attention and input feeding add.

    >>> inputs_of(64, None, "after", input_feeding=True)
    128
    """
    context = attention.memory if attention is not None and place == "before" else 0
    return size + (size if input_feeding else 0) + context
