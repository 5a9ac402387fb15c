"""A stream of pieces of a corpus, in order."""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from waza.data.text.corpus import CorpusTokens
from waza.learners.source import Stream

EVALUATED = 4  # pieces


class CorpusStream(Stream):
    """Consecutive pieces of a corpus, read from the disk; after the last one it begins again, the same for each seed.

    A batch is (size,) int32 tokens; the last one of an epoch is filled up with ends of sentences.

    Args:
        corpus: the tokens.
        size: tokens of a piece.
    """

    def __init__(self, corpus: CorpusTokens, size: int):
        self._corpus, self._size = corpus, size
        self.steps = -(-len(corpus.tokens) // size)  # of an epoch

    def digest(self) -> str:
        """A digest of the tokens, the vocabulary and the size of a piece."""
        parts = (self._corpus.digest, self._corpus.vocabulary.digest, self._size)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def batches(self, seed: int, start: int, stop: int) -> Iterator[np.ndarray]:
        """The pieces of the steps start, ..., stop - 1."""
        for step in range(start, stop):
            yield self._piece(step % self.steps)

    def _piece(self, number: int) -> np.ndarray:
        tokens = self._corpus.tokens[number * self._size : (number + 1) * self._size]
        piece = np.full(self._size, self._corpus.end, np.int32)
        piece[: len(tokens)] = tokens
        return piece

    def pieces(self, data: CorpusTokens) -> Iterator[Any]:
        """Some pieces of the corpus, at equal distances."""
        for number in np.linspace(0, self.steps - 1, min(EVALUATED, self.steps)).round().astype(int).tolist():
            yield self._piece(number)
