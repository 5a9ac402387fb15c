"""Maps of the paths down landscapes."""

import json
from typing import Any

import altair as alt
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.curriculum.figures.landscapes import fields_of, ground, kind_of, on, scales_of
from waza.report.bands import short
from waza.report.inline import Inline
from waza.report.style import HEIGHT, colours, dashes, titled
from waza.report.words import Words

DRAWN_STARTS, FEW_VARIANTS = 4, 5
MARGIN = 0.15
WIDEST = 3.0
POINTS = 60


def paths(results: xr.Dataset, words: Words, language: str, kind: str = "Quadratic") -> list[Any]:
    """A map for each landscape of a kind: its heights in grey, and the paths of its variants from the first starts."""
    some = on(results, kind)
    panels: dict[str, list[str]] = {}
    for name in map(str, some["variant"].values):
        panels.setdefault(json.dumps(fields_of(some, name)["landscape"]), []).append(name)
    return [_panel(some, json.loads(landscape), names, words, language) for landscape, names in panels.items()]


def _panel(
    results: xr.Dataset, landscape: dict[str, Any], names: list[str], words: Words, language: str
) -> alt.LayerChart:
    rows: list[dict[str, Any]] = []
    step = max(1, results.sizes["step"] // POINTS)
    few = (
        results["w"]
        .sel(variant=names, layer=["w0", "w1"])
        .isel(seed=slice(DRAWN_STARTS if len(names) <= FEW_VARIANTS else 1))
    )
    places = [*range(0, min(results.sizes["step"], POINTS)), *range(POINTS, results.sizes["step"], step)]
    few = few.isel(step=sorted(set(places)))
    for name in names:
        for seed in few["seed"].values:
            for at, (x, y) in zip(few["step"].values, few.sel(variant=name, seed=seed).values, strict=True):
                if abs(x) < 1e3 and abs(y) < 1e3:
                    shown = words[language].variant(name)
                    rows.append({"variant": shown, "seed": int(seed), "step": int(at), "x": short(x), "y": short(y)})
    box = {axis: _range([float(row[axis]) for row in rows]) for axis in ("x", "y")}
    scales = scales_of(box)
    base = alt.Chart(Inline(values=rows)).encode(
        x=alt.X("x:Q", scale=scales["x"]), y=alt.Y("y:Q", scale=scales["y"]), color=colours(rows), detail="seed:N"
    )
    lines = base.mark_line(strokeWidth=1.6, clip=True, opacity=0.85).encode(order="step:Q", strokeDash=dashes(rows))
    starts = base.transform_filter("datum.step == 0").mark_point(size=50, clip=True).encode(color=alt.value("black"))
    ends = (
        base.transform_window(last="max(step)", groupby=["variant", "seed"], frame=[None, None])
        .transform_filter("datum.step == datum.last")
        .mark_point(filled=True, size=45, clip=True, opacity=1)
    )
    chart = alt.layer(ground(landscape, box), lines, starts, ends).properties(width=330, height=HEIGHT)
    return titled(chart, own_labels(language)["landscapes"].get(kind_of(landscape), kind_of(landscape)))


def _range(values: list[float]) -> list[float]:
    """The range of a coordinate with a margin, at most from -`WIDEST` to `WIDEST`."""
    low, high = max(min(values), -WIDEST), min(max(values), WIDEST)
    room = max(MARGIN * (high - low), 0.05)
    return [low - room, high + room]
