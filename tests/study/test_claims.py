"""Rules on made-up effects that hold, fail and are undecided; statistics against SciPy and simulation."""

import itertools

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from waza.study.claims import UNTIL_DECIDED, Claim, Part, combine, decide, decide_part
from waza.study.statistics import (
    anytime_interval,
    interquartile_mean,
    seeds_needed,
    sign_flip_p,
    smallest_effect,
    t_interval,
)

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


@pytest.mark.parametrize(
    ("mean", "spread", "verdict", "equivalent"),
    [
        (0.0, 0.05, "fails", True),
        (0.07, 0.03, "fails", True),
        (0.5, 0.05, "holds", False),
        (-0.5, 0.05, "fails", False),
        (0.09, 0.1, "holds", False),
        (0.02, 0.5, "undecided", False),
    ],
)
def test_a_difference_that_does_not_matter_is_none(mean, spread, verdict, equivalent):
    finding = decide_part(part(low=0.0, margin=0.1), effects(mean, spread))
    assert (finding.verdict, finding.equivalent) == (verdict, equivalent)


def test_equals_within_a_margin_hold_and_are_called_equivalent():
    finding = decide_part(part(low=-0.1, high=0.1, margin=0.1), effects(0.01, 0.05))
    assert (finding.verdict, finding.equivalent) == ("holds", True)


def test_holms_steps_are_statsmodels(monkeypatch):
    """A part is decided where Holm's adjusted p-value of its own test is below 5 %."""
    values = {f"p{i}": effects(mean, 0.3) for i, mean in enumerate((0.5, 0.28, 0.27, 0.2, 0.0))}
    claims = [Claim(name, (Part("p", lambda results, name=name: results[name], low=0.0),)) for name in values]
    results = xr.Dataset({name: ("seed", value) for name, value in values.items()})
    found = {one.id: one.verdict != "undecided" for one in decide(claims, results)}
    p = {name: stats.ttest_1samp(value, 0).pvalue for name, value in values.items()}
    ordered, adjusted, running = sorted(p, key=p.get), {}, 0.0
    for i, name in enumerate(ordered):
        running = max(running, min(1.0, (len(p) - i) * p[name]))
        adjusted[name] = running
    assert found == {name: adjusted[name] < 0.05 for name in p}
    assert len(set(found.values())) == 2


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


def test_open_ended_results_get_the_wider_interval():
    claim = Claim("C", (Part("p", lambda results: results["p"], low=0.0),))
    results = xr.Dataset({"p": ("seed", effects(0.25, 0.3))})
    assert decide([claim], results)[0].verdict == "holds"
    assert decide([claim], results.assign_attrs(stopping=UNTIL_DECIDED))[0].verdict == "undecided"


def test_the_interquartile_mean_ignores_runaways():
    values = np.array([*RNG.normal(0, 1, 12), 1e9])
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25))
    assert abs(interquartile_mean(values)) < 2


def test_no_effect_is_seldom_called_one():
    """Two thousand comparisons of equals: at most 5 % false verdicts, and some room for chance."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 2000, 10))
    false = sum(decide_part(part(low=0.0), d).verdict != "undecided" for d in a - b)
    assert false <= stats.binom.ppf(0.999, 2000, 0.05)
