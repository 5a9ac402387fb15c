"""Models of dialogues: the interface that training, evaluation and decoding share."""

from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.data.text.dialogue.lanes import Lanes
from waza.models.encoder_decoder import Encoded, EncoderDecoder, Step
from waza.models.hred.on_lanes import in_groups, in_rows, token_counts, turn_counts
from waza.models.hred.utterance_decoder import UtteranceDecoder
from waza.models.hred.utterance_encoder import utterance_outputs, utterance_vectors
from waza.nn.embedding import Embedding
from waza.nn.passes import Pass
from waza.nn.recurrent import RecurrentLayer

Context = Literal["true", "shuffled", "empty"]


class Scored(NamedTuple):
    r"""What a model says of each utterance of a batch, (batch, utterances, ...); 0 where there is none.

    Args:
        loss: $-\log p(w_n \mid \dots)$, the sum over the utterance's tokens with the end's, in nats; given z, where
            there is a latent variable.
        tokens: the number of these tokens.
        divergence: $D_{KL}(q(z_n) \,\|\, p(z_n))$ of each dimension, (batch, utterances, latent); None without z.
        mean: of q, (batch, utterances, latent).
        log_variance: of q.
        bag: $-\sum_t \log p(w_{n, t} \mid z_n, c_n)$ of a bag of words; None without one.
    """

    loss: Array
    tokens: Array
    divergence: Array | None = None
    mean: Array | None = None
    log_variance: Array | None = None
    bag: Array | None = None


class DialogueModel(EncoderDecoder):
    r"""A model of $p(w_1, \dots, w_N) = \prod_n p(w_n \mid w_1 \dots w_{n-1})$ for the utterances of a dialogue.

    An utterance is a sequence of tokens whose last one is `end`. Training calls `score` with whole dialogues on lanes
    (`waza.data.text.dialogue.Lanes`); `encode`, `start` and `step` write a reply to a dialogue. There the source is
    (batch, utterances, steps) and the lengths are (batch, utterances): the tokens of each utterance with the end's,
    and 0 for no utterance. A dialogue without any utterance is replied to with a first one.

    A subclass has the field `decoder`, and defines `before` and `after`.
    """

    decoder: UtteranceDecoder

    @property
    def end(self) -> int:
        """The token that ends an utterance: the last one."""
        return self.decoder.vocabulary - 1

    @property
    def joined(self) -> bool:
        """Whether each dialogue needs a lane of its own (`waza.data.text.dialogue.lanes_of`)."""
        return False

    def parts(self) -> dict[str, Any]:
        """The table of embeddings, and the layers among the fields."""
        decoder = self.decoder
        return {"embedding": Embedding(decoder.vocabulary, decoder.size, decoder.initializer)} | super().parts()

    def before(self, variables: PyTree[Array], lanes: Lanes, run: Pass) -> Float[Array, "batch utterances size"]:
        """What is known before each utterance."""
        raise NotImplementedError(f"{type(self).__name__} has no before(variables, lanes, run)")

    def after(self, variables: PyTree[Array], lanes: Lanes, run: Pass) -> Float[Array, "batch size"]:
        """What is known after the last utterance of each dialogue."""
        raise NotImplementedError(f"{type(self).__name__} has no after(variables, lanes, run)")

    def score(self, variables: PyTree[Array], lanes: Lanes, run: Pass, context: Context = "true") -> Scored:
        """The negative log-likelihood of each utterance.

        Args:
            variables: of the model.
            lanes: the dialogues; rows without a dialogue come last.
            run: the forward pass.
            context: what is known before each utterance is of the "true" dialogue, of the next dialogue of the batch
                at the same turn ("shuffled"), or nothing, as before a first utterance ("empty").
        """
        lanes = Lanes(*map(jnp.asarray, lanes))
        conditions = in_context(self.before(variables, lanes, run), turn_counts(lanes), context)
        table = variables["embedding"]["weight"]
        loss = self.decoder.losses(variables["decoder"], table, lanes, conditions, run)
        return Scored(loss, token_counts(lanes))

    def condition(self, variables: PyTree[Array], known: Float[Array, "batch size"]) -> Float[Array, "batch condition"]:
        """What the decoder is given where this is known."""
        return known

    def encode(
        self,
        variables: PyTree[Array],
        source: Int[Array, "batch utterances steps"],
        lengths: Int[Array, "batch utterances"],
        run: Pass,
    ) -> Encoded:
        """What the decoder is given of a dialogue that a reply follows; the summary is its condition."""
        lanes = in_rows(jnp.asarray(source), jnp.asarray(lengths))
        known = self.after(variables, lanes, run)
        return Encoded(known[:, None], turn_counts(lanes), self.condition(variables, known))

    def start(self, variables: PyTree[Array], encoded: Encoded, most: int) -> PyTree[Array]:
        """The decoder's state before the first token."""
        return self.decoder.start(variables["decoder"], encoded.summary)

    def step(
        self, variables: PyTree[Array], encoded: Encoded, state: PyTree[Array], token: Int[Array, " batch"]
    ) -> Step:
        """The logits of the token after this one."""
        table = variables["embedding"]["weight"]
        return Step(*self.decoder.step(variables["decoder"], table, state, token, encoded.summary), None)

    def decode(
        self, variables: PyTree[Array], encoded: Encoded, previous: Int[Array, "batch time"], run: Pass
    ) -> Float[Array, "batch time targets"]:
        """The logits of all tokens of a reply."""
        place = jnp.broadcast_to(jnp.arange(len(previous))[:, None], previous.shape)
        own, table = variables["decoder"], variables["embedding"]["weight"]
        return self.decoder.logits(own, table, previous, place, encoded.summary, run)

    def _embedded(self, variables: PyTree[Array], tokens: Array, run: Pass) -> Array:
        """The vectors of tokens, with dropout."""
        x = variables["embedding"]["weight"][tokens]
        return x if self.decoder.dropout is None else self.decoder.dropout.apply({}, x, run)

    def _vectors(self, encoder: RecurrentLayer, variables: PyTree[Array], lanes: Lanes, run: Pass) -> Array:
        """The encoder's vector of each utterance, (batch, utterances, size)."""
        key = run.at("encoder").key() if run.training else jax.random.key(0)

        def of_some(lanes: Lanes, key: PRNGKeyArray) -> Array:
            x = self._embedded(variables, lanes.tokens, Pass(training=run.training, key=key))
            return utterance_outputs(encoder, variables["encoder"], x, lanes.place)

        return utterance_vectors(encoder, in_groups(of_some, lanes, self.decoder.lanes_at_once, key), lanes)


def in_context(
    known: Float[Array, "batch utterances size"], counts: Int[Array, " batch"], context: Context
) -> Float[Array, "batch utterances size"]:
    """What is known before each utterance in the true, a shuffled or an empty context.

    A shuffled context is that of the next dialogue at the same turn, or at its last turn where it is shorter; a first
    utterance has none either way. Of a batch with one dialogue it is the true one.

    Args:
        known: in the true context; before a first utterance it is the same for all dialogues.
        counts: the number of utterances of each dialogue; those with none come last.
        context: "true", "shuffled" or "empty".

    >>> known = jnp.array([[[0.0], [1.0]], [[0.0], [2.0]], [[0.0], [0.0]]])
    >>> in_context(known, jnp.array([2, 2, 0]), "shuffled")[..., 0].tolist()
    [[0.0, 2.0], [0.0, 1.0], [0.0, 2.0]]
    """
    if context == "true":
        return known
    if context == "empty":
        return jnp.broadcast_to(known[:, :1], known.shape)
    batch, utterances, _ = known.shape
    dialogues = jnp.maximum(jnp.sum(counts > 0), 1)
    other = (jnp.arange(batch) + 1) % dialogues
    turn = jnp.minimum(jnp.arange(utterances), jnp.maximum(counts[other] - 1, 0)[:, None])
    return known[other[:, None], turn]
