"""The main measure over learning rates: of a sweep, and of tuning."""

import math
from collections.abc import Mapping
from typing import Any

import altair as alt
import xarray as xr

from waza.core.measure import Measure
from waza.report.bands import bounded, final_row, rounded
from waza.report.inline import Inline
from waza.report.style import HEIGHT, WIDTH, colours, dashes, names_of, power_axis, titled
from waza.report.words import Words, labels
from waza.study.record import RunRecord, record_of
from waza.study.sweep import swept

FEW_RATES = 5
FEWEST_RATES = 3
BEYOND_CHANCE = 2.0
ROOM = 0.15  # of the range of means, above and below it


def over_rates(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart | None:
    """The main measure at the last step over the rates of a sweep, a line a net or optimiser; None without a sweep."""
    rows = rate_rows(results, words, language)
    return rate_curves(results, rows, words[language].measure(record_of(results).main.name), language) if rows else None


def rate_rows(results: xr.Dataset, words: Words, language: str) -> list[dict[str, Any]]:
    """The main measure at the last step for each rate of each sweep."""
    main = record_of(results).main.name
    return [
        {"variant": words[language].variant(what), "rate": rate, **final_row(results, main, name)}
        for what, rates in swept([str(name) for name in results["variant"].values]).items()
        for rate, name in rates.items()
    ]


def rate_curves(results: xr.Dataset, rows: list[dict[str, Any]], title: str, language: str) -> alt.LayerChart:
    """The chart of rows of `rate_rows`."""
    record = record_of(results)
    return _curves(_within(rows, record.main, record), title, language)


def tuning_curves(results: xr.Dataset, words: Words, language: str) -> alt.LayerChart | None:
    """The measure that tuning judged by over the learning rates it tried, at the best other settings.

    None where fewer than three rates were tried."""
    record = record_of(results)
    rows, chosen = [], []
    for choice in record.tuning:
        path = next((path for path in choice.settings if path.endswith("learning_rate")), None)
        if path is None:
            continue
        others = _without(choice.settings, path)
        for one in choice.tried:
            if _without(one.settings, path) == others:
                interval = math.isfinite(one.low) and math.isfinite(one.high)  # not of a single trained trial
                ends = (one.low, one.high) if interval else (one.mean, one.mean)
                values = {"mean": one.mean, "low": ends[0], "high": ends[1]}
                row = {"variant": words[language].variant(choice.variant), "rate": one.settings[path], **values}
                rows.append(row)
                if one.settings == choice.settings:
                    chosen.append(row)
    rates = [len({row["rate"] for row in rows if row["variant"] == name}) for name in names_of(rows)]
    if max(rates, default=0) < FEWEST_RATES:
        return None
    judged = record.tuning[0].measure
    measure = record.declared(f"validation_{judged}")
    if measure not in record.measures:  # a measure that is not one of a split
        measure = record.declared(judged)
    title, note = words[language].measure(measure.name), str(labels(language)["chosen_points"])
    curves = _curves(_within(rows, measure, record), title, language, note)
    picked = (
        alt.Chart(Inline(values=rounded(chosen)))
        .mark_point(size=110, filled=True, opacity=1)
        .encode(x=alt.X("rate:Q"), y=alt.Y("mean:Q"), color=alt.Color("variant:N", legend=None))
    )
    return curves + picked


def _without(settings: Mapping[str, float], path: str) -> dict[str, float]:
    return {key: value for key, value in settings.items() if key != path}


def _within(rows: list[dict[str, Any]], measure: Measure, record: RunRecord) -> list[dict[str, Any]]:
    """The rows within the measure's bounds; where low values are better and have no upper bound, twice chance level.

    Means beyond are left out, and intervals end there.
    """
    high = measure.bounds[1]
    if measure.better == "lower" and math.isinf(high):
        high = BEYOND_CHANCE * record.chance.get(measure.name, math.inf)
    inside = [row for row in rounded(bounded(rows, measure)) if row["mean"] <= high]
    return [row | {"high": min(row["high"], high)} for row in inside]


def _curves(rows: list[dict[str, Any]], title: str, language: str, subtitle: str = "") -> alt.LayerChart:
    rates = sorted({row["rate"] for row in rows})
    scale = alt.Scale(type="log", nice=False, zero=False)
    few = len(rates) <= FEW_RATES
    axis = alt.Axis(values=rates, format="~g") if few else power_axis(rates[0], rates[-1])
    x = alt.X("rate:Q", title=labels(language)["rate"], scale=scale, axis=axis)
    base = alt.Chart(Inline(values=rows)).encode(x=x, color=colours(rows))
    means = [row["mean"] for row in rows]
    room = ROOM * (max(means) - min(means)) if means else 0.0
    upright_scale = alt.Scale(zero=False)
    if room:  # one wide interval must not set the axis
        upright_scale = alt.Scale(domain=[min(means) - room, max(means) + room], zero=False)
    upright = alt.Y("mean:Q", title=None, scale=upright_scale, axis=alt.Axis(tickCount=6))
    bars = base.mark_rule(strokeWidth=1.2, clip=True).encode(y=alt.Y("low:Q", title=None), y2="high:Q")
    tooltip = ["variant:N", "rate:Q", "mean:Q", "low:Q", "high:Q"]
    lines = base.mark_line(strokeWidth=2.2).encode(y=upright, strokeDash=dashes(rows), tooltip=tooltip)
    dots = base.mark_point(filled=True, size=22, opacity=1).encode(y=upright)
    return titled(alt.layer(bars, lines, dots).properties(width=WIDTH, height=HEIGHT), title, subtitle)
