"""The distance from the minimum along the floor of a valley, over steps."""

from typing import Any

import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of, on
from waza.report.charts import over_lines
from waza.report.words import Words
from waza.study.results import marked

RANGE = (1e-12, 1e6)


def distances(results: xr.Dataset, words: Words, language: str) -> Any:
    """The distance from the minimum of a quadratic along its coordinate of least curvature."""
    some, lines = on(results, "Quadratic"), {}
    for name in map(str, some["variant"].values):
        curvatures = fields_of(some, name)["landscape"]["fields"]["curvatures"]
        along = marked(some, some["w"]).sel(variant=name, layer=f"w{int(np.argmin(curvatures))}", drop=True)
        lines[words[language].variant(name)] = abs(along)
    return over_lines(lines, own_labels(language)["distance"], language, RANGE)
