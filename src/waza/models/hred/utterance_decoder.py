"""The decoder of utterances, conditioned on a vector for each."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.recipe import replace
from waza.data.text.dialogue.lanes import Lanes
from waza.models.hred.on_lanes import begins, in_groups, previous_tokens, sums_of
from waza.nn import CrossEntropy
from waza.nn.activations import tanh
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.initializers import Gaussian, Initializer
from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key
from waza.nn.recurrent import Cell
from waza.nn.recurrent.restarting import scan_restarting
from waza.nn.token_logits import token_logits

UNKNOWN = 0  # the token that word dropout leaves
LOSS = CrossEntropy()


class UtteranceDecoder(Layer):
    r"""The logits of each token of an utterance, for a vector v that says what is known before it.

    $$h_0 = \tanh(D v + d), \quad h_t = \text{RNN}(h_{t-1}, [e(y_{t-1}), v]), \quad
      r_t = \tanh(W h_t + b), \quad z_t = E r_t + c$$

    The table E of embeddings is the model's, and is given as an argument: the encoder reads with it, and the output's
    weight is the same. Without v (`condition=0`) each utterance starts from zeros.

    Where `lanes_at_once` is given, lanes are computed in groups of that many, one group after another, and their
    activations are computed again in the backward pass (gradient checkpointing): the memory for logits and states
    then depends on the group and not on the length of the dialogues.

    Variables: "start" and "cell", "readout" with "weight" (size, units) and "bias", and "output" with "bias".

    Sources: Serban, Sordoni, Bengio, Courville and Pineau, "Building end-to-end dialogue systems using generative
    hierarchical neural network models", 2016; word dropout: Bowman et al., "Generating sentences from a continuous
    space", 2016; checkpointing: Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost", 2016.

    Args:
        vocabulary: the number of tokens, with the end's, which is the last one.
        size: of an embedding, and of the readout.
        cell: with `size + condition` inputs.
        condition: the size of v.
        dropout: on embeddings and readouts.
        word_dropout: the share of the true tokens given to the decoder that are replaced by token 0 in training.
        lanes_at_once: None for all.
        initializer: of the table.
    """

    vocabulary: int
    size: int
    cell: Cell
    condition: int
    dropout: Dropout | None = None
    word_dropout: float = 0.0
    lanes_at_once: int | None = None
    initializer: Initializer = Gaussian(0.1)

    def __check_init__(self):
        if self.cell.inputs != self.size + self.condition:
            raise Error(
                f"the decoder's cell takes {self.cell.inputs} inputs, and is given an embedding of {self.size} and a "
                f"condition of {self.condition}: make these equal"
            )
        if len(jax.tree.leaves(jax.eval_shape(lambda: self.cell.start(1)))) != 1:
            raise Error(
                f"the decoder's cell is a {type(self.cell).__name__}, whose state has several arrays; expected a cell "
                "with one, such as nn.GRU"
            )
        if isinstance(self.word_dropout, float) and not 0 <= self.word_dropout <= 1:
            raise Error(f"UtteranceDecoder(word_dropout={self.word_dropout:g}); expected a share from 0 to 1")
        if self.lanes_at_once is not None and self.lanes_at_once < 1:
            raise Error(f"UtteranceDecoder(lanes_at_once={self.lanes_at_once}); expected 1 or more, or None for all")

    def parts(self) -> dict[str, Any]:
        """The readout, and the start where there is a condition."""
        start = {"start": Dense(self.condition, self.cell.hidden_size)} if self.condition else {}
        return start | {"readout": Dense(self.cell.hidden_size, self.size)}

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables; the output's bias is zero."""
        cell = self.cell.init(named_key(key, "cell"))
        return super().init(key) | {"cell": cell, "output": {"bias": jnp.zeros(self.vocabulary)}}

    def start(
        self, variables: PyTree[Array], condition: Float[Array, "batch {self.condition}"]
    ) -> Float[Array, "batch units"]:
        """The state before the first token."""
        if not self.condition:
            return self.cell.start(len(condition)).astype(condition.dtype)
        return tanh(self.parts()["start"].apply(variables["start"], condition, Pass()))

    def step(
        self,
        variables: PyTree[Array],
        table: Float[Array, "vocabulary size"],
        state: Float[Array, "batch units"],
        token: Int[Array, " batch"],
        condition: Float[Array, "batch {self.condition}"],
    ) -> tuple[Float[Array, "batch vocabulary"], Float[Array, "batch units"]]:
        """The logits after a token, and the state; without dropout."""
        x = jnp.concatenate([table[token], condition], axis=-1)
        state, output = self.cell.step(variables["cell"], state, x)
        readout = self._readout(variables, output)
        return token_logits(readout, table, variables["output"]["bias"]), state

    def losses(
        self,
        variables: PyTree[Array],
        table: Float[Array, "vocabulary size"],
        lanes: Lanes,
        conditions: Float[Array, "batch utterances {self.condition}"],
        run: Pass,
    ) -> Float[Array, "batch utterances"]:
        r"""$-\log p(w_n \mid v_n)$ of each utterance, the sum over its tokens with the end's, in nats."""
        rows, turns, _ = conditions.shape
        flat, end = conditions.reshape(rows * turns, self.condition), self.vocabulary - 1
        key = run.at("decoder").key() if run.training else jax.random.key(0)

        def of_some(lanes: Lanes, key: PRNGKeyArray) -> Array:
            previous = previous_tokens(lanes, end)
            if run.training:
                dropped = jax.random.bernoulli(named_key(key, "words"), self.word_dropout, previous.shape)
                previous = jnp.where(dropped & ~begins(lanes.place), UNKNOWN, previous)
            inside = Pass(training=run.training, key=key)
            logits = self.logits(variables, table, previous, lanes.place, flat, inside)
            flat_logits = logits.astype(jnp.float32).reshape(-1, self.vocabulary)
            loss: Array = LOSS(flat_logits, lanes.tokens.reshape(-1))["loss"]
            return loss.reshape(lanes.tokens.shape)

        return sums_of(in_groups(of_some, lanes, self.lanes_at_once, key), lanes)

    def logits(
        self,
        variables: PyTree[Array],
        table: Float[Array, "vocabulary size"],
        previous: Int[Array, "lanes steps"],
        place: Int[Array, "lanes steps"],
        conditions: Float[Array, "all {self.condition}"],
        run: Pass,
    ) -> Float[Array, "lanes steps vocabulary"]:
        """The logits of all tokens, each after the true ones before it.

        Args:
            variables: of the decoder.
            table: the embeddings.
            previous: the token before each one.
            place: the utterance that each token belongs to; -1 for none.
            conditions: v of each utterance.
            run: the forward pass.
        """
        at = jnp.maximum(place, 0).T
        x = self._dropped(table[previous.T], run.at("embedding"))
        own = variables["cell"]
        # The product with v is computed once for an utterance, and not once for a token.
        projected = replace(self.cell, inputs=self.size).project(own | {"input": own["input"][:, : self.size]}, x)
        first = None
        if self.condition:
            rest = replace(self.cell, inputs=self.condition, use_bias=False)
            of_condition = rest.project({"input": own["input"][:, self.size :]}, conditions)
            projected = {name: part + of_condition[name][at] for name, part in projected.items()}
            first = self.start(variables, conditions)[at]
        outputs = scan_restarting(self.cell, own, projected, begins(place).T, first)
        readouts = self._dropped(self._readout(variables, jnp.swapaxes(outputs, 0, 1)), run.at("readout"))
        return token_logits(readouts, table, variables["output"]["bias"])

    def _readout(self, variables: PyTree[Array], outputs: Array) -> Array:
        return tanh(self.parts()["readout"].apply(variables["readout"], outputs, Pass()))

    def _dropped(self, x: Array, run: Pass) -> Array:
        return x if self.dropout is None else self.dropout.apply({}, x, run)
