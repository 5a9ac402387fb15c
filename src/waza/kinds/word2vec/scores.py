"""How well vectors agree with people's ratings of word pairs, and how many analogies they solve."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from waza.data.text.vectors import Analogies, KeyedVectors, SimilarPairs
from waza.study.shares import wilson_interval

RESAMPLES, FEWEST, AT_ONCE = 1000, 10, 256  # FEWEST: pairs or questions without which there is no score
MIDDLE = (2.5, 97.5)
TOTAL = "all"


class Score(NamedTuple):
    """A value with its 95 % interval, and of how many pairs or questions all words have vectors.

    Attributes:
        name: of the set or section.
        value: a rank correlation, or a share of right answers; NaN with fewer than 10 pairs or questions.
        low, high: the interval over pairs or questions; the vectors are the same throughout.
        known: of how many pairs or questions all words have vectors; the others are left out.
        asked: the number of pairs or questions.
    """

    name: str
    value: float
    low: float
    high: float
    known: int
    asked: int


def similarity_scores(vectors: KeyedVectors, sets: Iterable[SimilarPairs], seed: int = 0) -> list[Score]:
    """Spearman's rank correlation of the cosines with people's ratings, with a bootstrap interval over pairs."""
    return [_similarity(vectors, pairs, seed) for pairs in sets]


def _similarity(vectors: KeyedVectors, pairs: SimilarPairs, seed: int) -> Score:
    rows, rating = known_pairs(vectors, pairs)
    value, (low, high) = math.nan, (math.nan, math.nan)
    if len(rows) >= FEWEST:
        cosines = np.sum(vectors.units[rows[:, 0]] * vectors.units[rows[:, 1]], axis=1)
        value = float(spearman(cosines, rating))
        low, high = bootstrap(cosines, rating, seed)
    return Score(pairs.name, value, low, high, len(rows), len(pairs.rating))


def known_pairs(vectors: KeyedVectors, pairs: SimilarPairs) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the pairs whose words both have vectors, in any case, (known, 2) int; and their ratings (known,)."""
    found = [tuple(map(vectors.row_in_any_case, pair)) for pair in zip(pairs.first, pairs.second, strict=True)]
    known = np.array([None not in pair for pair in found], bool)
    rows = np.array([pair for pair in found if None not in pair], int).reshape(-1, 2)
    return rows, pairs.rating[known]


def spearman(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation along the last axis; equal values share their mean rank; 0 where all are equal.

    >>> float(spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])))
    0.5
    """
    x, y = (rankdata(values, axis=-1) for values in (one, other))
    x, y = (ranks - ranks.mean(axis=-1, keepdims=True) for ranks in (x, y))
    spread = np.sqrt(np.sum(x * x, axis=-1) * np.sum(y * y, axis=-1))
    together = np.sum(x * y, axis=-1)
    return np.divide(together, spread, out=np.zeros_like(together), where=spread > 0)


def bootstrap(one: np.ndarray, other: np.ndarray, seed: int) -> tuple[float, float]:
    """The middle 95 % of Spearman's correlation over 1,000 resamples of the pairs.

    Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993 (the percentile interval).
    """
    rng = np.random.RandomState(seed)  # its stream is frozen
    found = []
    for start in range(0, RESAMPLES, AT_ONCE):
        drawn = rng.randint(len(one), size=(min(AT_ONCE, RESAMPLES - start), len(one)))
        found.append(spearman(one[drawn], other[drawn]))
    low, high = np.percentile(np.concatenate(found), MIDDLE)
    return float(low), float(high)


def analogy_scores(vectors: KeyedVectors, sections: Sequence[Analogies]) -> list[Score]:
    """The share of analogies that 3CosAdd answers right, of all sections together ("all") and of each.

    The interval is Wilson's over questions.
    """
    right = {section.name: _answered(vectors, section) for section in sections}
    counts = {section.name: len(section.questions) for section in sections}
    everything = np.concatenate([np.zeros(0, bool), *right.values()])
    rows = [(TOTAL, everything, sum(counts.values())), *((name, right[name], counts[name]) for name in right)]
    return [_share(*row) for row in rows]


def _share(name: str, right: np.ndarray, count: int) -> Score:
    if len(right) < FEWEST:
        return Score(name, math.nan, math.nan, math.nan, len(right), count)
    found = wilson_interval(right)
    return Score(name, found.mean, found.low, found.high, len(right), count)


def _answered(vectors: KeyedVectors, section: Analogies) -> np.ndarray:
    """Whether each question whose four words have vectors is answered right, (known,) bool.

    A word that differs from the right one only in upper and lower case is right as well.
    """
    found = [tuple(map(vectors.row_in_any_case, words)) for words in section.questions]
    rows = np.array([row for row in found if None not in row], int).reshape(-1, 4)
    units, right = vectors.units, []
    for start in range(0, len(rows), AT_ONCE):
        a, b, c, d = rows[start : start + AT_ONCE].T
        cosines = (units[b] - units[a] + units[c]) @ units.T
        for given in (a, b, c):
            cosines[np.arange(len(given)), given] = -np.inf
        best = cosines.argmax(axis=1)
        right += [
            vectors.words[one].casefold() == vectors.words[other].casefold() for one, other in zip(best, d, strict=True)
        ]
    return np.array(right, bool)
