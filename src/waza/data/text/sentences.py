"""Sentences as tokens: all tokens in one row, with the places where each sentence begins."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from waza.core.sealed import sum_of


class Sentences(NamedTuple):
    """Sentences as tokens, in memory or mapped from a file.

    Args:
        tokens: of all sentences, one after the other, (tokens,) integers.
        starts: where each sentence begins, and the number of all tokens, (sentences + 1,) int64.
    """

    tokens: np.ndarray
    starts: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """The number of tokens of each sentence, (sentences,)."""
        return np.diff(np.asarray(self.starts))

    def padded(self, rows: np.ndarray, length: int, fill: int) -> np.ndarray:
        """Sentences of the same length, (rows, length) int32: what is after a sentence's end is `fill`.

        Args:
            rows: their numbers; -1 for a row without tokens.
            length: at least that of the longest of them.
            fill: a token.

        >>> Sentences(np.array([5, 6, 7]), np.array([0, 1, 3])).padded(np.array([1, -1, 0]), 3, 9).tolist()
        [[6, 7, 9], [9, 9, 9], [5, 9, 9]]
        """
        start, stop = self.starts[rows], self.starts[rows + 1]
        place = start[:, None] + np.arange(length)
        real = (place < stop[:, None]) & (rows >= 0)[:, None]
        return np.where(real, self.tokens[np.where(real, place, 0)], fill).astype(np.int32)


def joined(ids: Sequence[np.ndarray], end: int) -> Sentences:
    """The tokens of each sentence as one row.

    Args:
        ids: of each sentence, (tokens,).
        end: the token that ends a sentence, larger than all others.

    >>> joined([np.array([3]), np.array([], int), np.array([1, 2])], end=4)
    Sentences(tokens=array([3, 1, 2], dtype=uint16), starts=array([0, 1, 1, 3]))
    """
    starts = np.cumsum([0, *map(len, ids)], dtype=np.int64)
    return Sentences(np.concatenate([np.zeros(0, np.int32), *ids]).astype(token_type(end)), starts)


def token_type(size: int) -> np.dtype:
    """The smallest type of integers for the tokens 0 ... size - 1.

    >>> token_type(8000), token_type(70000)
    (dtype('uint16'), dtype('int32'))
    """
    return np.dtype("<u2" if size <= 1 << 16 else "<i4")


def digest_of(several: Iterable[Sentences]) -> str:
    """The digest of sentences: of their tokens and starts."""
    return digest_of_sums(sum_of(np.ascontiguousarray(part).tobytes()) for part in chain.from_iterable(several))


def digest_of_sums(sums: Iterable[str]) -> str:
    """The digest of sentences, from the checksum of each of their arrays."""
    return sum_of(repr(list(sums)).encode())
