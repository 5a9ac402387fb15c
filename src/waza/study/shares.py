"""Shares of trials: their interval, and the paired difference of two of them."""

import functools
import math
from typing import Any, NamedTuple

import numpy as np
from scipy import stats
from scipy.special import gammaln, xlogy

from waza.study.statistics import Interval

NUISANCE = 100  # shares of differing pairs over which the unconditional test takes its maximum
TIES = 1e-9


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


def difference_p(first: np.ndarray, second: np.ndarray, difference: float = 0.0) -> float:
    """The two-sided p-value of "the share of `first` exceeds that of `second` by `difference`", for paired values.

    For no difference: McNemar's exact test, from the pairs that differ. Else the exact unconditional test: twice the
    largest chance of a score at least as far on the observed side, over all shares of pairs that differ.

    Source: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947;
    Hsueh, Liu and Chen, "Unconditional exact tests for equivalence or noninferiority for paired binary endpoints",
    2001.

    >>> difference_p(np.array([True] * 6), np.array([False] * 6))
    0.03125
    >>> round(difference_p(np.array([True] * 30), np.array([True] * 30), 0.2), 4)
    0.0076
    """
    pairs = pairs_of(first, second)
    if difference < 0:
        return difference_p(second, first, -difference)
    if difference > 0:
        return _unconditional_p(pairs.first, pairs.second, sum(pairs), difference)
    differing = pairs.first + pairs.second
    return float(stats.binomtest(pairs.first, differing).pvalue) if differing else 1.0


@functools.lru_cache(maxsize=256)
def _unconditional_p(first: int, second: int, count: int, difference: float) -> float:
    """The p-value of a positive difference where `first` and `second` of `count` pairs are yes in one alone."""
    b, c = (axis.ravel() for axis in np.indices((count + 1, count + 1)))
    b, c = b[b + c <= count], c[b + c <= count]
    same = count - b - c
    ways = gammaln(count + 1) - gammaln(b + 1) - gammaln(c + 1) - gammaln(same + 1)
    scores, observed = tango_score(b, c, count, difference), tango_score(first, second, count, difference)
    lower, upper = scores <= observed + TIES, scores >= observed - TIES
    below = above = 0.0
    shares = (1 - difference) / 2 * np.linspace(0, 1, NUISANCE) ** 2  # of pairs that are yes in the second alone
    for share in shares:
        alike = max(1 - 2 * share - difference, 0.0)
        chance = np.exp(ways + xlogy(b, share + difference) + xlogy(c, share) + xlogy(same, alike))
        below, above = max(below, chance[lower].sum()), max(above, chance[upper].sum())
    return float(min(1.0, 2 * min(below, above)))


def tango_score(first: Any, second: Any, count: int, difference: float) -> Any:
    r"""The score $(b - c - n\delta) / \sqrt{n (2 \tilde p + \delta (1 - \delta))}$ of a difference $\delta > 0$.

    b and c of n pairs are yes in the first and in the second alone; $\tilde p$ is the likeliest share of the latter.

    Source: Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design", 1998.
    """
    linear = (2 * count - first + second) * difference - first - second
    likeliest = (np.sqrt(linear**2 + 8 * count * second * difference * (1 - difference)) - linear) / (4 * count)
    return (first - second - count * difference) / np.sqrt(count * (2 * likeliest + difference * (1 - difference)))
