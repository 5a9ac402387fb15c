"""The sizes of steps down slopes."""

from typing import Any

import xarray as xr

from waza.curriculum.figures.by_coordinate import SIZES, by_coordinate
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of, on
from waza.report.bands import lines_of
from waza.report.charts import over_lines
from waza.report.words import Words
from waza.study.results import marked


def step_lengths(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The sizes of steps down slopes along each coordinate; under noise, the late steps of a single trial.

    Noisy steps change their sign, so that their mean over trials is close to zero.
    """
    say = own_labels(language)
    slopes = on(results, "Slope").isel(step=slice(1, None))
    names = [str(name) for name in slopes["variant"].values]
    noisy = [name for name in names if fields_of(results, name).get("noise", 0.0)]
    exact = slopes.sel(variant=[name for name in names if name not in noisy])
    charts = []
    if exact.sizes["variant"]:
        lines = by_coordinate(abs(marked(exact, exact["moved"])), results, words, language)
        charts.append(over_lines(lines, say["step_size"], language, SIZES))
    if noisy:
        late = slopes.isel(step=slice(slopes.sizes["step"] // 3, None), seed=slice(1))
        lines = lines_of(marked(late, late["moved"]).sel(variant=noisy, layer="w0"), words, language)
        charts.append(over_lines(lines, say["noisy_steps"], language, None, dashed=False))
    return charts
