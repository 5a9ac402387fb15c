"""The heights of paths down quadratics, over steps."""

from typing import Any

import xarray as xr

from waza.curriculum.figures.landscapes import on
from waza.report.bands import lines_of
from waza.report.charts import over_lines
from waza.report.words import Words
from waza.study.results import marked

RANGE = (1e-12, 1e6)


def heights(results: xr.Dataset, words: Words, language: str) -> Any:
    """The value of the quadratic where each path stands."""
    some = on(results, "Quadratic")
    lines = lines_of(marked(some, some["value"]), words, language)
    return over_lines(lines, words[language].measure("value"), language, RANGE)
