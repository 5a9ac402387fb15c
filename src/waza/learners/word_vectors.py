"""Word vectors from a stream of text: words are drawn, windows are drawn, and a model predicts words from contexts."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap
from jaxtyping import Array, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure, Measures
from waza.core.memory import check_memory
from waza.core.recipe import at, replace
from waza.data.text.corpus import CorpusTokens
from waza.learners.corpus_stream import CorpusStream
from waza.learners.learner import Learner
from waza.learners.words_at_once import most_in_tile, words_at_once
from waza.models.word2vec import Word2Vec
from waza.models.word2vec.blocks import Words, drawn_words, keep_chances
from waza.nn import named_key
from waza.optim import LinearDecay

SCORES = 3  # arrays of this size that the full softmax needs at once: logits, probabilities and errors


class WordVectorsState(NamedTuple):
    """The model's variables, what it knows of the words' counts, and the number of steps done."""

    variables: PyTree[Array]
    tables: PyTree[Array]
    shares: Array
    step: Int[Array, ""]


class WordVectors(Learner):
    """Training of a `Word2Vec` on a corpus of any size; data are `CorpusTokens`.

    A step reads `piece` tokens of the corpus, in order. Of them it draws which words stay (frequent words stay less
    often) and how wide the window of each is, and learns block by block; a block is `block` words. Windows end where a
    sentence or a piece ends. The learning rate, usually an `optim.LinearDecay` over all steps, is that of a single
    prediction, whose gradients are summed.

    Measures: "loss", the mean loss of a prediction in nats, over windows and negatives that are drawn once, in the
    first pieces of the corpus.

    Sources: as of `models.Word2Vec`; the subsampling is that of word2vec.c.

    Args:
        model: the vectors.
        learning_rate: of a prediction.
        threshold: of subsampling: of words whose share is larger, some occurrences are left out; 0 for none.
        block: words that are learned from at once, a multiple of the model's tile. Their gradients, which are summed,
            are all those of the same vectors: with too large a block the rows of frequent words take too long steps.
            `WordVectors.of` chooses a size that fits.
        piece: tokens of a step.
    """

    model: Word2Vec
    learning_rate: float = 0.025
    threshold: float = 1e-3
    block: int = 256
    piece: int = 8192

    def __check_init__(self):
        if self.block < 1 or self.block % self.model.tile_size:
            given, tile = self.block, self.model.tile_size
            raise Error(f"WordVectors(block={given!r}); expected a multiple of the model's tile, {tile}")
        if self.piece < 1:
            raise Error(f"WordVectors(piece={self.piece!r}); expected at least 1 token")

    @classmethod
    def of(
        cls,
        corpus: CorpusTokens,
        model: Word2Vec,
        epochs: int = 5,
        learning_rate: float = 0.025,
        final_rate: float = 1e-4,
        threshold: float = 1e-3,
        piece: int = 8192,
    ) -> "WordVectors":
        """A learner whose rate falls linearly over some epochs, with blocks whose size fits the corpus.

        Args:
            corpus: what it will learn from.
            model: with a small vocabulary its tiles are made smaller too.
            epochs: over which the rate falls; `CorpusStream.steps` times as many steps.
            learning_rate: the first.
            final_rate: the last.
            threshold: of subsampling.
            piece: tokens of a step.
        """
        most = words_at_once(model, corpus.vocabulary, learning_rate, threshold)
        tile = min(model.tile_size, most, most_in_tile(model, learning_rate))
        if model.objective != "hierarchical":
            model = replace(model, tile=tile, shared=min(model.shared, tile))
        decay = LinearDecay(learning_rate, epochs * CorpusStream(corpus, piece).steps, final_rate)
        return cls(model, decay, threshold, most // tile * tile, piece)

    def measures(self, data: CorpusTokens) -> tuple[Measure, ...]:
        """The loss of a prediction."""
        loss = Measure("loss", "lower", "nats", (0, float("inf")))
        return loss, Measure("batch_loss", "lower", "nats", (0, float("inf")))

    def source(self, data: CorpusTokens) -> CorpusStream:
        """The corpus piece by piece."""
        return CorpusStream(data, self.piece)

    def init(self, key: PRNGKeyArray, data: CorpusTokens) -> WordVectorsState:
        """Fresh vectors, and tables of the vocabulary's counts."""
        vocabulary = data.vocabulary
        if vocabulary.size != self.model.words:
            raise Error(f"the model is for {self.model.words:,} words, and the vocabulary has {vocabulary.size:,}")
        if self.model.objective == "full":
            predictors = self.block // self.model.tile_size * self.model.predictors
            check_memory(
                f"the probabilities of {vocabulary.size:,} words for each of {predictors:,} predictors",
                SCORES * predictors * vocabulary.size * jnp.float32(0).nbytes,
                "limit the vocabulary, or take the objective negative or hierarchical",
            )
        tables = jax.tree.map(jnp.asarray, self.model.tables(vocabulary.counts))
        shares = jnp.asarray([*vocabulary.shares, 0], jnp.float32)
        return WordVectorsState(self.model.init(named_key(key, "model")), tables, shares, jnp.zeros((), jnp.int32))

    def update(
        self, state: WordVectorsState, batch: Int[Array, " tokens"], key: PRNGKeyArray
    ) -> tuple[WordVectorsState, Measures]:
        """The vectors after a piece of the corpus; records the loss of some of its predictions."""
        now = at(self, state.step)
        words, noise = now._drawn(state, batch, key)
        tiles = self.block // self.model.tile_size

        def learn(number: Array, carry: tuple[PyTree[Array], Mean]) -> tuple[PyTree[Array], Mean]:
            variables, total = carry
            negatives = jax.lax.dynamic_slice_in_dim(noise, number * tiles, tiles)
            block = words.block(number, self.block)
            variables, loss = self.model.update(variables, block, negatives, state.tables, now.learning_rate)
            return variables, total + loss

        blocks = _most(-(-words.kept // self.block))
        variables, loss = jax.lax.fori_loop(0, blocks, learn, (state.variables, _nothing()))
        return state._replace(variables=variables, step=state.step + 1), {"loss": loss}

    def _drawn(self, state: WordVectorsState, tokens: Array, key: PRNGKeyArray) -> tuple[Words, Array]:
        """The words of a piece that stay, and the negatives of all its blocks."""
        shares = state.shares[tokens]
        chances = jnp.where(tokens == self.model.words, -1.0, keep_chances(shares, self.threshold))
        words = drawn_words(tokens, chances, self.model.window, self.block, named_key(key, "words"))
        return words, self.model.noise(state.tables, named_key(key, "noise"), len(words.left))

    def evaluate(self, state: WordVectorsState, data: Int[Array, " tokens"], key: PRNGKeyArray) -> Measures:
        """The loss of a piece."""
        words, noise = self._drawn(state, data, key)
        tiles = self.block // self.model.tile_size

        def add(number: Array, total: Mean) -> Mean:
            negatives = jax.lax.dynamic_slice_in_dim(noise, number * tiles, tiles)
            return total + self.model.loss(state.variables, words.block(number, self.block), negatives, state.tables)

        blocks = len(words.left) // self.block
        return {"loss": jax.lax.fori_loop(0, blocks, add, _nothing())}

    def kept(self, state: WordVectorsState) -> PyTree[Array]:
        """The variables of the model."""
        return state.variables


def _nothing() -> Mean:
    return Mean(jnp.zeros(()), jnp.zeros(()))


@custom_vmap
def _most(count: Array) -> Array:
    """The count; of several trials at once the largest, so that they share one loop."""
    return count


@_most.def_vmap
def _most_of_all(_: int, in_batched: list[bool], counts: Array) -> tuple[Array, bool]:
    return (_most(jnp.max(counts)), False) if in_batched[0] else (_most(counts), False)
