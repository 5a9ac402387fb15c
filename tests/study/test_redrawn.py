"""Verdicts about a population: one fixed test split errs, splits drawn per seed with the correction do not."""

import numpy as np
from scipy import stats

from waza.study.claims import Part
from waza.study.deciding import Sampling, decide_part

POOL, TEST, SEEDS, STUDIES = 1000, 200, 20, 60


def differences(rng, per_seed):
    """Accuracy differences of two equal learners, each right on rows of its own at random, with luck of its own."""
    right = rng.random((2, POOL)) < 0.9
    tests = [rng.permutation(POOL)[:TEST] for _ in range(SEEDS if per_seed else 1)] * (1 if per_seed else SEEDS)
    luck = rng.normal(0, 0.005, (SEEDS, 2))
    return np.array([right[0, test].mean() - right[1, test].mean() for test in tests]) + luck[:, 0] - luck[:, 1]


def test_equal_learners_are_told_apart_by_a_fixed_split_alone():
    rng = np.random.default_rng(4)
    part = Part("better", lambda results: results, low=0.0)
    false = {"fixed": 0, "per seed": 0, "uncorrected": 0}
    for _ in range(STUDIES):
        redrawn = differences(rng, per_seed=True)
        overlap = Sampling(overlap=TEST / POOL)
        false["fixed"] += decide_part(part, differences(rng, per_seed=False)).verdict != "undecided"
        false["uncorrected"] += decide_part(part, redrawn).verdict != "undecided"
        false["per seed"] += decide_part(part, redrawn, sampling=overlap).verdict != "undecided"
    allowed = stats.binom.ppf(0.999, STUDIES, 0.05)
    assert false["fixed"] > STUDIES / 2 and false["uncorrected"] > allowed
    assert false["per seed"] <= allowed
