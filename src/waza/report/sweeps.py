"""The main measure over learning rates, and what was chosen from them."""

import json
from collections.abc import Mapping
from typing import Any

import altair as alt
import xarray as xr

from waza.report.bands import interval_row, short
from waza.report.style import HEIGHT, WIDTH, colours, dashes, power_axis, titled
from waza.report.words import Words, labels
from waza.study.results import final
from waza.study.sweep import swept

FEW_RATES = 5


def over_rates(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart | None:
    """The main measure at the last step over the rates of a sweep, a line a net or optimiser; None without a sweep."""
    measure = results.attrs["measure"]
    rows = []
    for what, rates in swept([str(name) for name in results["variant"].values]).items():
        for rate, name in rates.items():
            rows.append(_row(words[language].variant(what), rate, interval_row(final(results, measure, name).values)))
    title = labels(language)["measures"].get(measure, measure)
    return _curves(_bounded(rows, measure.removeprefix("test_"), results), title, language) if rows else None


def tuning_curves(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart | None:
    """What each learning rate reached on the validation split, at the best of the other settings; None untuned."""
    rows, chosen = [], []
    for choice in json.loads(results.attrs.get("tuning", "[]")):
        path = next((path for path in choice["settings"] if path.endswith("learning_rate")), None)
        if path is None:
            continue
        others = {key: value for key, value in choice["settings"].items() if key != path}
        for one in choice["tried"]:
            if {key: value for key, value in one["settings"].items() if key != path} == others:
                name = words[language].variant(choice["variant"])
                row = _row(name, one["settings"][path], one)
                rows.append(row)
                if one["settings"] == choice["settings"]:
                    chosen.append(row)
    if not rows:
        return None
    measure = json.loads(results.attrs["tuning"])[0].get("measure", "accuracy")
    title = labels(language)["measures"][f"validation_{measure}"]
    curves = _curves(_bounded(rows, measure, results), title, language, labels(language)["chosen_points"])
    picked = (
        alt.Chart(alt.Data(values=chosen))
        .mark_point(size=110, filled=True, opacity=1)
        .encode(x=alt.X("rate:Q"), y=alt.Y("mean:Q"), color=alt.Color("variant:N", legend=None))
    )
    return curves + picked


def _row(variant: str, rate: float, values: Mapping[str, float]) -> dict[str, Any]:
    return {"variant": variant, "rate": rate, **{name: short(values[name]) for name in ("mean", "low", "high")}}


def _bounded(rows: list[dict[str, Any]], measure: str, results: xr.Dataset) -> list[dict[str, Any]]:
    """The rows with what can be: an accuracy from 0 to 1, a loss of at most twice that of the best constant answer."""
    highest = 1.0 if measure == "accuracy" else 2 * results.attrs.get(f"chance_test_{measure}", float("inf"))
    inside = [row for row in rows if row["mean"] <= highest]
    for row in inside:
        row |= {"low": max(row["low"], 0.0), "high": min(row["high"], highest)}
    return inside


def _curves(rows: list[dict[str, Any]], title: str, language: str, subtitle: str = "") -> alt.LayerChart:
    rates = sorted({row["rate"] for row in rows})
    scale = alt.Scale(type="log", nice=False, zero=False)
    few = len(rates) <= FEW_RATES
    axis = alt.Axis(values=rates, format="~g") if few else power_axis(rates[0], rates[-1])
    x = alt.X("rate:Q", title=labels(language)["rate"], scale=scale, axis=axis)
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, color=colours(rows))
    upright = alt.Y("mean:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    bars = base.mark_rule(strokeWidth=1.2).encode(y=alt.Y("low:Q", title=None), y2="high:Q")
    tooltip = ["variant:N", "rate:Q", "mean:Q", "low:Q", "high:Q"]
    lines = base.mark_line(strokeWidth=2.2).encode(y=upright, strokeDash=dashes(rows), tooltip=tooltip)
    dots = base.mark_point(filled=True, size=22, opacity=1).encode(y=upright)
    return titled(alt.layer(bars, lines, dots).properties(width=WIDTH, height=HEIGHT), title, subtitle)
