"""Learning curves with every seed: a panel a variant, a faint line a seed, and their median."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.report.bands import short
from waza.report.inline import Inline
from waza.report.layout import small_panels
from waza.report.style import PALETTE, scale_and_axis, titled
from waza.report.words import Words, labels
from waza.study.record import record_of
from waza.study.results import marked, measured

SEEDS_DRAWN = 50


def every_seed(results: xr.Dataset, words: Words, language: str, measure: str = "") -> Any:
    """A measure over steps, by default the main one, on the same axes for all variants."""
    name = measure or record_of(results).main.name
    values = marked(results, measured(results, name)).transpose("variant", "seed", "step")
    finite = [float(value) for value in values.values.ravel() if np.isfinite(value)]
    y: dict[str, Any] = scale_and_axis(finite, logarithmic=False)
    y["scale"] = alt.Scale(domain=[min(finite), max(finite)], nice=True, zero=False)
    panels = []
    for i, variant in enumerate(map(str, values["variant"].values)):
        panel = _panel(values.sel(variant=variant), y, PALETTE[i % len(PALETTE)], labels(language)["step"])
        panels.append(titled(panel, words[language].variant(variant)))
    return small_panels(panels, words[language].measure(name), height=240)


def _panel(values: xr.DataArray, y: dict[str, Any], colour: str, x_title: str) -> Any:
    """The lines of one variant."""
    steps = values["step"].values
    rows = [
        {"seed": int(seed), "step": int(step), "value": short(value)}
        for seed, line in zip(values["seed"].values[:SEEDS_DRAWN], values.values, strict=False)
        for step, value in zip(steps, line, strict=True)
        if np.isfinite(value)
    ]
    medians = np.nanmedian(values.values, axis=0)
    middle = [{"step": int(s), "value": short(v)} for s, v in zip(steps, medians, strict=True) if np.isfinite(v)]
    x = alt.X("step:Q", title=x_title, axis=alt.Axis(tickCount=4), scale=alt.Scale(nice=False, zero=False))
    at = alt.Y("value:Q", title=None, **y)
    faint = alt.Chart(Inline(values=rows)).mark_line(strokeWidth=0.8, opacity=0.35, color=colour)
    thick = alt.Chart(Inline(values=middle)).mark_line(strokeWidth=3, color=colour)
    return alt.layer(faint.encode(x, at, detail="seed:N"), thick.encode(x, at))
