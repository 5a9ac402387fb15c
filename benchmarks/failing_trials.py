"""Rates of false verdicts where some trials fail: the mean of all trials against the share and the mean of the rest.

    python benchmarks/failing_trials.py [STUDIES]

A trial that trains reaches an accuracy of 0.9 (standard deviation 0.01); one that fails stays at 0.1. The true value
lies at the bound in every row, so that any verdict is false.
"""

import sys

import numpy as np
from scipy import stats

from verdict_rates import ALPHA, holm, p_values
from waza.study.shares import share_p, wilson_interval

FAILING = (0.0, 0.02, 0.07, 0.2, 0.5)
SEEDS = (10, 30, 100, 300)


def trials(rng: np.random.Generator, failing: float, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Which trials train, and the accuracies of all."""
    trained = rng.random(shape) >= failing
    return trained, np.where(trained, rng.normal(0.9, 0.01, shape), 0.1)


def mean_of_all(rng: np.random.Generator, failing: float, shape: tuple[int, int]) -> np.ndarray:
    """Which studies decide about the mean over all trials, at the true mean."""
    return p_values(trials(rng, failing, shape)[1], 0.9 - 0.8 * failing) <= ALPHA


def difference_of_all(rng: np.random.Generator, failing: float, shape: tuple[int, int]) -> np.ndarray:
    """Which studies decide about the mean difference of two variants that fail equally often, at the bound zero."""
    return p_values(trials(rng, failing, shape)[1] - trials(rng, failing, shape)[1], 0.0) <= ALPHA


def by_parts(rng: np.random.Generator, failing: float, shape: tuple[int, int]) -> np.ndarray:
    """Which studies decide about the share that trains or the mean of those that do, both at the true value."""
    trained, values = trials(rng, failing, shape)
    count = trained.sum(1)
    p = np.ones((shape[0], 2))
    p[:, 0] = share_levels(shape[1], 1 - failing)[count]
    for kept in np.unique(count[count >= 10]):
        rows = count == kept
        p[rows, 1] = p_values(values[rows][trained[rows]].reshape(-1, kept), 0.9)
    return holm(p).any(-1)


def share_levels(seeds: int, share: float) -> np.ndarray:
    """The error rate from which each count gets a verdict at the bound `share`: Wilson's interval and binomial test."""
    if not 0 < share < 1:
        return np.ones(seeds + 1)
    counts = np.arange(seeds + 1)
    score = np.abs(counts / seeds - share) / np.sqrt(share * (1 - share) / seeds)  # Wilson's inverts this test
    return np.maximum(2 * stats.norm.sf(score), [share_p(counts_of(k, seeds), share) for k in counts])


def counts_of(count: int, seeds: int) -> np.ndarray:
    """So many of the seeds reach it."""
    return np.arange(seeds) < count


def agrees_with_wilson(seeds: int, share: float) -> bool:
    """Whether the score test decides where Wilson's interval leaves the bound out."""
    z = stats.norm.isf(ALPHA / 2)
    for count in range(seeds + 1):
        interval = wilson_interval(counts_of(count, seeds), 1 - ALPHA)
        score = abs(count / seeds - share) / np.sqrt(share * (1 - share) / seeds)
        if (score > z) != (not interval.low <= share <= interval.high):
            return False
    return True


def main() -> None:
    """Print one row per share of trials that fail."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    rng = np.random.default_rng(0)
    most = stats.binom.ppf(0.99, studies, ALPHA) / studies
    print(f"{studies} studies a cell; at most {most:.1%} is compatible with 5 %; {', '.join(map(str, SEEDS))} seeds")
    print(f"the score test agrees with Wilson's interval: {all(agrees_with_wilson(30, s) for s in (0.5, 0.93))}")
    for title, decides in (
        ("mean of all trials", mean_of_all),
        ("difference of two that fail equally often, bound 0", difference_of_all),
        ("share, and mean of the trained ones", by_parts),
    ):
        print(f"\n{title}")
        for failing in FAILING:
            cells = [f"{decides(rng, failing, (studies, seeds)).mean():6.1%}" for seeds in SEEDS]
            print(f"  {failing:4.0%} fail | " + " | ".join(cells))
    skewed = [p_values(rng.exponential(1, (studies, seeds)), 1.0) <= ALPHA for seeds in SEEDS]
    print("\nmean of exponential effects: " + " | ".join(f"{one.mean():6.1%}" for one in skewed))


if __name__ == "__main__":
    main()
