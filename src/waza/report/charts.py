"""Charts: mean lines with bands over seeds, every seed on demand."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.report.words import Words, labels
from waza.study.statistics import t_interval

PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"]
DRAWN_SEEDS = 20
FLOOR = 1e-30
LOGARITHMIC = ("gradient_norm", "update_ratio", "activation_square", "signal_gradient_square")
PROBES = ("gradient_norm", "activation_mean", "activation_std", "saturated", "dead", "update_ratio")
FONT = "system-ui, 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic', sans-serif"


def over_steps(results: xr.Dataset, measure: str, words: Words, language: str) -> alt.Chart:
    """One measure over steps: a line and a band a variant."""
    label = labels(language)
    rows = _bands(results[measure], "step", words, language)
    seeds = _seeds(results[measure], "step", words, language)
    title = label["measures"].get(measure, measure)
    return _lines(rows, seeds, "step", title, alt.Scale(zero=False), alt.Axis(), language).properties(
        width=410, height=280
    )


def in_logarithms(values: xr.DataArray, title: str, words: Words, language: str) -> alt.LayerChart:
    """Positive values over steps on a logarithmic scale: a line and a band a variant."""
    rows = _bands(xr.ufuncs.log10(values.clip(min=FLOOR)), "step", words, language)
    _undo_logarithm(rows)
    scale = alt.Scale(type="log", nice=False)
    axis = alt.Axis(format=".0e", tickCount=8)
    return _lines(rows, [], "step", title, scale, axis, language).properties(width=410, height=280)


def over_layers(results: xr.Dataset, measure: str, words: Words, language: str) -> alt.Chart:
    """One measure over hidden layers, on a logarithmic scale: a line and a band a variant, the deepest of each kind."""
    label = labels(language)
    values = results[measure].isel(step=-1)
    values = values.sel(layer=[name for name in values["layer"].values if str(name).startswith("hidden.")])
    values = values.assign_coords(layer=[int(str(name).removeprefix("hidden.")) + 1 for name in values["layer"].values])
    depth = values.notnull().any("seed").sum("layer")
    values = values.sel(variant=values["variant"][(depth == depth.max()).values])
    rows = _bands(xr.ufuncs.log10(values.clip(min=FLOOR)), "layer", words, language)
    _undo_logarithm(rows)
    scale = alt.Scale(type="log", nice=False)
    return _lines(
        rows, [], "layer", label["measures"][measure], scale, alt.Axis(format=".0e", tickCount=8), language
    ).properties(width=410, height=280)


def by_layer(results: xr.Dataset, measure: str, words: Words, language: str) -> alt.HConcatChart:
    """One probe over steps, a panel a layer."""
    label, logarithmic = labels(language), measure in LOGARITHMIC
    charts = []
    for layer in results["layer"].values:
        values = results[measure].sel(layer=layer)
        if not values.notnull().any():
            continue
        values = xr.ufuncs.log10(values.clip(min=FLOOR)) if logarithmic else values
        rows = _bands(values, "step", words, language)
        if logarithmic:
            _undo_logarithm(rows)
        scale = alt.Scale(type="log", nice=False) if logarithmic else alt.Scale(zero=False)
        axis = alt.Axis(format=".0e", tickCount=5) if logarithmic else alt.Axis()
        chart = _lines(rows, [], "step", None, scale, axis, language)
        charts.append(chart.properties(width=250, height=150, title=str(layer)))
    return alt.hconcat(*charts).properties(title=label["measures"].get(measure, measure))


def colours(rows: list[dict]) -> alt.Color:
    """A colour a variant, the same in every chart of a report, with the legend below."""
    names = list(dict.fromkeys(row["variant"] for row in rows))
    return alt.Color(
        "variant:N",
        title=None,
        sort=names,
        scale=alt.Scale(domain=names, range=[PALETTE[i % len(PALETTE)] for i in range(len(names))]),
        legend=alt.Legend(
            orient="bottom", columns=2, labelLimit=400, symbolStrokeWidth=4, symbolOpacity=1, symbolType="stroke"
        ),
    )


def _lines(
    rows: list[dict], seeds: list[dict], along: str, title: str | None, scale: Any, axis: Any, language: str
) -> Any:
    colour = colours(rows)
    x = alt.X(f"{along}:Q", title=labels(language)[along], axis=alt.Axis(tickMinStep=1))
    y = alt.Y("mean:Q", title=title, scale=scale, axis=axis)
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, color=colour)
    bands = base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    lines = base.mark_line(strokeWidth=2.2).encode(
        y=y, tooltip=["variant:N", f"{along}:Q", "mean:Q", "low:Q", "high:Q"]
    )
    if not seeds:
        return bands + lines
    shown = alt.param(name="seeds_shown", value=False, bind=alt.binding_checkbox(name=labels(language)["every_seed"]))
    each = (
        alt.Chart(alt.Data(values=seeds))
        .mark_line(strokeWidth=0.8)
        .encode(
            x=x,
            y=alt.Y("value:Q", scale=scale),
            color=colour,
            detail="seed:N",
            opacity=alt.condition(shown, alt.value(0.5), alt.value(0.0)),
        )
        .add_params(shown)
    )
    return bands + each + lines


def _bands(values: xr.DataArray, along: str, words: Words, language: str) -> list[dict]:
    """Mean and 95 % interval over seeds, at each point of the axis where all seeds are finite."""
    rows = []
    for variant in values["variant"].values:
        for at in values[along].values:
            one = values.sel({"variant": variant, along: at}).values
            if not np.isfinite(one).all():
                continue
            interval = t_interval(one)
            ends = (interval.low, interval.high) if len(one) > 1 else (interval.mean, interval.mean)
            rows.append(
                {
                    "variant": words[language].variant(str(variant)),
                    along: int(at),
                    **{
                        name: float(f"{value:.4g}")
                        for name, value in zip(("mean", "low", "high"), (interval.mean, *ends), strict=True)
                    },
                }
            )
    return rows


def _undo_logarithm(rows: list[dict]) -> None:
    """Means and bands of log10 values, as values."""
    for row in rows:
        row |= {name: float(f"{10 ** row[name]:.4g}") for name in ("mean", "low", "high")}


def _seeds(values: xr.DataArray, along: str, words: Words, language: str) -> list[dict]:
    """Every seed's own line, up to 20 of them."""
    return [
        {
            "variant": words[language].variant(str(variant)),
            "seed": int(seed),
            along: int(at),
            "value": float(f"{value:.4g}"),
        }
        for variant in values["variant"].values
        for seed in values["seed"].values[:DRAWN_SEEDS]
        for at, value in zip(values[along].values, values.sel(variant=variant, seed=seed).values, strict=True)
        if np.isfinite(value)
    ]


def dressed(chart: Any) -> Any:
    """The chart in the house's dress."""
    return (
        chart.configure(font=FONT, background="white")
        .configure_view(stroke=None)
        .configure_axis(grid=True, gridColor="#e8e8e8", domain=False, labelFontSize=12, titleFontSize=13)
        .configure_legend(labelFontSize=13)
        .configure_title(fontSize=14, anchor="start")
    )
