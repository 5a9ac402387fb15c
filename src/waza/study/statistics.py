"""Intervals over seeds, and what they can and cannot decide."""

import dataclasses
import functools
import math

import numpy as np
from scipy import stats

EXACT_UP_TO = 16
RANDOM_FLIPS = 100_000


@dataclasses.dataclass(frozen=True)
class Interval:
    """A mean with its confidence interval."""

    mean: float
    low: float
    high: float
    confidence: float
    count: int


def t_interval(values: np.ndarray, confidence: float = 0.95) -> Interval:
    r"""The mean of n values with Student's interval: $\bar d \pm t_{n-1} s / \sqrt n$.

    Given paired differences, this is the paired t interval. With fewer than two values it is unbounded.

    Source: Student, "The probable error of a mean", 1908.

    >>> i = t_interval(np.array([1.0, 2.0, 3.0]))
    >>> i.mean, round(i.low, 3), round(i.high, 3)
    (2.0, -0.484, 4.484)
    """
    values = np.asarray(values, float)
    mean = float(values.mean()) if values.size else math.nan
    if values.size < 2:
        return Interval(mean, -math.inf, math.inf, confidence, values.size)
    with np.errstate(invalid="ignore"):  # of a value that is infinite
        spread = values.std(ddof=1)
    half = stats.t.ppf((1 + confidence) / 2, values.size - 1) * spread / math.sqrt(values.size)
    return Interval(mean, mean - float(half), mean + float(half), confidence, values.size)


def anytime_interval(values: np.ndarray, confidence: float = 0.95) -> Interval:
    r"""The mean with an interval that covers at every look at once: seeds may be added until it decides.

    With probability `confidence` the true mean lies in the intervals of all n = 2, 3, ... together, for normal
    values of any spread. It holds the means $m$ whose Bayes factor against effects $(\mu - m)/\sigma \sim N(0, 1)$,
    scale-free in $\sigma$, has stayed below $1/\alpha$ (Ville's inequality):
    $\sqrt{\tfrac{1}{n+1}} \left( \frac{1 + r}{1 + r/(n+1)} \right)^{n/2} < 1/\alpha$ with $r = t^2/(n-1)$.
    Its price is width: 1.4 to 1.7 times Student's from 10 to 100 values.

    Source: Wang and Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown
    variance", 2023; Lai, "On confidence sequences", 1976.

    >>> i = anytime_interval(np.arange(10.0))
    >>> i.mean, round(i.low, 2), round(i.high, 2)
    (4.5, 0.79, 8.21)
    """
    values = np.asarray(values, float)
    n, mean = values.size, float(values.mean()) if values.size else math.nan
    bound = (math.sqrt(n + 1) / (1 - confidence)) ** (2 / n) if n > 1 else math.inf
    if bound >= n + 1:
        return Interval(mean, -math.inf, math.inf, confidence, n)
    t = math.sqrt((n - 1) * (bound - 1) / (1 - bound / (n + 1)))
    half = t * float(values.std(ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, confidence, n)


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
    observed = abs(differences.sum())
    close = 1e-9 * np.abs(differences).sum()
    if differences.size <= EXACT_UP_TO:
        patterns = np.arange(2**differences.size)[:, None] >> np.arange(differences.size) & 1
        return float(np.mean(np.abs((2 * patterns - 1) @ differences) >= observed - close))
    sums = np.concatenate([part @ differences for part in np.array_split(_random_signs(differences.size), 20)])
    return float((1 + np.sum(np.abs(sums) >= observed - close)) / (1 + RANDOM_FLIPS))


@functools.lru_cache(maxsize=2)
def _random_signs(count: int) -> np.ndarray:
    """Random patterns of +1 and -1, (patterns, count); the same ones for the same count."""
    return 2 * np.random.default_rng(0).integers(0, 2, size=(RANDOM_FLIPS, count), dtype=np.int8) - 1


def seeds_needed(spread: float, distance: float, confidence: float = 0.95, most: int = 100_000) -> int | None:
    """How many seeds make the interval's half-width smaller than `distance`, at this standard deviation.

    None where more than `most` would be needed.

    >>> seeds_needed(spread=1.0, distance=1.0)
    7
    """
    if spread == 0:
        return 2
    if not distance > 0:
        return None
    n = np.unique(np.geomspace(2, most, 2000).astype(int))
    half = stats.t.ppf((1 + confidence) / 2, n - 1) * spread / np.sqrt(n)
    enough = np.flatnonzero(half < distance)
    return int(n[enough[0]]) if enough.size else None


def smallest_effect(spread: float, count: int, confidence: float = 0.95, power: float = 0.8) -> float:
    r"""The smallest true effect that n pairs detect with this power: about $(t_{1-\alpha/2} + t_{power}) s/\sqrt n$.

    >>> round(smallest_effect(spread=1.0, count=10), 3)
    0.995
    """
    if count < 2:
        return math.inf
    t = stats.t.ppf((1 + confidence) / 2, count - 1) + stats.t.ppf(power, count - 1)
    return float(t * spread / math.sqrt(count))
