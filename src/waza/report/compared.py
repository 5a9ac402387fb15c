"""Variants side by side at the last step: as they were given, and tuned where they were."""

import json
from typing import Any

import altair as alt
import xarray as xr

from waza.report.bands import bounded, interval_row, short
from waza.report.style import PALETTE, WIDTH, titled
from waza.report.words import Words, labels
from waza.study.results import final
from waza.study.sweep import unswept
from waza.study.tuning import tuned_name

MOST_ROWS = 10
HOWS = ("given", "tuned")


def tuned_variants(results: xr.Dataset) -> list[str]:
    """The variants for which settings were chosen."""
    return [choice["variant"] for choice in json.loads(results.attrs.get("tuning", "[]"))]


def given_variants(results: xr.Dataset) -> list[str]:
    """All variants as they were given: without those with chosen settings, and without those of a sweep over rates."""
    chosen = {tuned_name(name) for name in tuned_variants(results)}
    return [str(name) for name in unswept(results)["variant"].values if str(name) not in chosen]


def main_variants(results: xr.Dataset) -> list[str]:
    """Those given variants that fit into the main figure: all where they are few, else those that are tuned."""
    given, tuned = given_variants(results), tuned_variants(results)
    return given if len(given) <= MOST_ROWS or not tuned else tuned


def side_by_side(results: xr.Dataset, measure: str, names: list[str], words: Words, language: str) -> alt.LayerChart:
    """A measure at the last step, a row a variant: a mark as given, another tuned, bars for 95 % intervals."""
    tuned, label = tuned_variants(results), labels(language)
    rows = [
        _row(words[language].variant(name), label["how"][how], final(results, measure, there).values)
        for name in names
        for how, there in (("given", name), ("tuned", tuned_name(name)))
        if how == "given" or name in tuned
    ]
    rows = bounded(rows, measure)
    shown, hows = list(dict.fromkeys(row["variant"] for row in rows)), [label["how"][how] for how in HOWS]
    legend = alt.Legend(orient="bottom", symbolSize=110, symbolOpacity=1) if tuned else None
    colour = alt.Color(
        "how:N",
        title=None,
        sort=hows,
        scale=alt.Scale(domain=hows, range=[PALETTE[1] if tuned else PALETTE[0], PALETTE[0]]),
        legend=legend,
    )
    shape = alt.Shape(
        "how:N", title=None, sort=hows, scale=alt.Scale(domain=hows, range=["circle", "diamond"]), legend=legend
    )
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("variant:N", sort=shown, title=None, axis=alt.Axis(labelLimit=260, grid=False, ticks=False)),
        yOffset=alt.YOffset("how:N", sort=hows),
        color=colour,
    )
    scale, axis = alt.Scale(zero=False, padding=10), alt.Axis(tickCount=5)
    bars = base.mark_rule(strokeWidth=2.2).encode(x=alt.X("low:Q", title=None, scale=scale, axis=axis), x2="high:Q")
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("mean:Q", title=None, scale=scale, axis=axis),
        shape=shape,
        tooltip=["variant:N", "how:N", "mean:Q", "low:Q", "high:Q"],
    )
    chart = alt.layer(bars, dots).properties(width=WIDTH, height=max(34 * len(shown), 120))
    return titled(chart, label["measures"].get(measure, measure))


def _row(variant: str, how: str, values: Any) -> dict[str, Any]:
    return {"variant": variant, "how": how, **{key: short(value) for key, value in interval_row(values).items()}}
