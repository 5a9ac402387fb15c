"""The accuracy that nets lose on shifted images."""

import re
from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.bands import bands, lines_of
from waza.report.charts import drawn
from waza.report.style import titled
from waza.report.words import Words
from waza.study.results import final

SHIFTED = re.compile(r"shifted_(\d+)_accuracy")
SHIFT = "shift"


def lost_accuracy(results: xr.Dataset, words: Words, language: str) -> Any:
    """The points of accuracy that are lost over the distance of the shift, at the last step; None without shifts."""
    found = {int(match[1]): str(name) for name in results.data_vars if (match := SHIFTED.fullmatch(str(name)))}
    if not found:
        return None
    whole = final(results, "test_accuracy")
    losses = [100 * (whole - final(results, found[distance])) for distance in sorted(found)]
    lost = xr.concat([0 * whole, *losses], SHIFT).assign_coords({SHIFT: [0, *sorted(found)]})
    lines, say = lines_of(lost, words, language), own_labels(language)["shifts"]
    axis = {"x_title": say["shift"], "x_axis": None}
    return titled(drawn(bands(lines, SHIFT), SHIFT, language, logarithmic=False, **axis), say["title"])
