"""HRED: the hierarchical recurrent encoder-decoder."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.errors import Error
from waza.data.text.dialogue.lanes import Lanes
from waza.models.hred.dialogue_model import DialogueModel
from waza.models.hred.on_lanes import turn_counts
from waza.models.hred.utterance_encoder import check_encoder
from waza.nn.passes import Pass
from waza.nn.recurrent import Cell, Recurrent, RecurrentLayer


class HRED(DialogueModel):
    r"""An encoder reads each utterance, a context RNN reads the utterances, and a decoder writes the next one.

    $$e_n = \text{encoder}(w_n), \quad c_n = \text{RNN}(c_{n-1}, e_n), \quad
      p(w_n \mid w_1 \dots w_{n-1}) = \text{decoder}(w_n \mid c_{n-1}), \quad c_0 = 0$$

    All utterances of a batch are encoded together, then the context RNN runs over the turns, then all utterances are
    decoded together. With utterance dropout some of the vectors e are zeros in training.

    Variables: "embedding", "encoder", "context" and "decoder".

    Sources: Sordoni et al., "A hierarchical recurrent encoder-decoder for generative context-aware query suggestion",
    2015; for dialogues: Serban, Sordoni, Bengio, Courville and Pineau, "Building end-to-end dialogue systems using
    generative hierarchical neural network models", 2016; utterance dropout: Park, Cho and Kim, "A hierarchical latent
    structure for variational conversation modeling", 2018.

    Args:
        decoder: its condition has the size of the context.
        encoder: `nn.Bidirectional(cell)` or `nn.Recurrent(cell)`; its inputs are the size of an embedding.
        context: a cell, with as many inputs as the encoder has outputs.
        utterance_dropout: the share of utterances that the context RNN does not see in training.

    >>> import jax, jax.numpy as jnp
    >>> from waza.models import Pair, gru_hred
    >>> model = gru_hred(100, width=8)
    >>> variables = model.init(jax.random.key(0))
    >>> lengths = jnp.array([[3, 4], [5, 0]])  # the second dialogue has one utterance
    >>> x = Pair(jnp.zeros((2, 2, 5), int), lengths, jnp.zeros((2, 4), int))
    >>> model.apply(variables, x, Pass()).shape
    (2, 4, 100)
    """

    encoder: RecurrentLayer
    context: Cell
    utterance_dropout: float = 0.0

    def __check_init__(self):
        check_encoder(self.encoder)
        if self.encoder.inputs != self.decoder.size:
            raise Error(
                f"the encoder takes {self.encoder.inputs} inputs, and an embedding has {self.decoder.size}: make these "
                "equal"
            )
        if self.context.inputs != self.encoder.outputs:
            raise Error(
                f"the context's cell takes {self.context.inputs} inputs, and the encoder has {self.encoder.outputs} "
                "outputs: make these equal"
            )
        if self.decoder.condition != self._condition:
            raise Error(
                f"the decoder's condition has the size {self.decoder.condition}, and is given {self._condition}: make "
                "these equal"
            )
        if isinstance(self.utterance_dropout, float) and not 0 <= self.utterance_dropout <= 1:
            kind = type(self).__name__
            raise Error(f"{kind}(utterance_dropout={self.utterance_dropout:g}); expected a share from 0 to 1")

    @property
    def _condition(self) -> int:
        return self.context.hidden_size

    def parts(self) -> dict[str, object]:
        """The embedding, the encoder, the context's layer and the decoder."""
        return super().parts() | {"context": Recurrent(self.context)}

    def before(
        self, variables: PyTree[Array], lanes: Lanes, run: Pass
    ) -> Float[Array, "batch utterances {self.context.hidden_size}"]:
        """$c_{n-1}$ for each utterance n."""
        return self._contexts(variables, self._vectors(self.encoder, variables, lanes, run), lanes, run)[0]

    def after(
        self, variables: PyTree[Array], lanes: Lanes, run: Pass
    ) -> Float[Array, "batch {self.context.hidden_size}"]:
        """$c_N$."""
        return self._contexts(variables, self._vectors(self.encoder, variables, lanes, run), lanes, run)[1]

    def _contexts(self, variables: PyTree[Array], vectors: Array, lanes: Lanes, run: Pass) -> tuple[Array, Array]:
        """The context before each utterance, and after the last."""
        if run.training:
            dropped = jax.random.bernoulli(run.at("context").key(), self.utterance_dropout, vectors.shape[:2])
            vectors = jnp.where(dropped[..., None], 0, vectors)
        counts = turn_counts(lanes)
        layer = Recurrent(self.context)
        contexts, _ = layer.scan(variables["context"], vectors, run.at("context"), lengths=counts)
        last = jnp.take_along_axis(contexts, jnp.maximum(counts - 1, 0)[:, None, None], axis=1)[:, 0]
        return jnp.pad(contexts[:, :-1], ((0, 0), (1, 0), (0, 0))), last
