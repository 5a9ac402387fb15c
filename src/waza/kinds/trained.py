"""Trained models of a study's trials."""

import xarray as xr

from waza.core.errors import Error, nearest
from waza.kinds.given_data import given_to, model_of_learner
from waza.kinds.model import Model
from waza.learners import Learner
from waza.study import Study, tuned_name, variables_of
from waza.study.record import record_of
from waza.study.tuning import change


def learner_of(study: Study, results: xr.Dataset, variant: str) -> Learner:
    """The learner of a variant, with the settings that tuning chose for it.

    Raises:
        Error: there is no such variant.
    """
    choices = {tuned_name(choice.variant): choice for choice in record_of(results).tuning}
    if variant in choices:
        return change(study.variants[choices[variant].variant], choices[variant].settings)
    if variant not in study.variants:
        raise Error(f"the study has no variant {variant!r}: {nearest(variant, [*study.variants, *choices])}")
    return study.variants[variant]


def model_of(study: Study, results: xr.Dataset, variant: str, seed: int) -> Model:
    """The trained model of one trial, of results that were run with `keep`.

    Args:
        study: as it was run.
        results: of `waza.run(study, keep="best")` or `keep="last"`.
        variant: its name; after tuning "NAME, tuned".
        seed: of the trial.

    Raises:
        Error: there is no such trial, or nothing was kept.
    """
    learner = learner_of(study, results, variant)
    variables = variables_of(study, results, variant, seed)
    return model_of_learner(learner, given_to(learner, study.data, validated=False), variables)
