"""Intervals, tests and numbers of seeds against SciPy, quadrature and simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from waza.study.statistics import (
    anytime_interval,
    interquartile_mean,
    seeds_needed,
    sign_flip_p,
    smallest_effect,
    t_interval,
)

RNG = np.random.default_rng(0)


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


def test_the_anytime_interval_is_where_the_bayes_factor_stays_below_its_bound():
    d, alpha = RNG.normal(0.3, 1, 12), 0.05
    n = len(d)

    def log_factor(m):  # of the mixture over effects N(0, 1) against none, each integrated over the scale by quadrature
        x = d - m
        covariance = np.eye(n) + np.ones((n, n))
        form = (x @ x) / (x @ np.linalg.inv(covariance) @ x)
        return -0.5 * np.log(np.linalg.det(covariance)) + n / 2 * np.log(form)

    interval = anytime_interval(d, 1 - alpha)
    for bound in (interval.low, interval.high):
        assert log_factor(bound) == pytest.approx(np.log(1 / alpha), rel=1e-6)


@pytest.mark.slow
def test_looking_after_every_seed_keeps_the_error_rate():
    """No effect, 100 looks: the anytime interval errs in at most 5 % of studies, Student's in many more."""
    rng, studies = np.random.default_rng(4), 600
    false = {"anytime": 0, "student": 0}
    for d in rng.normal(size=(studies, 60)):
        false["anytime"] += any(abs(i.mean) > i.high - i.mean for i in map(anytime_interval, looks(d)))
        false["student"] += any(abs(i.mean) > i.high - i.mean for i in map(t_interval, looks(d)))
    assert false["anytime"] <= stats.binom.ppf(0.999, studies, 0.05)
    assert false["student"] > 2 * stats.binom.ppf(0.999, studies, 0.05)


def looks(d):
    return [d[:n] for n in range(10, len(d) + 1)]


def test_the_interquartile_mean_ignores_runaways():
    values = np.array([*RNG.normal(0, 1, 12), 1e9])
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25))
    assert abs(interquartile_mean(values)) < 2
