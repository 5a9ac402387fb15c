"""The learning rate in effect along each coordinate, over steps."""

from typing import Any

import xarray as xr

from waza.curriculum.figures.by_coordinate import SIZES, by_coordinate
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import kinds, on
from waza.report.charts import over_lines
from waza.report.words import Words
from waza.study.results import marked


def effective_rates(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The last step divided by the gradient, along each coordinate; a chart for slopes and one for quadratics."""
    charts = []
    for kind in (kind for kind in kinds(results) if kind in ("Slope", "Quadratic")):
        some = on(results, kind).isel(step=slice(1, None))
        lines = by_coordinate(marked(some, abs(some["moved"] / some["gradient"])), results, words, language)
        charts.append(over_lines(lines, own_labels(language)["rates"][kind], language, SIZES))
    return charts
