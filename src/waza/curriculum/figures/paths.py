"""Maps of the paths down landscapes, with every step."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import Box, fields_of, ground, on, scales_of
from waza.curriculum.figures.replayed import path_of
from waza.report.bands import short
from waza.report.inline import Inline
from waza.report.layout import small_panels
from waza.report.style import PALETTE, titled
from waza.report.words import Words

STEPS = 40
SPREAD, WIDEST = 0.12, 3.6
HEIGHT = 170
AWAY = 1.0  # along the steepest coordinate
OUT_OF_SIGHT = 1e3


def paths(
    results: xr.Dataset,
    words: Words,
    language: str,
    variants: Sequence[str] = (),
    steps: int = STEPS,
) -> alt.ConcatChart | None:
    """A map for each variant on a quadratic: its heights, and the path from one start, a point a step.

    The start is the same for all variants that start from the same box. None where the results have no such path.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        variants: those to show, in this order; by default all on a quadratic.
        steps: the most that are shown.
    """
    some = on(results, "Quadratic")
    known = [str(name) for name in some["variant"].values]
    found = {}
    for name in [one for one in variants or known if one in known]:
        path = path_of(some, name, _start(some, name), steps)
        if path is not None:
            found[name] = path[np.abs(path).max(axis=1) < OUT_OF_SIGHT]
    if not found:
        return None
    say = own_labels(language)["paths"]
    return maps(some, found, words, language, say["title"], say["steps"].format(steps))


def maps(
    results: xr.Dataset, found: Mapping[str, np.ndarray], words: Words, language: str, title: str, subtitle: str
) -> alt.ConcatChart:
    """A map for each variant with its path (step, weight), all of the same box."""
    box = _box(list(found.values()))
    panels = [
        titled(_panel(fields_of(results, name)["landscape"], path, box), words[language].variant(name))
        for name, path in found.items()
    ]
    return small_panels(panels, title, subtitle, HEIGHT)


def _start(results: xr.Dataset, variant: str, seeds: int = 20) -> int:
    """The seed, of the first ones, that starts about `AWAY` from the middle along the steepest coordinate."""
    start = results["w"].sel(variant=variant).isel(step=0, seed=slice(seeds), layer=-1)
    return int(start["seed"][int(np.argmin(abs(abs(start.values) - AWAY)))])


def _panel(landscape: dict[str, Any], path: np.ndarray, box: Box) -> Any:
    rows = [{"step": i, "x": short(x), "y": short(y)} for i, (x, y) in enumerate(path)]
    scales = scales_of(box)
    base = alt.Chart(Inline(values=rows)).encode(
        x=alt.X("x:Q", scale=scales["x"]), y=alt.Y("y:Q", scale=scales["y"]), order="step:Q", tooltip=["step:Q"]
    )
    return alt.layer(
        ground(landscape, box),
        base.mark_line(strokeWidth=1.2, clip=True, color=PALETTE[0]),
        base.mark_point(filled=True, size=16, clip=True, opacity=1, color=PALETTE[0]),
        base.transform_filter("datum.step == 0").mark_point(size=70, clip=True, color="black", strokeWidth=2),
        alt.Chart(Inline(values=[{"x": 0, "y": 0}]))
        .mark_point(shape="cross", size=60, color=PALETTE[1], filled=True)
        .encode(x="x:Q", y="y:Q"),
    )


def _box(found: Sequence[np.ndarray]) -> Box:
    """The range of all paths with a margin, at most from -`WIDEST` to `WIDEST`, with the middle of the landscape."""
    points = np.concatenate([*found, np.zeros((1, 2))])
    low, high = points.min(axis=0).clip(-WIDEST), points.max(axis=0).clip(max=WIDEST)
    room = SPREAD * (high - low)
    return {axis: [short(low[i] - room[i]), short(high[i] + room[i])] for i, axis in enumerate("xy")}
