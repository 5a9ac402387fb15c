"""The generalisation gap: test loss less training loss."""

import dataclasses
from collections.abc import Callable
from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report import over_steps
from waza.report.words import Words
from waza.study.results import measured

GAP = "gap"


def loss_gap(results: xr.Dataset, words: Words, language: str, chart: Callable[..., Any] = over_steps) -> Any:
    """The gap by one of the charts of `waza.report`; a diverged trial has none."""
    widened = results.assign({GAP: measured(results, "test_loss") - measured(results, "train_loss")})
    own = words[language]
    named = dataclasses.replace(own, measures={**own.measures, GAP: own_labels(language)[GAP]})
    return chart(widened, {**words, language: named}, language, measure=GAP)
