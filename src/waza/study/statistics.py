"""Intervals over seeds, and what they can and cannot decide."""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

EXACT_UP_TO = 16
RANDOM_FLIPS = 100_000
FLIPPED_TOGETHER = 12  # values whose subset sums fit a core's first cache
USEFUL = 10_000  # seeds; nobody runs more to decide a claim


@dataclasses.dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval."""

    mean: float
    low: float
    high: float
    confidence: float
    count: int


def t_interval(values: np.ndarray, confidence: float = 0.95, overlap: float = 0.0) -> Interval:
    r"""The mean of n values with Student's interval: $\bar d \pm t_{n-1} s \sqrt{1/n + \rho/(1-\rho)}$.

    Given paired differences, this is the paired t interval. With fewer than two values it is unbounded.

    Args:
        values: one a seed.
        confidence: of the interval.
        overlap: the correlation $\rho$ of two values whose data are drawn from one pool: the test rows' share of it.

    Source: Student, "The probable error of a mean", 1908; Nadeau and Bengio, "Inference for the generalization
    error", 2003 (the term with rho).

    >>> i = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> i.mean, round(i.low, 3), round(i.high, 3)
    (2.0, -0.484, 4.484)
    """
    return _around(values, confidence, functools.partial(student_half_width, overlap=overlap))


def anytime_interval(values: np.ndarray, confidence: float = 0.95, overlap: float = 0.0) -> Interval:
    r"""The mean with an interval that covers at every look at once: seeds may be added until it decides.

    With probability `confidence` the true mean lies in the intervals of all n = 2, 3, ... together, for normal
    values of any spread. It holds the means $m$ whose Bayes factor against effects $(\mu - m)/\sigma \sim N(0, 1)$,
    scale-free in $\sigma$, has stayed below $1/\alpha$ (Ville's inequality):
    $\sqrt{\tfrac{1}{n+1}} \left( \frac{1 + r}{1 + r/(n+1)} \right)^{n/2} < 1/\alpha$ with $r = t^2/(n-1)$.
    Its price is width: 1.4 to 1.7 times Student's from 10 to 100 values. `overlap` is that of `t_interval`.

    Source: Wang and Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown
    variance", 2023; Lai, "On confidence sequences", 1976.

    >>> i = anytime_interval(np.arange(10.0))
    >>> i.mean, round(i.low, 2), round(i.high, 2)
    (4.5, 0.79, 8.21)
    """
    return _around(values, confidence, functools.partial(anytime_half_width, overlap=overlap))


def _around(values: np.ndarray, confidence: float, half_width: Callable[[float, Any, float], Any]) -> Interval:
    values = np.asarray(values, float)
    mean = float(values.mean()) if values.size else math.nan
    if values.size < 2:
        return Interval(mean, -math.inf, math.inf, confidence, values.size)
    with np.errstate(invalid="ignore"):  # of a value that is infinite
        half = float(half_width(float(values.std(ddof=1)), values.size, confidence))
    return Interval(mean, mean - half, mean + half, confidence, values.size)


def student_half_width(spread: float, count: Any, confidence: float, overlap: float = 0.0) -> Any:
    """Half the width of `t_interval` for `count` values (a number or an array) with this standard deviation."""
    n = np.asarray(count, float)
    return stats.t.ppf((1 + confidence) / 2, n - 1) * spread * np.sqrt(1 / n + overlap / (1 - overlap))


def anytime_half_width(spread: float, count: Any, confidence: float, overlap: float = 0.0) -> Any:
    """Half the width of `anytime_interval`; infinite where the values are too few to exclude any mean."""
    n = np.asarray(count, float)
    bound = (np.sqrt(n + 1) / (1 - confidence)) ** (2 / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.sqrt((n - 1) * (bound - 1) / (1 - bound / (n + 1)))
    with np.errstate(invalid="ignore"):
        half = t * spread * np.sqrt(1 / n + overlap / (1 - overlap))
    return np.where(bound < n + 1, half, np.inf)


def interquartile_mean(values: np.ndarray) -> float:
    """The mean of the middle half, which a few runaway trials cannot move: a quarter is cut from either end.

    Source: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", 2021.

    >>> interquartile_mean(np.array([0.0, 1.0, 3.0, 1000.0]))
    2.0
    """
    return float(stats.trim_mean(values, 0.25)) if np.size(values) else math.nan


def sign_flip_p(differences: np.ndarray) -> float:
    r"""The two-sided p-value of "the differences are symmetric about zero", by flipping their signs.

    The share of sign patterns whose $|\sum \pm d_i|$ is at least the observed one: exact up to 16 differences,
    else from 100,000 random patterns (the observed one counted in).

    Source: Fisher, "The design of experiments", 1935, section 21.

    >>> sign_flip_p(np.array([1.0, 1.0, 1.0]))
    0.25
    """
    differences = np.asarray(differences, float)
    observed = abs(differences.sum()) - 1e-9 * np.abs(differences).sum()
    if differences.size <= EXACT_UP_TO:
        flipped = _subset_sums(differences)
        return float(np.mean(np.abs(differences.sum() - 2 * flipped) >= observed))
    groups = np.array_split(differences, math.ceil(differences.size / FLIPPED_TOGETHER))
    flipped = sum(
        _subset_sums(group)[words & (2**group.size - 1)]
        for group, words in zip(groups, _random_words(len(groups)), strict=True)
    )
    return float((1 + np.sum(np.abs(differences.sum() - 2 * flipped) >= observed)) / (1 + RANDOM_FLIPS))


def _subset_sums(values: np.ndarray) -> np.ndarray:
    """The sum of each subset: bit i of an index says whether value i is in it."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
    return sums


def fewest_flips(level: float) -> int:
    """How many differences the sign-flip test needs to reach a level: its least p-value is 2 / 2^n.

    >>> fewest_flips(0.05), fewest_flips(0.05 / 26)
    (6, 11)
    """
    return math.ceil(1 - math.log2(level))


@functools.lru_cache(maxsize=2)
def _random_words(groups: int) -> np.ndarray:
    """Random bits that say which signs of a group are flipped, (group, pattern); the same ones for the same number."""
    return np.random.default_rng(0).integers(0, 2**FLIPPED_TOGETHER, size=(groups, RANDOM_FLIPS))


def seeds_needed(
    spread: float,
    distance: float,
    confidence: float = 0.95,
    half_width: Callable[[float, Any, float], Any] = student_half_width,
    most: int = USEFUL,
) -> int | None:
    """How many seeds make the interval's half-width smaller than `distance`, at this standard deviation.

    None where more than `most` would be needed: such a number is of no use to a reader.

    >>> seeds_needed(spread=1.0, distance=1.0)
    7
    """
    if not distance > 0:
        return None
    if spread == 0:
        return 2
    n = np.unique(np.geomspace(2, most, 2000).astype(int))
    enough = np.flatnonzero(half_width(spread, n, confidence) < distance)
    return int(n[enough[0]]) if enough.size else None


def smallest_effect(
    spread: float, count: int, confidence: float = 0.95, power: float = 0.8, overlap: float = 0.0
) -> float:
    r"""The smallest true effect that n pairs detect with this power: about $(t_{1-\alpha/2} + t_{power}) s/\sqrt n$.

    `overlap` is that of `t_interval`.

    >>> round(smallest_effect(spread=1.0, count=10), 3)
    0.995
    """
    if count < 2:
        return math.inf
    t = stats.t.ppf((1 + confidence) / 2, count - 1) + stats.t.ppf(power, count - 1)
    return float(t * spread * math.sqrt(1 / count + overlap / (1 - overlap)))
