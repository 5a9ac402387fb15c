"""Greedy and epsilon-greedy choice between two Bernoulli arms, by exact sums over all outcomes."""

import functools
from collections.abc import Sequence

import numpy as np
from scipy import stats

Rates = tuple[float, float]  # of the better and of the worse arm


def worse_pulled(
    rates: Rates, epsilons: Sequence[float], pulls: int, initial: float = 0.0, weight: float = 0.0
) -> np.ndarray:
    """The probability that each pull is one of the worse arm, (epsilon, pull), under epsilon-greedy choice.

    The outcomes are all pairs of counts: how often each arm was pulled, and how often it was answered. Equal arms are
    chosen at random. `initial` and `weight` are those of `waza.rl.bandits.Greedy`.

    >>> worse_pulled((0.5, 0.25), [0.0, 1.0], 2).round(4).tolist()  # the first arm that is answered is kept
    [[0.5, 0.4375], [0.5, 0.5]]
    """
    explore = np.asarray(epsilons, float)[:, None, None]
    found = np.empty((len(explore), pulls))
    chances = {0: np.ones((len(explore), 1, 1))}  # by pulls of the better arm; (epsilon, its answers, the other's)
    for t in range(pulls):
        after = {n: np.zeros((len(explore), n + 1, t + 2 - n)) for n in range(t + 2)}
        found[:, t] = 0
        for n, chance in chances.items():
            first = chance * (explore / 2 + (1 - explore) * _prefers(n, t - n, initial, weight))
            second = chance - first
            found[:, t] += second.sum((1, 2))
            after[n + 1][:, 1:] += rates[0] * first
            after[n + 1][:, :-1] += (1 - rates[0]) * first
            after[n][:, :, 1:] += rates[1] * second
            after[n][:, :, :-1] += (1 - rates[1]) * second
        chances = after
    return found


@functools.cache
def expected_regret(rates: Rates, epsilons: tuple[float, ...], pulls: int) -> np.ndarray:
    """The expected regret after each pull, (epsilon, pull)."""
    return (rates[0] - rates[1]) * np.cumsum(worse_pulled(rates, epsilons, pulls), axis=1)


@functools.cache
def finds_better(rates: Rates, tries: int, pulls: int) -> np.ndarray:
    """The probability that greedy choice has pulled the better arm again, after each pull (pull,).

    Both arms were tried equally often, and then the worse one had more answers; without tries, the worse one has been
    pulled once and answered, and the better one counts as 0. Until the better one is pulled, its mean stays as it is
    and that of the worse one walks: it is found where the walk comes down to it, and with probability 1/2 at each tie.
    An arm without an answer is never found, since the mean of the other one stays above 0.

    Args:
        rates: of the better and of the worse arm.
        tries: of each arm beforehand.
        pulls: afterwards.

    >>> [float(finds_better((0.5, 0.4), tries, 100)[-1]) for tries in (0, 1)], float(finds_better((0.5, 0.4), 2, 1)[0])
    ([0.0, 0.0], 0.0)
    """
    answers, tried = np.arange(tries + 1), max(tries, 1)
    of_other = np.arange(tried + pulls + 1)
    start = stats.binom.pmf(answers, tries, rates[0])[:, None] * stats.binom.pmf(of_other, tried, rates[1])
    start *= answers[:, None] < of_other
    waiting = start / start.sum()
    found = np.empty(pulls)
    for pull in range(pulls):
        ahead = answers[:, None] * (tried + pull) - of_other * tried
        waiting = waiting * np.where(ahead > 0, 0.0, np.where(ahead == 0, 0.5, 1.0))
        found[pull] = 1 - waiting.sum()
        waiting[:, 1:] = (1 - rates[1]) * waiting[:, 1:] + rates[1] * waiting[:, :-1]
        waiting[:, 0] *= 1 - rates[1]
    return np.maximum(found, 0.0).round(12)


def _prefers(first: int, second: int, initial: float, weight: float) -> np.ndarray:
    """How much greedy choice prefers the better arm, (answers of it, answers of the other): 1, or 1/2 at a tie."""
    numerators, counts = [], []
    for pulls in (first, second):
        count = weight + pulls
        numerators.append(weight * initial + np.arange(pulls + 1) if count else np.array([initial]))
        counts.append(count or 1.0)
    ahead = numerators[0][:, None] * counts[1] - numerators[1] * counts[0]
    return (np.sign(ahead) + 1) / 2
