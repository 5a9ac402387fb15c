"""Figures of played episodes: their mean return with an interval, and their lengths."""

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from waza.rl.environments import Played

CONFIDENCE = 0.95


class Summary(NamedTuple):
    """Figures of n episodes.

    Attributes:
        episodes: n.
        mean_return: the mean of the undiscounted returns.
        standard_deviation: of the returns, with n - 1.
        low, high: Student's interval for the mean, with a confidence of 95 %.
        mean_length, shortest, longest: steps of an episode.
        unfinished: episodes that had neither ended nor reached a time limit.
    """

    episodes: int
    mean_return: float
    standard_deviation: float
    low: float
    high: float
    mean_length: float
    shortest: int
    longest: int
    unfinished: int


def summary(played: Played) -> Summary:
    r"""The figures of episodes; the interval is $\bar R \pm t_{n-1} s / \sqrt n$.

    >>> summary(Played(np.array([1.0, 3.0]), np.array([2, 4]), np.array([True, True])))[:2]
    (2, 2.0)
    """
    returns, lengths = np.asarray(played.returns, float), np.asarray(played.lengths)
    count, mean, deviation = len(returns), float(returns.mean()), float(returns.std(ddof=1))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)) * deviation / math.sqrt(count)
    return Summary(
        count,
        mean,
        deviation,
        mean - reach,
        mean + reach,
        float(lengths.mean()),
        int(lengths.min()),
        int(lengths.max()),
        int((~np.asarray(played.finished)).sum()),
    )


def facts(played: Played) -> dict[str, Any]:
    """The figures in types that JSON has, with the return and the length of each episode."""
    each = {"returns": np.asarray(played.returns, float).tolist(), "lengths": np.asarray(played.lengths).tolist()}
    return {**summary(played)._asdict(), **each}
