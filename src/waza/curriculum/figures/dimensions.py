"""The divergence of each dimension of a latent code over the steps, in the order of its end, over seeds."""

import itertools
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.inline import Inline
from waza.report.layout import small_panels
from waza.report.style import titled
from waza.report.words import Words, labels

TALL = 300
EDGES = (0.05, 0.5, 1.0, 2.0)  # nats, of the shades
SHADES = ("#f4f4f4", "#c6dbef", "#6baed6", "#2171b5", "#08306b")


def divergence_maps(results: xr.Dataset, words: Words, language: str, measure: str, variants: Sequence[str]) -> Any:
    """A panel for each variant: a row for each dimension, a column for each evaluation, shaded by the divergence.

    The dimensions of a seed have no order. They are ranked by their divergence at the last step, the largest first, and
    each rank has its mean over the seeds. None if a variant is missing.

    Args:
        results: of a study with these variants.
        words: the study's texts by language.
        language: of the chart.
        measure: the divergence by dimension.
        variants: one for each panel.
    """
    if measure not in results or not set(variants) <= set(map(str, results["variant"].values)):
        return None
    say, common = own_labels(language)["dimensions"], labels(language)
    steps = results["step"].values.tolist()
    panels = []
    for name in variants:
        chart = _map(ranked(results[measure].sel(variant=name)), steps, say, common["step"])
        panels.append(titled(chart, words[language].variant(name)))
    return small_panels(panels, say["title"], say["ranked"], height=TALL)


def ranked(values: xr.DataArray) -> np.ndarray:
    """The mean over the seeds (dimensions, steps) of the dimensions, each seed's in the order of its last step."""
    each = values.transpose("seed", "layer", "step").values.astype(float)
    order = np.argsort(-each[:, :, -1], axis=1, kind="stable")
    mean: np.ndarray = np.take_along_axis(each, order[:, :, None], axis=1).mean(axis=0)
    return mean


def _map(values: np.ndarray, steps: list[int], say: dict[str, Any], step: str) -> Any:
    """A map of values (dimensions, steps); each column reaches to the next evaluation."""
    ends = [*steps[1:], 2 * steps[-1] - steps[-2] if len(steps) > 1 else steps[-1] + 1]
    classes = np.searchsorted(EDGES, values, side="right")
    names = [
        say["below"].format(EDGES[0]),
        *(say["between"].format(low, high) for low, high in itertools.pairwise(EDGES)),
        say["above"].format(EDGES[-1]),
    ]
    cells = [
        {"low": i + 0.5, "high": i + 1.5, "step": at, "until": until, "kl": names[classes[i, j]]}
        for i in range(len(values))
        for j, (at, until) in enumerate(zip(steps, ends, strict=True))
    ]
    down = alt.Scale(domain=[0.5, len(values) + 0.5], reverse=True, nice=False)
    legend = alt.Legend(orient="bottom", columns=1, symbolSize=110, symbolType="square", labelLimit=400)
    shades = alt.Color("kl:N", title=None, sort=names, scale=alt.Scale(domain=names, range=SHADES), legend=legend)
    return (
        alt.Chart(Inline(values=cells))
        .mark_rect()
        .encode(
            x=alt.X("step:Q", title=step, scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickCount=4)),
            x2="until:Q",
            y=alt.Y("low:Q", title=say["rank"], scale=down, axis=alt.Axis(grid=False, tickCount=5)),
            y2="high:Q",
            color=shades,
        )
    )
