"""Training and test loss of one variant in one chart."""

from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.bands import bands
from waza.report.charts import drawn
from waza.report.style import titled
from waza.report.words import Words
from waza.study.results import marked, measured

LOSSES = ("train_loss", "test_loss")


def both_losses(results: xr.Dataset, words: Words, language: str, variant: str) -> Any:
    """The training and the test loss of a variant over steps; None without it."""
    if variant not in results["variant"].values:
        return None
    own = words[language]
    lines = {own.measure(name): marked(results, measured(results, name)).sel(variant=variant) for name in LOSSES}
    rows = bands(lines, "step")
    title = own_labels(language)["losses"].format(own.variant(variant))
    return titled(drawn(rows, "step", language, logarithmic=False), title)
