"""Rates of false verdicts about the population: one fixed test split, and splits drawn for each seed from a pool.

    python benchmarks/redrawn_splits.py [STUDIES]

Two learners are equal in the population: each is a nearest-mean classifier of two classes and sees features of its own,
which are drawn alike. A trial has luck of its own, since it learns from a small random part of its training rows. On
particular rows one learner is better, and any verdict on "the first is more accurate" is a false one about the
population. In each study the rows are new.
"""

import sys
from typing import NamedTuple

import numpy as np
from scipy import stats

from verdict_rates import ALPHA, p_values

FEATURES, DISTANCE = 5, 0.6
SEEDS = (10, 30, 100)


class Setting(NamedTuple):
    """Rows of the pool, of each seed's training and test split, and rows that a trial learns from."""

    pool: int
    train: int
    test: int
    learnt: int


SETTINGS = {
    "pool of 20,000 rows, test 1,000, learning from 40": Setting(20_000, 4000, 1000, 40),
    "pool of 20,000 rows, test 1,000, learning from 400": Setting(20_000, 4000, 1000, 400),
    "pool of 5,000 rows, test 1,000, learning from 40": Setting(5000, 4000, 1000, 40),
    "pool of 5,000 rows, test 1,000, learning from 400": Setting(5000, 4000, 1000, 400),
}


def population(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Features of both learners, (row, learner, feature), and classes of 1 and -1."""
    y = rng.choice([-1.0, 1.0], rows)
    return rng.normal(size=(rows, 2, FEATURES)) + DISTANCE / np.sqrt(FEATURES) * y[:, None, None], y


def accuracies(x: np.ndarray, y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """The test accuracy of both learners: the nearest mean of the rows that they learn from."""
    positive = y[train] > 0
    means = [x[train][chosen].mean(0) for chosen in (positive, ~positive)]
    side = ((x[test] - (means[0] + means[1]) / 2) * (means[0] - means[1])).sum(-1)
    return np.mean(side * y[test][:, None] > 0, 0)


def study(rng: np.random.Generator, setting: Setting, seeds: int, per_seed: bool) -> np.ndarray:
    """The difference of accuracies, one a seed."""
    x, y = population(rng, setting.pool)
    effects = np.empty(seeds)
    fixed = rng.permutation(setting.pool)
    for seed in range(seeds):
        order = rng.permutation(setting.pool) if per_seed else fixed
        test, train = order[: setting.test], order[setting.test : setting.test + setting.train]
        one, other = accuracies(x, y, rng.choice(train, setting.learnt), test)
        effects[seed] = one - other
    return effects


def rates(rng: np.random.Generator, setting: Setting, studies: int) -> dict[str, list[float]]:
    """The rates of false verdicts at each number of seeds."""
    fixed, redrawn = (
        np.array([study(rng, setting, max(SEEDS), per_seed) for _ in range(studies)]) for per_seed in (False, True)
    )
    overlap = setting.test / setting.pool

    def decided(effects: np.ndarray, overlap: float = 0.0) -> list[float]:
        return [float(np.mean(p_values(effects[:, :n], 0.0, overlap=overlap) <= ALPHA)) for n in SEEDS]

    looks = [p_values(redrawn[:, :n], 0.0, True, overlap) <= ALPHA for n in range(10, max(SEEDS) + 1, 10)]
    return {
        "one fixed split": decided(fixed),
        "a split per seed, uncorrected": decided(redrawn),
        "a split per seed": decided(redrawn, overlap),
        "a split per seed, until decided": [float(np.any(looks, 0).mean())],
    }


def main() -> None:
    """Print one table per setting."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    rng = np.random.default_rng(0)
    most = stats.binom.ppf(0.99, studies, ALPHA) / studies
    print(f"{studies} studies a cell; at most {most:.1%} is compatible with 5 %; {', '.join(map(str, SEEDS))} seeds")
    for title, setting in SETTINGS.items():
        print(f"\n{title}")
        for how, found in rates(rng, setting, studies).items():
            print(f"  {how:>32} | " + " | ".join(f"{one:6.1%}" for one in found))


if __name__ == "__main__":
    main()
