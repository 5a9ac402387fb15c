"""Shares of trials: their interval, and the paired difference of two of them."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from waza.study.statistics import Interval


def wilson_interval(reached: np.ndarray, confidence: float = 0.95) -> Interval:
    r"""The share of n yes-or-no values with Wilson's score interval.

    $\left(\hat p + \tfrac{z^2}{2n} \pm z \sqrt{\tfrac{\hat p (1 - \hat p)}{n} + \tfrac{z^2}{4n^2}}\right)
    / (1 + z^2/n)$

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    >>> i = wilson_interval(np.array([True] * 9 + [False]))
    >>> i.mean, round(i.low, 3), round(i.high, 3)
    (0.9, 0.596, 0.982)
    """
    reached = np.asarray(reached, bool)
    if not reached.size:
        return Interval(math.nan, 0.0, 1.0, confidence, 0)
    found = stats.binomtest(int(reached.sum()), reached.size).proportion_ci(confidence, method="wilson")
    return Interval(float(reached.mean()), float(found.low), float(found.high), confidence, reached.size)


def share_p(reached: np.ndarray, share: float) -> float:
    """The two-sided p-value of "the share is `share`": the exact binomial test.

    >>> round(share_p(np.array([True] * 10), 0.5), 4)
    0.002
    """
    reached = np.asarray(reached, bool)
    return float(stats.binomtest(int(reached.sum()), reached.size, share).pvalue)


class Pairs(NamedTuple):
    """How many pairs of yes-or-no values are yes in both, in the first alone, in the second alone, and in neither."""

    both: int
    first: int
    second: int
    neither: int


def pairs_of(first: np.ndarray, second: np.ndarray) -> Pairs:
    """The counts of the pairs.

    >>> pairs_of(np.array([True, True, False]), np.array([True, False, False]))
    Pairs(both=1, first=1, second=0, neither=1)
    """
    a, b = np.asarray(first, bool), np.asarray(second, bool)
    return Pairs(*(int(kind.sum()) for kind in (a & b, a & ~b, ~a & b, ~a & ~b)))


def paired_difference(first: np.ndarray, second: np.ndarray, confidence: float = 0.95) -> Interval:
    r"""The share of `first` minus that of `second`, of paired values, with Newcombe's interval (his method 10).

    With Wilson's limits $l_i, u_i$ of the shares $p_i$ and their correlation $\phi$, the lower limit is
    $p_1 - p_2 - \sqrt{(p_1 - l_1)^2 - 2 \phi (p_1 - l_1)(u_2 - p_2) + (u_2 - p_2)^2}$; the upper one mirrors it.

    Source: Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired
    data", 1998.

    >>> first = np.array([True] * 36 + [True] * 12 + [False] * 2)
    >>> second = np.array([True] * 36 + [False] * 12 + [True] * 2)
    >>> i = paired_difference(first, second)
    >>> round(i.mean, 3), round(i.low, 4), round(i.high, 4)
    (0.2, 0.0569, 0.3404)
    """
    one, two = wilson_interval(first, confidence), wilson_interval(second, confidence)
    a, b, c, d = pairs_of(first, second)
    count = a + b + c + d
    cross = a * d - b * c
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    phi = (max(cross - count / 2, 0) if cross > 0 else cross) / math.sqrt(margins) if margins else 0.0

    def length(x: float, y: float) -> float:
        return math.sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0))

    mean = one.mean - two.mean
    low = mean - length(one.mean - one.low, two.high - two.mean)
    high = mean + length(one.high - one.mean, two.mean - two.low)
    return Interval(mean, low, high, confidence, count)


def mcnemar_p(first: np.ndarray, second: np.ndarray) -> float:
    """The two-sided p-value of "both shares are equal": McNemar's exact test, from the pairs that differ.

    Source: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947.

    >>> mcnemar_p(np.array([True] * 6), np.array([False] * 6))
    0.03125
    """
    pairs = pairs_of(first, second)
    differing = pairs.first + pairs.second
    return float(stats.binomtest(pairs.first, differing).pvalue) if differing else 1.0
