"""The similarity of a reply to a true one, by the vectors of their words."""

import math
from collections.abc import Sequence

import numpy as np

from waza.data.text.vectors.keyed_vectors import KeyedVectors


def average_similarity(reply: Sequence[str], reference: Sequence[str], vectors: KeyedVectors) -> float:
    r"""The cosine of the mean vectors of two texts, $\cos(\frac1n \sum_i v_i, \frac1m \sum_j w_j)$.

    Words without a vector are left out; NaN where no word of one text is left.

    Source: Liu, Lowe, Serban, Noseworthy, Charlin and Pineau, "How not to evaluate your dialogue system", 2016
    (embedding average).

    Args:
        reply: its words.
        reference: the words of the true reply.
        vectors: of words.

    >>> vectors = KeyedVectors(("up", "right"), np.array([[0, 1], [1, 0]]))
    >>> round(average_similarity(["up"], ["up", "right", "here"], vectors), 3)
    0.707
    """
    rows = [_rows(words, vectors) for words in (reply, reference)]
    if not all(rows):
        return math.nan
    one, other = (vectors.vectors[some].astype(np.float64).mean(axis=0) for some in rows)
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0


def greedy_similarity(reply: Sequence[str], reference: Sequence[str], vectors: KeyedVectors) -> float:
    r"""The mean cosine of each word with the nearest word of the other text, in both directions.

    $$\frac12 \left( \frac1n \sum_i \max_j \cos(v_i, w_j) + \frac1m \sum_j \max_i \cos(v_i, w_j) \right)$$

    Words without a vector are left out; NaN where no word of one text is left.

    Source: Rus and Lintean, "A comparison of greedy and optimal assessment of natural language student input using
    word-to-word similarity metrics", 2012.

    Args:
        reply: its words.
        reference: the words of the true reply.
        vectors: of words.

    >>> vectors = KeyedVectors(("up", "right"), np.array([[0, 1], [1, 0]]))
    >>> greedy_similarity(["up"], ["up", "right", "here"], vectors)
    0.75
    """
    one, other = (_rows(words, vectors) for words in (reply, reference))
    if not one or not other:
        return math.nan
    cosines = vectors.units[one].astype(np.float64) @ vectors.units[other].T
    return float(cosines.max(axis=1).mean() + cosines.max(axis=0).mean()) / 2


def _rows(words: Sequence[str], vectors: KeyedVectors) -> list[int]:
    return [vectors.row(word) for word in words if word in vectors]
