"""The figures of a study: what may be given, and that they decide nothing."""

import dataclasses

import pytest

from waza.core.errors import Error
from waza.learners import Descent
from waza.models.landscapes import Quadratic
from waza.optim import SGD
from waza.report import over_steps
from waza.study import Study
from waza.study.conduct import asked_of

STUDY = Study(name="mine", variants={"SGD": Descent(Quadratic((1.0, 2.0)), SGD(0.1))}, data=None, measure="value")


@pytest.mark.wrong_types
@pytest.mark.parametrize("figures", [over_steps, (3,), ("test_accuracy",)])
def test_figures_are_functions(figures):
    with pytest.raises(Error, match=r"expected a (tuple of )?(a )?function"):
        dataclasses.replace(STUDY, figures=figures)


def test_figures_do_not_enter_the_fingerprint():
    assert asked_of(dataclasses.replace(STUDY, figures=(over_steps,))) == asked_of(STUDY)
