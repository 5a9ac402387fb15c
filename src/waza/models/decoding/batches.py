"""Sentences in batches of similar lengths and few shapes, and results in the order of the sentences."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from waza.core.errors import Error

SHORTEST, TOKENS_A_ROW = 32, 128
Result = TypeVar("Result")


class Batch(NamedTuple):
    """Source sentences of one length class, padded.

    Args:
        places: where each sentence is in the given list, (count,). The batch has as many rows or more; a row that
            fills the batch up repeats the first sentence.
        source: the tokens, (rows, steps), 0 after a sentence's end.
        lengths: the number of tokens of each row, (rows,).
    """

    places: np.ndarray
    source: np.ndarray
    lengths: np.ndarray


def in_batches(sentences: Sequence[np.ndarray], rows: int) -> list[Batch]:
    """Batches of few shapes, sorted by length, so that the sentences of a batch end at about the same time.

    A sentence is padded to a power of two of at least 32 tokens, which depends on its own length alone: so what it is
    decoded to does not depend on the other sentences, even where the length of the answer is limited by the padded
    length. The batches of one padded length have the same number of rows: for `n` sentences there is one compiled
    program for each padded length that occurs.

    Args:
        sentences: the tokens of each source sentence, (length,) integers, at least one.
        rows: the largest number of rows of a batch, at least 1. Batches of sentences of more than 128 tokens have
            fewer rows: no batch has more than 128 tokens a row, times `rows`, except for a single longer sentence.

    Raises:
        Error: if `rows` is below 1, or a sentence has no token.

    >>> batches = in_batches([np.arange(40), np.arange(3), np.arange(5)], rows=8)
    >>> [(batch.places.tolist(), batch.source.shape, batch.lengths.tolist()) for batch in batches]
    [([1, 2], (2, 32), [3, 5]), ([0], (1, 64), [40])]
    """
    if rows < 1:
        raise Error(f"rows={rows} given; expected the largest number of sentences in a batch, at least 1")
    lengths = np.array([len(one) for one in sentences], np.int32)
    if not lengths.all():
        raise Error(f"sentence {int(np.argmin(lengths))} (from 0) has no token; expected at least one in each sentence")
    padded = np.maximum(SHORTEST, 2 ** np.ceil(np.log2(lengths)).astype(int))
    order = np.argsort(lengths, kind="stable")
    batches = []
    for steps in np.unique(padded):
        places = order[padded[order] == steps]
        size = _rows(len(places), max(1, min(rows, rows * TOKENS_A_ROW // int(steps))))
        batches += [_batch(sentences, places[i : i + size], size, int(steps)) for i in range(0, len(places), size)]
    return batches


def _rows(count: int, most: int) -> int:
    """The number of rows with which `count` sentences fill the fewest batches: a power of two, or a multiple of 8."""
    even = -(-count // -(-count // most))
    return min(most, 1 << (even - 1).bit_length() if even <= 8 else -(-even // 8) * 8)


def _batch(sentences: Sequence[np.ndarray], places: np.ndarray, rows: int, steps: int) -> Batch:
    source, lengths = np.zeros((rows, steps), np.int32), np.zeros(rows, np.int32)
    for row in range(rows):
        tokens = sentences[places[row if row < len(places) else 0]]
        source[row, : len(tokens)], lengths[row] = tokens, len(tokens)
    return Batch(places, source, lengths)


def in_order(batches: Sequence[Batch], results: Sequence[Sequence[Result]]) -> list[Result]:
    """The results of sentences in the order of the sentences.

    Args:
        batches: of `in_batches`.
        results: for each batch, the result of each row; those of rows that fill a batch up are left out.

    >>> batches = in_batches([np.arange(40), np.arange(3), np.arange(5)], rows=8)
    >>> in_order(batches, [batch.lengths.tolist() for batch in batches])
    [40, 3, 5]
    """
    ordered: dict[int, Result] = {}
    for batch, of_rows in zip(batches, results, strict=True):
        ordered.update(zip(batch.places.tolist(), of_rows, strict=False))
    return [ordered[place] for place in sorted(ordered)]
