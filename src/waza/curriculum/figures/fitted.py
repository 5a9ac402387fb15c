"""The polynomials that were fitted, beside the one that made the data."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of
from waza.report.bands import short
from waza.report.inline import Inline
from waza.report.style import HEIGHT, WIDTH, colours, dashes, titled
from waza.report.words import Words

POINTS = 81


def fitted(results: xr.Dataset, words: Words, language: str, low: float, high: float) -> Any:
    """The curve of each variant at the last step, of the first seed, and the true one over x from `low` to `high`."""
    say = own_labels(language)["fitted"]
    x = np.linspace(low, high, POINTS)
    curves = {}
    for name in map(str, results["variant"].values):
        weights = results["coefficient"].sel(variant=name).isel(seed=0, step=-1).values
        curves[words[language].variant(name)] = weights
    curves[say["truth"]] = np.array(fields_of(results, str(results["variant"].values[0]))["truth"])
    rows = [
        {"variant": name, "x": short(at), "y": short(y)}
        for name, weights in curves.items()
        for at, y in zip(x, np.polynomial.polynomial.polyval(x, weights), strict=True)
    ]
    base = alt.Chart(Inline(values=rows)).mark_line(strokeWidth=2.2)
    chart = base.encode(
        x=alt.X("x:Q", title="x", axis=alt.Axis(tickCount=5)),
        y=alt.Y("y:Q", title=None, scale=alt.Scale(zero=False)),
        color=colours(rows, list(curves)),
        strokeDash=dashes(rows, list(curves)),
    ).properties(width=WIDTH, height=HEIGHT)
    return titled(chart, say["title"], say["first_seed"])
