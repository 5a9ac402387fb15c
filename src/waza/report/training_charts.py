"""Charts of a single training: its curves, and the confusion matrix."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from waza.report.inline import Inline
from waza.report.style import PALETTE, titled

BETWEEN = 60
LARGEST_CELL, SMALLEST_CELL, WIDEST = 36, 5, 620
NUMBERED = 26  # classes whose cells have room for their numbers
SPLITS = ("train", "validation", "test")
LOGARITHMIC = ("perplexity",)  # from the vocabulary's size down to a few


def curves(history: Sequence[Mapping[str, Any]], measure: str, best_step: int, say: Mapping[str, Any]) -> Any:
    """A measure on each split over the steps, with a mark at the step of the saved weights."""
    rows = [
        {"step": one["step"], "split": say["splits"][split], "value": float(f"{one[name]:.5g}")}
        for split in SPLITS
        for one in history
        if (name := f"{split}_{measure}") in one and _finite(one[name])
    ]
    names = [say["splits"][split] for split in SPLITS if any(row["split"] == say["splits"][split] for row in rows)]
    colour = alt.Color(
        "split:N",
        title=None,
        sort=names,
        scale=alt.Scale(domain=names, range=PALETTE[: len(names)]),
        legend=alt.Legend(orient="bottom", symbolType="stroke", symbolStrokeWidth=4),
    )
    x = alt.X("step:Q", title=say["step"], axis=alt.Axis(tickMinStep=1))
    scale = alt.Scale(type="log", nice=False) if measure in LOGARITHMIC else alt.Scale(zero=False)
    y = alt.Y("value:Q", title=None, scale=scale)
    lines = (
        alt.Chart(Inline(values=rows))
        .mark_line(strokeWidth=2.2)
        .encode(x=x, y=y, color=colour, tooltip=["split:N", "step:Q", "value:Q"])
    )
    mark = {"step": best_step, "text": say["kept"].format(step=best_step)}
    best = (
        alt.Chart(Inline(values=[mark]))
        .mark_rule(strokeDash=[4, 3], color="#555")
        .encode(x="step:Q", tooltip=["text:N"])
    )
    return titled((best + lines).properties(width=370, height=250), say["measures"].get(measure, measure))


def together(panels: Sequence[Any]) -> Any:
    """Curves side by side, above one legend."""
    return alt.concat(*panels, columns=len(panels), spacing=BETWEEN, bounds="flush")


def _finite(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def heat_map(matrix: np.ndarray, classes: Sequence[str], say: Mapping[str, Any]) -> Any:
    """The confusion matrix: a row a true class, shaded by the share of its images, with their number."""
    count = len(classes)
    names = _distinct(classes)
    totals = np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    rows = [
        {"true": names[i], "predicted": names[j], "count": int(matrix[i, j]), "share": round(float(share), 4)}
        for (i, j), share in np.ndenumerate(matrix / totals)
    ]
    cell = max(SMALLEST_CELL, min(LARGEST_CELL, WIDEST // count))
    axis = alt.Axis(grid=False, ticks=False, labelLimit=160, labelOverlap=False)
    angle = -40 if max(map(len, names)) > 2 else 0
    below = alt.Axis(grid=False, ticks=False, labelLimit=160, labelAngle=angle, labelOverlap=count > NUMBERED)
    base = alt.Chart(Inline(values=rows)).encode(
        x=alt.X("predicted:N", sort=names, title=say["predicted"], axis=below),
        y=alt.Y("true:N", sort=names, title=say["true"], axis=axis),
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q",
            title=say["share"],
            scale=alt.Scale(domain=[0, 1], scheme="blues"),
            legend=alt.Legend(format="%", gradientLength=160),
        ),
        tooltip=["true:N", "predicted:N", "count:Q", alt.Tooltip("share:Q", format=".1%")],
    )
    chart: Any = cells
    if count <= NUMBERED:
        dark = alt.condition("datum.share > 0.55", alt.value("white"), alt.value("#222"))
        chart = cells + base.transform_filter("datum.count > 0").mark_text(fontSize=11).encode(
            text="count:Q", color=dark
        )
    return chart.properties(width=cell * count, height=cell * count)


def _distinct(classes: Sequence[str]) -> list[str]:
    """The names, shortened; numbered if two of them become equal."""
    cut = [name if len(name) <= 24 else name[:23] + "…" for name in classes]
    return cut if len(set(cut)) == len(cut) else [f"{i} {name}" for i, name in enumerate(cut)]
