"""How paths leave a saddle."""

from typing import Any

import numpy as np
import xarray as xr

from waza.curriculum.figures.by_coordinate import SIZES
from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of, on
from waza.curriculum.figures.paths import paths
from waza.report.charts import over_lines
from waza.report.words import Words
from waza.study.results import marked


def ways_out(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """Maps of the paths near a saddle, and the distance from it along the way out over steps."""
    saddles, lines = on(results, "Saddle"), {}
    for name in map(str, saddles["variant"].values):
        turn = np.radians(fields_of(results, name)["landscape"]["fields"].get("turn", 0.0))
        w = marked(saddles, saddles["w"]).sel(variant=name, drop=True)
        out = np.cos(turn) * w.sel(layer="w1", drop=True) - np.sin(turn) * w.sel(layer="w0", drop=True)
        lines[words[language].variant(name)] = abs(out)
    lines = {name: values.isel(step=slice(1, None)) for name, values in lines.items()}
    chart = over_lines(lines, own_labels(language)["away"], language, SIZES, first_steps=True)
    return [*paths(results, words, language, kind="Saddle"), chart]
