"""From verdicts to words: what helps, makes no difference, does not help, harms or diverges."""

import dataclasses
import json

import numpy as np
import pytest
import xarray as xr

from waza.comparison import TECHNIQUES, outcomes
from waza.comparison.worth import Gap
from waza.core.arrays import finite
from waza.learners import Measure
from waza.study import Finding, PartFinding

LOSS = Measure("validation_loss", "lower")


def part(name, verdict, effect, near=False):
    numbers = {"effect": effect, "low": effect - 0.01, "high": effect + 0.01, "confidence": 0.95, "seeds": 10}
    return PartFinding(name, "sampled", verdict, **numbers, region=(0.01, np.inf), near=near)


def finding(name, helps, harms, effect=0.02, near=False):
    parts = (part("helps", helps, effect, near), part("harms", harms, effect))
    return Finding(name, helps, parts)


def trials(**diverged):
    """Results of tuned variants with ten trials each, so many of which diverged."""
    at = np.array([[7] * diverged.get(name, 0) + [-1] * (10 - diverged.get(name, 0)) for name in VARIANTS])
    names = [f"{name}, tuned" for name in VARIANTS]
    return xr.Dataset({"diverged_at": (("variant", "seed"), at)}, {"variant": names})


VARIANTS = ("baseline", *TECHNIQUES)


@pytest.mark.parametrize(
    ("helps", "harms", "effect"),
    [
        ("holds", "fails", "helps"),
        ("fails", "fails", "makes no difference"),
        ("fails", "holds", "harms"),
        ("fails", "undecided", "does not help"),
        ("undecided", "fails", "undecided"),
        ("undecided", "undecided", "undecided"),
    ],
)
def test_verdicts_become_plain_words(helps, harms, effect):
    (found,) = outcomes([finding("adam", helps, harms)], trials())
    assert found.effect == effect and found.points == pytest.approx(2.0)


@pytest.mark.parametrize(("helps", "effect"), [("holds", "diverges"), ("fails", "diverges"), ("undecided", "diverges")])
def test_a_technique_that_diverges_more_often_is_never_better(helps, effect):
    (found,) = outcomes([finding("adam", helps, "fails")], trials(adam=1))
    assert (found.effect, found.diverged) == (effect, 1)
    (both,) = outcomes([finding("adam", "holds", "fails")], trials(adam=1, baseline=1))
    assert both.effect == "helps"
    (harmful,) = outcomes([finding("adam", "fails", "holds", -0.05)], trials(adam=1))
    assert harmful.effect == "harms"


@pytest.mark.parametrize(
    ("low", "high", "effect"), [(2.0, 9.0, "helps"), (-5.0, 0.5, "does not help"), (-1.0, 4.0, "undecided")]
)
def test_nothing_helps_where_no_variant_beats_a_constant(low, high, effect):
    constant = Gap("adam, tuned", "constant", (low + high) / 2, low, high)
    (found,) = outcomes([finding("adam", "holds", "fails")], trials(), constant)
    assert found.effect == effect and found.points == pytest.approx(2.0)


def test_an_effect_that_is_no_number_is_none_in_json():
    (one,) = outcomes([finding("adam", "undecided", "undecided", effect=np.nan)], trials())
    assert json.loads(json.dumps(finite(dataclasses.asdict(one)), allow_nan=False))["points"] is None
