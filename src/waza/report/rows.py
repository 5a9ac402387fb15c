"""Charts with a row a name: a dot a seed, or bars. The name stands above its marks, so that every chart is as wide."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt
import numpy as np

from waza.report.bands import short
from waza.report.inline import Inline
from waza.report.style import PALETTE, WIDTH, scale_and_axis, titled

NAME, BAND, BETWEEN_ROWS = 18, 24, 6
DOT, TIGHT = 30, 5.0
COUNT = 36  # pixels for the number of trials that diverged
ROOM_FOR_TEXT = 0.2  # of the width, behind the longest bar
PLACES = 90  # across the chart: seeds in one place stand above one another


class Row(NamedTuple):
    """The values of a row, of one kind: its colour, which the legend explains where there are several.

    Args:
        name: above the row; consecutive rows of one name stand together below it.
        values: a dot each.
        kind: of the row.
        middle: where the bar stands; none for NaN.
        ends: of the interval around it.
        stopped: the number of trials without a value, as they diverged; after a cross at the right of the name.
    """

    name: str
    values: np.ndarray
    kind: str = ""
    middle: float = math.nan
    ends: tuple[float, float] = (math.nan, math.nan)
    stopped: int = 0


def dotted(
    rows: Sequence[Row],
    title: str | list[str],
    subtitle: str = "",
    level: float | None = None,
    logarithmic: bool = False,
    within: tuple[float, float] | None = None,
) -> Any:
    """A dot a value, side by side where they meet, with a bar at the row's middle and a line for its interval.

    Args:
        rows: from top to bottom.
        title: of the chart.
        subtitle: what the marks are.
        level: where a line marks that there is no difference; it then belongs to the axis.
        logarithmic: whether the axis is; values must be positive.
        within: the ends of the axis, where several charts share them; by default those of the values.
    """
    names, tops, height = _places(rows)
    known = [float(value) for row in rows for value in row.values if math.isfinite(value)]
    known += [] if level is None else [level]
    along = np.log if logarithmic else np.asarray
    place = float(np.ptp(along(within or known)) / PLACES) if known else 1.0
    dots = [
        {"kind": row.kind, "x": short(x), "y": round(top + BAND / 2 + y, 1)}
        for row, top in zip(rows, tops, strict=True)
        for x, y in zip(row.values, _apart(along(row.values), place or 1.0), strict=True)
        if math.isfinite(x)
    ]
    heights = {one["name"]: one["y"] for one in names}
    places = {kind: WIDTH - COUNT * i for i, kind in enumerate(dict.fromkeys(row.kind for row in rows))}
    counts = [
        {"kind": row.kind, "at": places[row.kind], "y": heights[row.name], "text": f"× {row.stopped}"}
        for row in rows
        if row.stopped
    ]
    placed = [(row, top + BAND / 2) for row, top in zip(rows, tops, strict=True)]
    middles = [{"x": short(row.middle), "y": y} for row, y in placed if math.isfinite(row.middle)]
    spread = [
        {"low": short(row.ends[0]), "high": short(row.ends[1]), "y": y}
        for row, y in placed
        if math.isfinite(row.ends[0])
    ]
    x, y = alt.X("x:Q", title=None, **_across(known, logarithmic, within)), _upright(height)
    layers = [
        *([] if level is None else [alt.Chart(Inline(values=[{"x": level}])).mark_rule(color="#888").encode(x=x)]),
        _named(names, height),
        alt.Chart(Inline(values=dots))
        .mark_point(filled=True, size=DOT, opacity=0.55)
        .encode(x=x, y=y, color=_kinds(rows), tooltip=["x:Q"]),
        alt.Chart(Inline(values=counts))
        .mark_text(align="right", fontSize=12, fontWeight="bold")
        .encode(x=alt.X("at:Q", scale=None, axis=None), y=y, color=_kinds(rows), text="text:N"),
        alt.Chart(Inline(values=spread)).mark_rule(strokeWidth=2, color="black").encode(alt.X("low:Q"), y, x2="high:Q"),
        alt.Chart(Inline(values=middles))
        .mark_tick(orient="vertical", thickness=2.5, size=BAND - 4, color="black")
        .encode(x=x, y=y, tooltip=["x:Q"]),
    ]
    return titled(alt.layer(*layers).properties(width=WIDTH, height=height), title, subtitle)


def barred(
    rows: Sequence[Row], title: str | list[str], texts: Sequence[str], subtitle: str = "", highest: float = 0.0
) -> Any:
    """A bar from zero to the middle of each row, a line for its interval, and the amount as a text.

    Args:
        rows: from top to bottom; their values are not drawn.
        title: of the chart.
        texts: the amounts.
        subtitle: what the marks are.
        highest: the amount for which there is room at least.
    """
    names, tops, height = _places(rows)
    bars = [
        {
            "kind": row.kind,
            "x": short(row.middle),
            "from": 0,
            "low": short(row.middle if math.isnan(row.ends[0]) else row.ends[0]),
            "high": short(row.middle if math.isnan(row.ends[1]) else row.ends[1]),
            "y": top + 2,
            "y2": top + BAND - 3,
            "mid": top + BAND / 2 - 0.5,
            "text": text,
        }
        for row, top, text in zip(rows, tops, texts, strict=True)
    ]
    farthest = max([highest, *(row.middle for row in rows), *(row.ends[1] for row in rows if row.ends[1] > 0)])
    scale = alt.Scale(domain=[0, farthest * (1 + ROOM_FOR_TEXT)], nice=False)
    x, y, middle = alt.X("from:Q", scale=scale, axis=None), _upright(height), _upright(height, "mid")
    base = alt.Chart(Inline(values=bars))
    layers = [
        _named(names, height),
        base.mark_rect().encode(x, y, x2="x:Q", y2="y2:Q", color=_kinds(rows)),
        base.mark_rule(strokeWidth=1.5, color="black").encode(alt.X("low:Q"), middle, x2="high:Q"),
        base.mark_text(align="left", dx=6, fontSize=12, color="#222").encode(alt.X("high:Q"), middle, text="text:N"),
    ]
    return titled(alt.layer(*layers).properties(width=WIDTH, height=height), title, subtitle)


def _across(values: Sequence[float], logarithmic: bool, within: tuple[float, float] | None) -> dict[str, Any]:
    """The scale and the axis of dots."""
    if logarithmic:
        return scale_and_axis(values, logarithmic=True)
    if not within and values and min(values) == max(values):  # an axis needs two ends
        within = values[0] - (abs(values[0]) or 1) / 10, values[0] + (abs(values[0]) or 1) / 10
    if within:
        return {"scale": alt.Scale(domain=list(within), nice=False, padding=8), "axis": alt.Axis(tickCount=5)}
    return {"scale": alt.Scale(zero=False, padding=8), "axis": alt.Axis(tickCount=5)}


def _places(rows: Sequence[Row]) -> tuple[list[dict[str, Any]], list[float], float]:
    """The names with their places, the top of each row, and the height of the chart."""
    names: list[dict[str, Any]] = []
    tops, at = [], 0.0
    for i, row in enumerate(rows):
        if i == 0 or row.name != rows[i - 1].name:
            at += BETWEEN_ROWS if i else 0
            names.append({"name": row.name, "y": at + NAME / 2})
            at += NAME
        tops.append(at)
        at += BAND
    return names, tops, at + 4


def _named(names: Sequence[dict[str, Any]], height: float) -> alt.Chart:
    return (
        alt.Chart(Inline(values=list(names)))
        .mark_text(align="left", baseline="middle", fontSize=12, color="#222")
        .encode(x=alt.value(0), y=_upright(height), text="name:N")
    )


def _upright(height: float, field: str = "y") -> alt.Y:
    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[height, 0], nice=False, zero=False), axis=None)


def _kinds(rows: Sequence[Row]) -> Any:
    """The colour of each kind, with a legend; one colour without a legend where there is one kind."""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    if len(kinds) == 1:
        return alt.value(PALETTE[0])
    scale = alt.Scale(domain=kinds, range=[PALETTE[i % len(PALETTE)] for i in range(len(kinds))])
    legend = alt.Legend(orient="bottom", columns=1, symbolSize=110, symbolOpacity=1, labelLimit=400)
    return alt.Color("kind:N", title=None, sort=kinds, scale=scale, legend=legend)


def _apart(values: np.ndarray, place: float) -> np.ndarray:
    """Offsets of dots from the middle of their band, so that dots in one place do not cover one another."""
    offsets = np.zeros(len(values))
    finite = np.isfinite(values)
    bins = np.where(finite, np.round(np.where(finite, values, 0.0) / place), np.nan)
    for one in np.unique(bins[finite]):
        same = np.flatnonzero(bins == one)
        apart = min(TIGHT, (BAND - 4) / max(len(same) - 1, 1))
        offsets[same] = (np.arange(len(same)) - (len(same) - 1) / 2) * apart
    return offsets
