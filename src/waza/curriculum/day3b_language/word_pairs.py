"""Word vectors on a corpus, judged by published word pairs while they are trained."""

import dataclasses
import functools
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray
from scipy.stats import rankdata

from waza.core.measure import Measure, Measures
from waza.data import corpus, word_tests
from waza.data.text.corpus import CorpusTokens, WordVocabulary, count_words, text_tokens
from waza.data.text.vectors import SimilarPairs
from waza.learners import CorpusStream, WordVectors
from waza.learners.word_vectors import WordVectorsState

VALIDATION, TEST = "MTurk-771", "MEN-TR-3k"


class RatedPairs(NamedTuple):
    """Pairs of words of the vocabulary, (pairs, 2), and the ranks of their ratings less the mean rank, (pairs,)."""

    rows: Int[Array, "pairs 2"] | np.ndarray
    ranks: Float[Array, " pairs"] | np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class JudgedCorpus(CorpusTokens):
    """A corpus with the pairs by which its vectors are judged.

    Args:
        pairs: by split, "test" and "validation".
    """

    pairs: Mapping[str, RatedPairs] = dataclasses.field(default_factory=dict)


class JudgedStream(CorpusStream):
    """The corpus piece by piece, and its pairs for evaluations."""

    def __init__(self, corpus: JudgedCorpus, size: int):
        super().__init__(corpus, size)
        self._pairs = corpus.pairs

    def digest(self) -> str:
        """A digest of the corpus and the pairs."""
        parts = [
            super().digest(),
            *(leaf.tobytes() for pairs in self._pairs.values() for leaf in map(np.asarray, pairs)),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def pieces(self, data: Any) -> Iterator[dict[str, RatedPairs]]:
        """All pairs, at once."""
        yield dict(self._pairs)


class OnWordPairs(WordVectors):
    """Word vectors that are judged by "test_similarity" and "validation_similarity".

    Each is Spearman's rank correlation of the pairs' cosines with people's ratings.
    """

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The correlations, and the loss of the pieces."""
        names = (f"{split}_similarity" for split in data.pairs)
        similarity = tuple(Measure(name, "higher", bounds=(-1, 1)) for name in names)
        return *similarity, Measure("batch_loss", "lower", "nats", (0, float("inf")))

    def source(self, data: Any) -> CorpusStream:
        """The corpus piece by piece, with the pairs."""
        return JudgedStream(data, self.piece)

    def evaluate(self, state: WordVectorsState, data: Any, key: PRNGKeyArray) -> Measures:
        """The correlations."""
        vectors = state.variables["input"]["weight"]
        return {f"{split}_similarity": rank_correlation(vectors, RatedPairs(*pairs)) for split, pairs in data.items()}

    def chance(self, data: JudgedCorpus) -> dict[str, float]:
        """None: vectors that have diverged agree with nobody."""
        return {f"{split}_similarity": 0.0 for split in data.pairs}


def rank_correlation(vectors: Float[Array, "words width"], pairs: RatedPairs) -> Float[Array, ""]:
    """Spearman's rank correlation of the cosines of pairs with their ratings; no two cosines are equal."""
    first, second = vectors[pairs.rows[:, 0]], vectors[pairs.rows[:, 1]]
    lengths = jnp.linalg.norm(first, axis=1) * jnp.linalg.norm(second, axis=1)
    cosines = jnp.sum(first * second, axis=1) / jnp.maximum(lengths, 1e-12)
    ranks = jnp.argsort(jnp.argsort(cosines)) - (len(cosines) - 1) / 2
    ratings = jnp.asarray(pairs.ranks)
    return jnp.sum(ranks * ratings) / jnp.sqrt(jnp.sum(ranks**2) * jnp.sum(ratings**2))


@functools.cache
def judged_corpus(name: str, minimum: int) -> JudgedCorpus:
    """The training part of a text with the pairs of its words.

    Args:
        name: of a text of the catalogue, or a file.
        minimum: how often a word must occur to have a vector.
    """
    text = [corpus(name)[0].train]
    tokens = text_tokens(text, WordVocabulary.learn(count_words(text), minimum))
    sets = {one.name: one for one in word_tests().pairs}
    pairs = {split: rated(sets[one], tokens.vocabulary) for split, one in (("test", TEST), ("validation", VALIDATION))}
    fields = {field.name: getattr(tokens, field.name) for field in dataclasses.fields(tokens)}
    return JudgedCorpus(**fields, pairs=pairs)


def rated(pairs: SimilarPairs, vocabulary: WordVocabulary) -> RatedPairs:
    """The pairs of two different words of the vocabulary."""
    ids = vocabulary.ids
    rows = [
        (ids[one], ids[other], rating)
        for one, other, rating in zip(pairs.first, pairs.second, pairs.rating.tolist(), strict=True)
        if one in ids and other in ids and one != other
    ]
    ranks = rankdata([rating for *_, rating in rows])
    return RatedPairs(
        np.array([row[:2] for row in rows], np.int32).reshape(-1, 2), (ranks - ranks.mean()).astype(np.float32)
    )
