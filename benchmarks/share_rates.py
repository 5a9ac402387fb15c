"""Error rates of verdicts on shares and on differences of shares: exact sums over all outcomes, not simulated.

    python benchmarks/share_rates.py

The true share, or the true difference, lies at the bound, so that any verdict is false. Differences take the worst case
over the share of seeds in which the two variants differ, on a grid.
"""

import numpy as np
from scipy import stats
from scipy.special import gammaln, xlogy

from waza.study.claims import MoreOften, Share
from waza.study.deciding import FIXED, Sampling, decide_more_often, decide_share
from waza.study.shares import paired_difference, wilson_interval

ALPHA = 0.05
BLOCK, MOST = 10, 100
SHARES = (0.5, 0.7, 0.9, 0.95, 0.98)
DIFFERENCES = (0.0, 0.05, 0.1, 0.2)


def counted(count: int, seeds: int) -> np.ndarray:
    """Yes for the first `count` seeds."""
    return np.arange(seeds) < count


def share_decided(seeds: int, share: float, level: float, sampling: Sampling = FIXED) -> np.ndarray:
    """Which counts get a verdict at the bound `share`."""
    part = Share("share", counted, low=share)
    verdicts = [decide_share(part, counted(k, seeds), 1 - level, sampling).verdict for k in range(seeds + 1)]
    return np.array(verdicts) != "undecided"


def share_error(seeds: int, share: float, level: float) -> float:
    """The chance of a verdict at a fixed number of seeds."""
    return float(stats.binom.pmf(np.arange(seeds + 1), seeds, share)[share_decided(seeds, share, level)].sum())


def share_error_until_decided(share: float) -> float:
    """The chance of a verdict at any look, after each block of seeds up to `MOST`."""
    chance, decided = np.ones(1), 0.0
    for seeds in range(BLOCK, MOST + 1, BLOCK):
        chance = np.convolve(chance, stats.binom.pmf(np.arange(BLOCK + 1), BLOCK, share))
        now = share_decided(seeds, share, ALPHA, Sampling(anytime=True, block=BLOCK))
        decided += float(chance[now].sum())
        chance[now] = 0.0  # these studies have ended
    return decided


def wilson_coverage(seeds: int, share: float) -> float:
    """How often Wilson's 95 % interval covers the share."""
    intervals = [wilson_interval(counted(k, seeds)) for k in range(seeds + 1)]
    covers = np.array([one.low <= share <= one.high for one in intervals])
    return float(stats.binom.pmf(np.arange(seeds + 1), seeds, share)[covers].sum())


def pairs(seeds: int) -> np.ndarray:
    """All outcomes, (outcome, 4): yes in both, in the first alone, in the second alone, in neither."""
    some = np.array([axis.ravel() for axis in np.indices((seeds + 1,) * 3)]).T
    some = some[some.sum(1) <= seeds]
    return np.column_stack([some, seeds - some.sum(1)])


def pair_of(outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values of both variants that have this outcome."""
    first, second = [True, True, False, False], [True, False, True, False]
    return np.repeat(first, outcome), np.repeat(second, outcome)


def difference_chances(outcomes: np.ndarray, difference: float) -> np.ndarray:
    """The chance of each outcome, (truth, outcome), for many true shares with this difference."""
    seeds = int(outcomes[0].sum())
    ways = gammaln(seeds + 1) - gammaln(outcomes + 1).sum(1)
    differing = np.linspace(difference, 1, 30)[:, None]
    both = (1 - differing) * np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
    one, two = (differing + difference) / 2 + 0 * both, (differing - difference) / 2 + 0 * both
    truths = np.stack([both, one, two, 1 - differing - both], -1).reshape(-1, 4)
    return np.exp(ways + sum(xlogy(outcomes[:, i], np.maximum(truths[:, i, None], 0)) for i in range(4)))


def difference_rates(seeds: int, difference: float) -> dict[str, float]:
    """The worst error rates of Newcombe's interval alone and of verdicts, at two levels."""
    outcomes = pairs(seeds)
    chances = difference_chances(outcomes, difference)
    part = MoreOften("more", counted, counted, low=difference)
    found = {}
    for level in (ALPHA, ALPHA / 5):
        intervals = [paired_difference(*pair_of(one), 1 - level) for one in outcomes]
        outside = np.array([not one.low <= difference <= one.high for one in intervals])
        decided = outside.copy()
        for i in np.flatnonzero(outside):
            decided[i] = decide_more_often(part, *pair_of(outcomes[i]), 1 - level).verdict != "undecided"
        found[f"interval alone at {level:.0%}"] = float((chances @ outside).max())
        found[f"verdicts at {level:.0%}"] = float((chances @ decided).max())
    return found


def main() -> None:
    """Print the tables."""
    print("a share at its bound: verdicts at 5 % with 10, 30, 100 seeds, at 1 % with 100, and until decided")
    for share in SHARES:
        cells = [share_error(seeds, share, ALPHA) for seeds in (10, 30, 100)]
        cells += [share_error(100, share, ALPHA / 5), share_error_until_decided(share)]
        print(f"  {share:4.0%} | " + " | ".join(f"{one:5.1%}" for one in cells))
    print("\ncoverage of Wilson's 95 % interval: mean and least over shares from 1 % to 99 %")
    for seeds in (10, 30, 100):
        covered = [wilson_coverage(seeds, share) for share in np.linspace(0.01, 0.99, 99)]
        print(f"  {seeds:3d} seeds | {np.mean(covered):5.1%} | {np.min(covered):5.1%}")
    print("\na difference of shares at its bound, the worst case over all shares")
    for seeds in (10, 20):
        for difference in DIFFERENCES:
            rates = difference_rates(seeds, difference)
            print(f"  {seeds} seeds, {difference:3.0%} | " + " | ".join(f"{n} {r:5.1%}" for n, r in rates.items()))


if __name__ == "__main__":
    main()
