"""The main measure over learning rates, and what was chosen from them."""

import json
from typing import Any

import altair as alt
import xarray as xr

from waza.report.charts import colours
from waza.report.words import Words, labels
from waza.study.results import final
from waza.study.statistics import t_interval
from waza.study.sweep import swept

POWERS = [10.0**power for power in range(-8, 5)]


def over_rates(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart | None:
    """The main measure at the last step over the rates of a sweep, a line a net or optimiser; None without a sweep."""
    measure = results.attrs["measure"]
    rows = []
    for what, rates in swept([str(name) for name in results["variant"].values]).items():
        for rate, name in rates.items():
            interval = t_interval(final(results, measure, name).values)
            rows.append(_row(words[language].variant(what), rate, interval.mean, interval.low, interval.high))
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
                row = _row(name, one["settings"][path], one["mean"], one["low"], one["high"])
                rows.append(row)
                if one["settings"] == choice["settings"]:
                    chosen.append(row)
    if not rows:
        return None
    measure = json.loads(results.attrs["tuning"])[0].get("measure", "accuracy")
    title = labels(language)["measures"][f"validation_{measure}"]
    curves = _curves(_bounded(rows, measure, results), title, language)
    picked = (
        alt.Chart(alt.Data(values=chosen))
        .mark_point(size=110, filled=True, opacity=1)
        .encode(x=alt.X("rate:Q"), y=alt.Y("mean:Q"), color=alt.Color("variant:N", legend=None))
    )
    return curves + picked


def _row(variant: str, rate: float, mean: float, low: float, high: float) -> dict[str, Any]:
    numbers = {"rate": rate, "mean": mean, "low": low, "high": high}
    return {"variant": variant, **{name: float(f"{value:.4g}") for name, value in numbers.items()}}


def _bounded(rows: list[dict[str, Any]], measure: str, results: xr.Dataset) -> list[dict[str, Any]]:
    """The rows within what can be: an accuracy from 0 to 1, a loss up to twice that of the best constant answer."""
    highest = 1.0 if measure == "accuracy" else 2 * results.attrs.get(f"chance_test_{measure}", float("inf"))
    for row in rows:
        row |= {name: min(max(row[name], 0.0), highest) for name in ("mean", "low", "high")}
    return rows


def _curves(rows: list[dict[str, Any]], title: str, language: str) -> alt.LayerChart:
    x = alt.X(
        "rate:Q", title=labels(language)["rate"], scale=alt.Scale(type="log"), axis=alt.Axis(format="~g", values=POWERS)
    )
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, color=colours(rows))
    bands = base.mark_area(opacity=0.18, clip=True).encode(y=alt.Y("low:Q"), y2="high:Q")
    lines = base.mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=18)).encode(
        y=alt.Y("mean:Q", title=title, scale=alt.Scale(zero=False)),
        tooltip=["variant:N", "rate:Q", "mean:Q", "low:Q", "high:Q"],
    )
    return (bands + lines).properties(width=410, height=280)
