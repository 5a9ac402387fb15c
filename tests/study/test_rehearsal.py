"""Claims are applied to made-up results before anything trains."""

import dataclasses

import numpy as np
import pytest

import waza as wz
from waza.cli import main
from waza.core.errors import Error
from waza.engine.devices import mesh
from waza.study import Claim, MoreOften, Part, Share, Tuning
from waza.study.rehearsal import rehearse
from waza.study.runner import trials_of


@pytest.fixture
def study(study):
    """The variants of one structure."""
    return dataclasses.replace(study, variants={name: study.variants[name] for name in ("slow", "fast", "he")})


def rehearsed(study, part, **changes):
    study = dataclasses.replace(study, claims=(Claim("c", (part,)),), **changes)
    rehearse(study, lambda one: trials_of(one, mesh().size))


def last(variant="fast", measure="test_accuracy"):
    return lambda results: wz.final(results, measure, variant)


def first_reached(results):
    """Fails where no seed has reached it, as at values of zero."""
    values = results["test_accuracy"].sel(variant="fast")
    at = [int(np.flatnonzero(row > 0.9)[0]) for row in values.values]
    return values.isel(step=0).copy(data=np.array(at, float))


def selected(results):
    """Raises a KeyError where nothing was reached, and depends on the values so."""
    return last()(results) * {True: 1.0}[bool((results["test_accuracy"] >= 1).any())]


@pytest.mark.parametrize(
    "part",
    [
        Part("gain", last(), low=0.0, among=("fast", "he")),
        Share("reached", lambda results: last()(results) > 0.5, low=0.5),
        MoreOften("often", lambda results: last()(results) > 0.5, lambda results: last("he")(results) > 0.5, low=0.0),
        Part("by layer", lambda r: r["gradient_norm"].sel(variant="fast", layer="output").isel(step=0), low=0.0),
        Part("a batch's", last(measure="batch_loss"), low=0.0),
        Part("value at zero", first_reached, low=0.0),
        Part("judged by some seeds", lambda r: last()(r).isel(seed=slice(2)), low=0.0),
        Part("key by value", selected, low=0.0),
    ],
    ids=lambda part: part.name,
)
def test_what_can_be_applied_passes(study, part):
    rehearsed(study, part)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Part("p", lambda results: 0.5, low=0.0), r"effect of 'p' returns 0.5; expected one value a seed"),
        (Part("p", lambda r: last()(r).mean(), low=0.0), r"effect of 'p' returns values over \(\); expected"),
        (Part("p", lambda r: last()(r).values, low=0.0), r"effect of 'p' returns an array float32 \(3,\); expected"),
        (
            Part("p", lambda r: last()(r).isel(seed=slice(2)), low=0.0, among=("fast",)),
            "effect of 'p' returns 2 values; with `among`, expected one for each seed",
        ),
        (Part("p", lambda r: r["gradient_norm"].isel(variant=0, step=0), low=0.0), r"values over \(seed, layer\)"),
        (Part("p", lambda r: last()(r).astype(str), low=0.0), r"effect of 'p' returns <U32 values"),
        (Part("p", int, low=0.0), r"effect of 'p' is the class builtins.int; expected a function of the results"),
        (Share("p", last("slo"), low=0.0), r"the results have no variant 'slo': did you mean 'slow'\?"),
        (MoreOften("p", last(), last(measure="acc"), low=0.0), r"the results have no measure 'acc'"),
        (
            Part("p", last(), low=0.0, among=("Fast",)),
            r"'p' of the claim 'c' is among 'Fast', which is no variant",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_applied_is_refused(study, part, said):
    with pytest.raises(Error, match=said):
        rehearsed(study, part)


def test_an_exception_of_the_effect_passes_as_it_is(study):
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        rehearsed(study, Part("p", lambda results: results.nothing, low=0.0))


def test_the_variants_of_a_tuned_study_are_known(study):
    tuning = Tuning(grid={"fast": {"optimizer.learning_rate": (0.1, 0.2)}}, measure="train_loss")
    rehearsed(study, Part("p", last("fast, tuned"), low=0.0), tuning=tuning)
    with pytest.raises(Error, match="no variant 'he, tuned'"):
        rehearsed(study, Part("p", last("he, tuned"), low=0.0), tuning=tuning)


def test_a_run_is_refused_before_it_trains(study):
    study = dataclasses.replace(study, claims=(Claim("c", (Part("p", lambda results: None, low=0.0),)),))
    trained = []

    class Heard(wz.Watch):
        def compiling(self, programs):
            trained.append(programs)

    with pytest.raises(Error, match="returns None"):
        wz.run(study, None, Heard())
    assert not trained


def test_a_part_of_the_package_is_tried_where_the_steps_are_other_ones(study):
    at_ten = Part("early", lambda results: results["test_accuracy"].sel(variant="fast", step=10), low=0.0)
    at_ten.effect.__module__ = "waza.curriculum.some"
    changed = dataclasses.replace(study, claims=(Claim("c", (at_ten,)),), steps=7, evaluate_every=7)
    trials = lambda one: trials_of(one, mesh().size)  # noqa: E731
    rehearse(changed, trials)
    with pytest.raises(Error, match="'early' is judged at a step where a run of 7 steps has no evaluation"):
        rehearse(changed, trials, everything=True)


def test_a_shortened_study_that_cannot_be_judged_is_refused_before_it_trains(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["run", "exploration", "--steps", "20", "--runs", str(tmp_path), "--lang", "en"])
    assert "leave the study's own steps as they are" in capsys.readouterr().err
    assert not list(tmp_path.rglob("results.nc"))
