"""Rules on made-up effects that hold, fail and are undecided; statistics against SciPy and simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from waza.study.claims import Part, combine, decide_part
from waza.study.statistics import seeds_needed, sign_flip_p, smallest_effect, t_interval

RNG = np.random.default_rng(0)


def effects(mean, spread, n=10):
    z = RNG.normal(size=n)
    return mean + spread * (z - z.mean()) / z.std(ddof=1)


def part(**region):
    return Part("p", lambda results: results, **region)


@pytest.mark.parametrize(
    ("values", "region", "verdict"),
    [
        (effects(1.0, 0.3), {"low": 0.0}, "holds"),
        (effects(-1.0, 0.3), {"low": 0.0}, "fails"),
        (effects(0.1, 0.3), {"low": 0.0}, "undecided"),
        (effects(0.0, 0.3), {"low": -0.5, "high": 0.5}, "holds"),
        (effects(0.9, 0.3), {"low": -0.5, "high": 0.5}, "fails"),
        (effects(0.5, 0.3), {"low": -0.5, "high": 0.5}, "undecided"),
        (effects(1.0, 0.0), {"low": 0.0}, "holds"),
        (np.array([np.nan, *effects(1, 0.1, 9)]), {"low": 0.0}, "undecided"),
        (effects(1.0, 0.3, 9), {"low": 0.0}, "undecided"),
        (np.array([1.0]), {"low": 0.0}, "undecided"),
    ],
)
def test_a_part_is_decided_by_its_region(values, region, verdict):
    assert decide_part(part(**region), values).verdict == verdict


def test_an_undecided_part_says_how_many_seeds_would_decide_it():
    values = effects(0.1, 0.3)
    needed = decide_part(part(low=0.0), values).needed
    assert needed > 10
    half = stats.t.ppf(0.975, needed - 1) * 0.3 / np.sqrt(needed)
    assert half < 0.1


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        (["holds", "holds"], "holds"),
        (["fails"], "fails"),
        (["holds", "fails"], "depends"),
        (["holds", "undecided"], "undecided"),
        (["holds", "fails", "undecided"], "undecided"),
    ],
)
def test_parts_combine(verdicts, whole):
    assert combine(verdicts) == whole


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12))
def test_the_interval_is_scipys(values):
    ours = t_interval(np.array(values))
    if np.ptp(values) <= 1e-9 * max(map(abs, values)):
        assert ours.low == pytest.approx(ours.high) == pytest.approx(ours.mean)
        return
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    scale = max(map(abs, values))
    assert ours.low == pytest.approx(theirs.low, rel=1e-6, abs=1e-6 * scale)
    assert ours.high == pytest.approx(theirs.high, rel=1e-6, abs=1e-6 * scale)


def test_sign_flips_count_every_pattern():
    d = RNG.normal(0.3, 1, 9)
    sums = [abs(np.dot(signs, d)) for signs in itertools.product([-1, 1], repeat=9)]
    assert sign_flip_p(d) == pytest.approx(np.mean(np.array(sums) >= abs(d.sum()) - 1e-12))


def test_many_sign_flips_agree_with_scipys_permutation_test():
    d = RNG.normal(0.2, 1, 30)
    theirs = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=20000, rng=1)
    assert sign_flip_p(d) == pytest.approx(theirs.pvalue, abs=0.02)


def test_the_smallest_effect_is_detected_with_the_stated_power():
    rng, n = np.random.default_rng(1), 10
    d = rng.normal(smallest_effect(1.0, n), 1.0, size=(4000, n))
    low = d.mean(1) - stats.t.ppf(0.975, n - 1) * d.std(1, ddof=1) / np.sqrt(n)
    assert 0.75 < np.mean(low > 0) < 0.87


def test_seeds_needed_is_the_first_that_suffices():
    n = seeds_needed(1.0, 0.5)
    half = [stats.t.ppf(0.975, m - 1) / np.sqrt(m) for m in (n - 1, n)]
    assert half[1] < 0.5 <= half[0]
    assert seeds_needed(1.0, 0.0) is None


def test_no_effect_is_seldom_called_one():
    """Two thousand comparisons of equals: at most 5 % false verdicts, and some room for chance."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 2000, 10))
    false = sum(decide_part(part(low=0.0), d).verdict != "undecided" for d in a - b)
    assert false <= stats.binom.ppf(0.999, 2000, 0.05)
