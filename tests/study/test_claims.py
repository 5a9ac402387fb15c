"""Rules on made-up effects that hold, fail and are undecided; statistics against SciPy and simulation."""

import types

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from waza.core.errors import Error
from waza.core.measure import Measure
from waza.study.claims import Claim, Exact, MoreOften, Part, Share, combine
from waza.study.deciding import (
    UNTIL_DECIDED,
    Sampling,
    decide,
    decide_exact,
    decide_more_often,
    decide_part,
    decide_share,
    per_seed,
)
from waza.study.record import RunRecord
from waza.study.shares import difference_p
from waza.study.statistics import (
    fewest_flips,
    t_interval,
)
from waza.study.trained import Trained

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


def test_an_effect_that_is_not_finite_comes_without_a_warning():
    one = Part("p", lambda results: np.log(results["x"]), low=0.0)
    assert np.isneginf(per_seed(one, "effect", xr.Dataset({"x": ("seed", np.zeros(3))}))).all()


@pytest.mark.parametrize(
    ("mean", "spread", "verdict", "equivalent"),
    [
        (0.0, 0.05, "fails", True),
        (-0.5, 0.05, "fails", False),
        (0.05, 0.02, "fails", True),
        (0.07, 0.06, "undecided", False),
        (0.5, 0.05, "holds", False),
        (0.02, 0.5, "undecided", False),
    ],
)
def test_one_bound_is_the_smallest_effect_that_matters(mean, spread, verdict, equivalent):
    finding = decide_part(part(low=0.1), effects(mean, spread))
    assert (finding.verdict, finding.equivalent) == (verdict, equivalent)


@pytest.mark.parametrize("true", [0.0, 0.05, 0.1, 0.15, 0.3])
def test_more_seeds_turn_no_verdict_around(true):
    """Between 0 and the bound, at it and beyond it, the wrong verdict comes at most at the error rate, at any look."""
    rng, studies = np.random.default_rng(round(100 * true)), 60
    wrong = {"holds": true <= 0.1, "fails": true >= 0.1}
    for seeds in (10, 40, 160):
        found = [decide_part(part(low=0.1), rng.normal(true, 0.3, seeds)).verdict for _ in range(studies)]
        false = sum(wrong.get(verdict, False) for verdict in found)
        assert false <= stats.binom.ppf(0.999, studies, 0.05)


def test_equals_within_a_margin_hold_and_are_called_equivalent():
    finding = decide_part(part(low=-0.1, high=0.1), effects(0.01, 0.05))
    assert (finding.verdict, finding.equivalent) == ("holds", True)


def test_a_region_away_from_zero_is_no_equivalence():
    assert not decide_part(part(low=-0.55, high=-0.45), effects(-0.5, 0.01)).equivalent


def test_a_verdict_close_to_its_bound_says_so():
    spread = 0.3
    half = stats.t.ppf(0.975, 9) * spread / np.sqrt(10)
    assert decide_part(part(low=0.0), effects(1.25 * half, spread)).near
    assert not decide_part(part(low=0.0), effects(5 * half, spread)).near
    assert not decide_part(part(low=0.0), effects(0.5 * half, spread)).near


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


def parts(*kinds):
    """Findings such as "holds", "fails further" or "holds case deep", as `combine` reads them."""
    found = []
    for kind in kinds:
        verdict, _, rest = kind.partition(" ")
        more = {"further": rest == "further", "case": rest.removeprefix("case ") if "case" in rest else ""}
        found.append(types.SimpleNamespace(verdict=verdict, **more))
    return found


@pytest.mark.parametrize(
    ("kinds", "whole"),
    [
        (["holds", "holds"], "holds"),
        (["fails"], "fails"),
        (["holds", "fails"], "fails"),
        (["holds", "undecided"], "undecided"),
        (["undecided", "fails"], "fails"),
        (["holds", "fails further"], "holds"),
        (["holds", "undecided further"], "holds"),
        (["fails", "holds further"], "fails"),
        (["holds case shallow", "fails case deep"], "depends"),
        (["holds case shallow", "fails case deep", "undecided case wide"], "depends"),
        (["holds case shallow", "holds case deep"], "holds"),
        (["holds case shallow", "undecided case deep"], "undecided"),
        (["fails", "holds case shallow", "holds case deep"], "fails"),
        (["undecided", "holds case shallow", "fails case deep"], "undecided"),
    ],
)
def test_parts_combine(kinds, whole):
    assert combine(parts(*kinds))[0] == whole


def test_a_claim_needs_a_part_that_decides_it():
    with pytest.raises(Error, match="no part that decides"):
        Claim("C", (Part("p", lambda results: results, low=0.0, further=True),))
    with pytest.raises(Error, match="two parts called 'p'"):
        Claim("C", (part(low=0.0), part(low=1.0)))
    with pytest.raises(Error, match="expected low < high"):
        Part("p", lambda results: results)


def test_an_exact_part_has_no_interval_and_no_p():
    finding = decide_exact(Exact("sizes", lambda: 0.75, low=0.99))
    assert (finding.verdict, finding.effect, finding.low, finding.high) == ("fails", 0.75, 0.75, 0.75)
    assert np.isnan(finding.p) and finding.seeds == 0


def test_exact_parts_take_no_share_of_the_error_rate():
    exact = [Exact(f"e{i}", lambda: 1.0, low=0.0) for i in range(20)]
    claim = Claim("C", (Part("p", lambda results: results["e"], low=0.0), *exact))
    results = xr.Dataset({"e": ("seed", effects(0.23, 0.3))})
    assert decide([claim], results)[0].parts[0].confidence == 0.95


def test_shares_are_counted():
    share = Share("solved", lambda results: results, low=0.5)
    assert decide_share(share, np.array([True] * 28 + [False] * 2)).verdict == "holds"
    assert decide_share(share, np.array([False] * 28 + [True] * 2)).verdict == "fails"
    assert decide_share(share, np.array([True] * 16 + [False] * 14)).verdict == "undecided"
    assert decide_share(share, np.array([True] * 9)).reason == "few seeds"


def test_more_often_is_mcnemars():
    more = MoreOften("more", lambda results: results, lambda results: results, low=0.0)
    first, second = np.zeros(50, bool), np.zeros(50, bool)
    first[:14] = second[:2] = True
    finding = decide_more_often(more, first, second)
    assert finding.verdict == "holds"
    assert finding.p == pytest.approx(stats.binomtest(12, 12).pvalue)
    assert decide_more_often(more, first, first).verdict == "undecided"


def test_looks_at_shares_divide_the_error_rate():
    """With equal shares and looks after each block of 10 seeds, a verdict comes in at most 5 % of studies."""
    rng, studies = np.random.default_rng(6), 60
    more = MoreOften("more", lambda results: results, lambda results: results, low=0.0)
    false = 0
    for _ in range(studies):
        pairs = rng.random((2, 60)) < 0.6
        false += any(
            decide_more_often(more, *pairs[:, :n], sampling=Sampling(anytime=True)).verdict != "undecided"
            for n in range(10, 61, 10)
        )
    assert false <= stats.binom.ppf(0.999, studies, 0.05)


@pytest.mark.parametrize(("seeds", "difference"), [(8, 0.2), (10, 0.1), (10, 0.2)])
def test_a_difference_of_shares_at_its_bound_is_decided_at_the_error_rate(seeds, difference):
    """Exact over all outcomes; Newcombe's interval alone is at 8 %, since often no pair differs."""
    outcomes = np.array([axis.ravel() for axis in np.indices((seeds + 1,) * 2)]).T
    outcomes = np.array([(b, c, seeds - b - c) for b, c in outcomes if b + c <= seeds])
    p = np.array([difference_p(*pair_of(b, c, seeds), difference) for b, c, _ in outcomes])
    for other in np.linspace(0, (1 - difference) / 2, 7):
        truth = (difference + other, other, 1 - difference - 2 * other)
        chance = stats.multinomial.pmf(outcomes, seeds, np.clip(truth, 0, 1))
        assert chance[p <= 0.05].sum() <= 0.0505
        assert chance[p <= 0.01].sum() <= 0.0101


def pair_of(first, second, seeds):
    """Pairs of which so many are yes in one alone, and the others in both."""
    rest = seeds - first - second
    return np.repeat([True, False, True], [first, second, rest]), np.repeat([False, True, True], [first, second, rest])


def test_a_difference_of_shares_is_tested_at_its_bound():
    more = MoreOften("more", lambda results: results, lambda results: results, low=0.1)
    finding = decide_more_often(more, *pair_of(0, 0, 50))
    assert (finding.verdict, finding.bound) == ("fails", 0.1)
    half = np.arange(30) < 15
    finding = decide_more_often(more, half, half)  # the interval leaves 10 points out, and 0.9^30 is 4 %
    assert finding.high < 0.1 and finding.reason == "test"
    assert finding.p == pytest.approx(2 * 0.9**30, rel=0.01)
    assert difference_p(*pair_of(3, 7, 20), -0.1) == difference_p(*pair_of(7, 3, 20), 0.1)


def test_two_bounds_of_one_effect_count_once():
    """At 95 % one interval serves both; other effects have their share."""

    def effect(results):
        return results["a"]

    pair = (Part("helps", effect, low=0.1), Part("harms", effect, high=-0.1, further=True))
    results = xr.Dataset({"a": ("seed", effects(0.13, 0.4)), "b": ("seed", effects(0.0, 1.0))})
    helps, harms = decide([Claim("C", pair)], results)[0].parts
    assert (helps.verdict, helps.confidence) == ("undecided", 0.95)
    other = Claim("D", (Part("p", lambda of: of["b"], low=0.0),))
    found = decide([Claim("C", pair), other], results)
    assert {part.confidence for one in found for part in one.parts} == {0.975}
    assert harms.verdict == "undecided" or harms.confidence == 0.95


def mixture(trained, values):
    """Results of one variant in which some trials stay at chance."""
    values = np.where(trained, values, 0.1)
    results = xr.Dataset(
        {
            "test_accuracy": (("variant", "seed", "step"), values[None, :, None]),
            "diverged_at": (("variant", "seed"), np.full((1, values.size), -1)),
        },
        {"variant": ["a"], "step": [100]},
    )
    declared = RunRecord(measures=(Measure("test_accuracy", "higher"),), trained=Trained("test_accuracy", 0.5))
    return results.assign_attrs(declared.to_attrs())


def test_trials_that_have_not_trained_are_left_out_of_a_mean():
    trained = np.array([True] * 20 + [False] * 4)
    results = mixture(trained, RNG.normal(0.9, 0.005, 24))
    accuracy = Part("accuracy", lambda of: of["test_accuracy"].isel(step=-1, variant=0), low=0.85, among=("a",))
    everyone = Part("all", lambda of: of["test_accuracy"].isel(step=-1, variant=0), low=0.85)
    found, mixed = decide([Claim("C", (accuracy, everyone))], results)[0].parts
    assert (found.verdict, found.seeds, found.left_out) == ("holds", 20, 4)
    assert (mixed.verdict, mixed.left_out) != ("holds", 4)


def test_a_diverged_trial_counts_as_not_trained():
    results = mixture(np.ones(12, bool), RNG.normal(0.9, 0.005, 12))
    results["diverged_at"][0, 3] = 7
    accuracy = Part("accuracy", lambda of: of["test_accuracy"].isel(step=-1, variant=0), low=0.85, among=("a",))
    assert decide([Claim("C", (accuracy,))], results)[0].parts[0].left_out == 1


def test_the_mean_of_a_mixture_misleads_where_the_share_does_not():
    """A true mean at the bound by 7 % of failures: Student's interval errs far too often, the parts do not."""
    rng, studies, seeds = np.random.default_rng(8), 200, 10
    bound = 0.93 * 0.9 + 0.07 * 0.1
    naive, kept = 0, 0
    share = Share("share", lambda results: results, low=0.93)
    for _ in range(studies):
        trained, values = rng.random(seeds) < 0.93, rng.normal(0.9, 0.01, seeds)
        naive += decide_part(part(low=bound), np.where(trained, values, 0.1)).verdict != "undecided"
        kept += decide_part(part(low=0.9), values[trained]).verdict != "undecided"
        kept += decide_share(share, trained).verdict != "undecided"
    assert naive > 0.3 * studies
    assert kept <= 2 * stats.binom.ppf(0.999, studies, 0.05)


def test_draws_from_one_pool_widen_the_interval():
    """Nadeau and Bengio's variance: with shared rows, more seeds do not shrink the interval to nothing."""
    values = effects(0.0, 1.0, 1000)
    assert t_interval(values, overlap=0.2).high == pytest.approx(stats.t.ppf(0.975, 999) * np.sqrt(1 / 1000 + 0.25))
    wider = decide_part(part(low=-0.1, high=0.1), values, sampling=Sampling(overlap=0.2))
    assert (wider.verdict, wider.needed) == ("undecided", None)
    assert decide_part(part(low=-0.1, high=0.1), values).verdict == "holds"


def test_ten_seeds_cannot_decide_26_parts():
    assert fewest_flips(0.05 / 25) <= 10 < fewest_flips(0.05 / 26)


def test_open_ended_results_get_the_wider_interval():
    claim = Claim("C", (Part("p", lambda results: results["p"], low=0.0),))
    results = xr.Dataset({"p": ("seed", effects(0.25, 0.3))})
    assert decide([claim], results)[0].verdict == "holds"
    assert decide([claim], results.assign_attrs(stopping=UNTIL_DECIDED))[0].verdict == "undecided"


def test_no_effect_is_seldom_called_one():
    """Five hundred comparisons of equals: at most 5 % false verdicts, and some room for chance."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 500, 10))
    false = sum(decide_part(part(low=0.0), d).verdict != "undecided" for d in a - b)
    assert false <= stats.binom.ppf(0.999, 500, 0.05)
