"""Baselines of HRED: a language model of single utterances, and a Seq2Seq that reads the joined history."""

import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.errors import Error
from waza.data.text.dialogue.lanes import Lanes
from waza.models.hred.dialogue_model import DialogueModel
from waza.models.hred.on_lanes import at_places
from waza.nn.passes import Pass
from waza.nn.recurrent import Cell, Recurrent
from waza.nn.recurrent.scan import scan_cell


class UtteranceRNN(DialogueModel):
    r"""A recurrent language model of single utterances: $p(w_n \mid w_1 \dots w_{n-1}) = p(w_n)$.

    What a model with a context gains on it is what it makes of the context.

    Variables: "embedding" and "decoder".

    Args:
        decoder: without a condition.
    """

    def __check_init__(self):
        if self.decoder.condition:
            raise Error(
                f"UtteranceRNN's decoder has a condition of {self.decoder.condition}; expected 0: it has no context"
            )

    def before(self, variables: PyTree[Array], lanes: Lanes, run: Pass) -> Float[Array, "batch utterances 0"]:
        """Nothing."""
        return jnp.zeros((*lanes.last.shape, 0))

    def after(self, variables: PyTree[Array], lanes: Lanes, run: Pass) -> Float[Array, "batch 0"]:
        """Nothing."""
        return jnp.zeros((len(lanes.last), 0))


class JoinedSeq2Seq(DialogueModel):
    r"""A Seq2Seq whose encoder reads all earlier utterances as one sequence of tokens.

    The decoder of utterance n is given the encoder's state after the last token of utterance n - 1. The encoder reads
    forwards, so that one pass over a dialogue gives the states before all its utterances.

    Variables: "embedding", "encoder" and "decoder".

    Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014; for dialogues:
    Vinyals and Le, "A neural conversational model", 2015.

    Args:
        decoder: its condition has the size of the encoder.
        cell: of the encoder.
    """

    cell: Cell

    def __check_init__(self):
        if self.cell.inputs != self.decoder.size or self.cell.hidden_size != self.decoder.condition:
            raise Error(
                f"the encoder's cell takes {self.cell.inputs} inputs and has {self.cell.hidden_size} units, and an "
                f"embedding has {self.decoder.size} and the decoder's condition {self.decoder.condition}: make these "
                "equal"
            )

    @property
    def joined(self) -> bool:
        """Each dialogue needs a lane of its own, with its turns in order."""
        return True

    def parts(self) -> dict[str, object]:
        """The embedding, the encoder and the decoder."""
        return super().parts() | {"encoder": Recurrent(self.cell)}

    def before(
        self, variables: PyTree[Array], lanes: Lanes, run: Pass
    ) -> Float[Array, "batch utterances {self.cell.hidden_size}"]:
        """The state after the utterance before each one."""
        states = self._states(variables, lanes, run)
        return jnp.pad(at_places(states, lanes.last)[:, :-1], ((0, 0), (1, 0), (0, 0)))

    def after(self, variables: PyTree[Array], lanes: Lanes, run: Pass) -> Float[Array, "batch {self.cell.hidden_size}"]:
        """The state after the last utterance."""
        states, last = self._states(variables, lanes, run), jnp.max(lanes.last, axis=1, keepdims=True)
        return at_places(states, last)[:, 0]

    def _states(self, variables: PyTree[Array], lanes: Lanes, run: Pass) -> Array:
        """The state after each token of a dialogue, (batch, tokens, units); padding is passed over."""
        batch, own = len(lanes.last), variables["encoder"]["cell"]
        tokens, real = lanes.tokens.reshape(batch, -1), lanes.place.reshape(batch, -1) >= 0
        x = jnp.swapaxes(self._embedded(variables, tokens, run.at("encoder")), 0, 1)
        state = self.cell.start(batch).astype(x.dtype)
        outputs, _ = scan_cell(self.cell, own, self.cell.project(own, x), state, real.T)
        return jnp.swapaxes(outputs, 0, 1)
