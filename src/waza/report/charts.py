"""Charts over steps and over layers: means with intervals over seeds, and every seed on demand."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.report.bands import Lines, bands, bounded, lines_of, parted, short
from waza.report.compared import curved_variants
from waza.report.inline import Inline
from waza.report.layout import small_panels
from waza.report.style import (
    HEIGHT,
    PALETTE,
    WIDTH,
    colours,
    dashes,
    dressed,
    power_axis,
    scale_and_axis,
    titled,
)
from waza.report.words import Words, labels
from waza.study.record import record_of
from waza.study.results import marked, measured

__all__ = ["PALETTE", "PROBES", "by_layer", "colours", "drawn", "dressed", "over_layers", "over_lines", "over_steps"]

DRAWN_SEEDS = 20
FEW_POINTS = 12
MOST_POINTS = 240
WIDE_RANGE = 10.0
VISIBLE = (1e-30, 1e30)
LOGARITHMIC = ("gradient_norm", "update_ratio", "activation_square", "signal_gradient_square")
PROBES = ("gradient_norm", "activation_mean", "activation_std", "saturated", "dead", "update_ratio")


def over_steps(
    results: xr.Dataset, words: Words, language: str, measure: str = "", variants: Sequence[str] = ()
) -> alt.LayerChart | None:
    """A measure over steps, a line a variant.

    A measure of which lower values are better is on a logarithmic scale where it falls far. A cross at the top marks
    the step at which a trial diverges. None where no variant is in the results.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        measure: the main measure by default.
        variants: by default those of `curved_variants`.

    Raises:
        Error: the results have no such measure.
    """
    record, known = record_of(results), set(map(str, results["variant"].values))
    names = [name for name in variants or curved_variants(results) if name in known]
    if not names:
        return None
    declared = record.declared(measure or record.main.name)
    values = marked(results, measured(results, declared.name))
    lines = lines_of(values.sel(variant=names), words, language)
    rows = bounded(bands(lines, "step", overlap=record.overlap), declared)
    seeds = _seeds(lines, "step")
    falls_far = declared.better == "lower" and spans(rows)
    means = [row["mean"] for row in bands(lines, "step", VISIBLE)] if falls_far else []
    if means:
        low, high = min(means) / WIDE_RANGE, max(means) * WIDE_RANGE
        rows = bands(lines, "step", (low, high), record.overlap)
    if rows:
        low, high = min(row["low"] for row in rows), max(row["high"] for row in rows)
        seeds = [one for one in seeds if low <= one["value"] <= high]  # hidden lines also widen the axes
    chart = drawn(rows, "step", language, bool(means), seeds, among=list(lines))
    note = cut_note(lines, rows, language)
    stops = _stops(results, names, words, language)
    if stops:
        chart, note = chart + _crosses(stops, list(lines)), str(labels(language)["crosses"])
    return titled(chart, words[language].measure(declared.name), note)


def _stops(results: xr.Dataset, names: Sequence[str], words: Words, language: str) -> list[dict[str, Any]]:
    """The steps at which trials diverge."""
    steps = {name: results["diverged_at"].sel(variant=name).values for name in names}
    return [
        {"variant": words[language].variant(name), "step": int(step)}
        for name, some in steps.items()
        for step in some[some >= 0]
    ]


def _crosses(stops: Sequence[dict[str, Any]], names: Sequence[str]) -> alt.Chart:
    """A cross at the top of the chart for each step at which a trial diverges."""
    return (
        alt.Chart(Inline(values=list(stops)))
        .mark_point(shape="cross", angle=45, size=70, filled=True, opacity=0.9)
        .encode(x="step:Q", y=alt.value(0), color=colours(stops, names), tooltip=["variant:N", "step:Q"])
    )


def cut_note(lines: Lines, rows: Sequence[dict[str, Any]], language: str) -> str:
    """The note that a line ends where it leaves the chart's range, if one does."""
    points = sum(int(values.notnull().any("seed").sum()) for values in lines.values())
    return str(labels(language)["cut"]) if len(rows) < points else ""


def over_lines(
    lines: Lines,
    title: str,
    language: str,
    within: tuple[float, float] | None,
    dashed: bool = True,
    first_steps: bool = False,
) -> alt.LayerChart:
    """Lines over steps, on a logarithmic scale within a range if one is given; a note says where a line leaves it.

    With `first_steps` the steps, which must not count from 0, are on a logarithmic scale too.
    """
    few = {name: thinned(values, first_steps) for name, values in lines.items()}
    rows = bands(few, "step", within)
    note = cut_note(few, rows, language) if within is not None else ""
    chart = drawn(rows, "step", language, within is not None, dashed=dashed, first_steps=first_steps)
    return titled(chart, title, note)


def thinned(values: xr.DataArray, geometric: bool = False) -> xr.DataArray:
    """At most `MOST_POINTS` steps, evenly spaced or in equal ratios."""
    count = values.sizes["step"]
    places = (np.geomspace(1, count, MOST_POINTS) - 1) if geometric else np.linspace(0, count - 1, MOST_POINTS)
    return values.isel(step=np.unique(np.round(places).astype(int)))


def over_layers(
    results: xr.Dataset, words: Words, language: str, measure: str, step: int = -1, prefix: str = ""
) -> alt.LayerChart:
    """A measure over layers, or over whatever else its parts are named by, at one evaluation.

    Only layers whose names begin with `prefix`, and only the variants that have the most of them.

    Raises:
        Error: the results have no such measure.
    """
    label, logarithmic = labels(language), measure in LOGARITHMIC
    values = marked(results, measured(results, measure)).isel(step=step).dropna("layer", how="all")
    layers = [str(name) for name in values["layer"].values if str(name).startswith(prefix)]
    values = values.sel(layer=layers).assign_coords(layer=range(1, len(layers) + 1))
    depth = values.notnull().any("seed").sum("layer")
    values = values.sel(variant=values["variant"][(depth == depth.max()).values])
    within, overlap = VISIBLE if logarithmic else None, record_of(results).overlap
    rows = bands(lines_of(values, words, language), "layer", within, overlap)
    title = words[language].measure(measure)
    trained = results.sizes["step"] > 1
    chart = drawn(rows, "layer", language, logarithmic, x_axis=_layer_axis(layers, label))
    return titled(chart, label["before_training"].format(title) if trained and step == 0 else title)


def by_layer(results: xr.Dataset, words: Words, language: str, measure: str) -> alt.ConcatChart:
    """A measure of layers over steps, a panel a layer."""
    label, logarithmic = labels(language), measure in LOGARITHMIC
    within, overlap = VISIBLE if logarithmic else None, record_of(results).overlap
    charts, every_layer = [], marked(results, results[measure])
    names = list(lines_of(every_layer, words, language))
    for layer in results["layer"].values:
        values = every_layer.sel(layer=layer)
        if not values.notnull().any():
            continue
        rows = bands(lines_of(values, words, language), "step", within, overlap)
        panel = drawn(rows, "step", language, logarithmic, among=names)
        charts.append(titled(panel, layer_name(str(layer), label)))
    return small_panels(charts, words[language].measure(measure))


def layer_name(layer: str, label: dict[str, Any]) -> str:
    """The displayed name of a layer: "hidden layer 1" for "hidden.0"."""
    kind, _, number = layer.partition(".")
    if kind == "hidden" and number.isdigit():
        return str(label["hidden_layer"].format(int(number) + 1))
    return str(label["output_layer"]) if layer == "output" else layer


def drawn(
    rows: list[dict[str, Any]],
    along: str,
    language: str,
    logarithmic: bool,
    seeds: Sequence[dict[str, Any]] = (),
    x_axis: alt.Axis | None = None,
    dashed: bool = True,
    first_steps: bool = False,
    among: Sequence[str] = (),
    x_title: str = "",
    ends: Sequence[float] = (),
) -> Any:
    """Lines with their intervals: bars where there are few points, a band where there are many.

    Args:
        rows: of `bands`.
        along: the field of the horizontal axis.
        language: of the chart.
        logarithmic: whether the vertical axis is.
        seeds: rows of single seeds, shown on demand.
        x_axis: the horizontal axis; by default with a tick at whole numbers.
        dashed: whether lines differ in their dashes; lines that go up and down at each step should not.
        first_steps: a logarithmic horizontal axis.
        among: the names of all lines of the figure, so that each keeps its colour in all panels.
        x_title: of the horizontal axis; by default the label of `along`.
        ends: values between which the vertical axis lies; by default those of the rows.
    """
    values = [row[key] for row in rows for key in ("low", "high")]
    x_scale = alt.Scale(type="log", nice=False) if first_steps else alt.Scale(zero=False, nice=False)
    if first_steps:
        x_axis = power_axis(1, max([row[along] for row in rows], default=1))
    x_axis = x_axis or alt.Axis(tickMinStep=1, tickCount=5)
    x = alt.X(f"{along}:Q", title=x_title or labels(language)[along], axis=x_axis, scale=x_scale)
    y = scale_and_axis(ends or values, logarithmic)
    if ends:
        y["scale"].domain = [min(ends), max(ends)]
    colour = colours(rows, among)
    base = alt.Chart(Inline(values=rows)).encode(x=x, color=colour)
    apart: dict[str, Any] = {"detail": parts} if (parts := parted(rows)) else {}
    to = {"y": alt.Y("low:Q", title=None, **y), "y2": "high:Q"}
    few = len({row[along] for row in rows}) <= FEW_POINTS
    spread = (base.mark_rule(strokeWidth=1.2) if few else base.mark_area(opacity=0.12)).encode(**to, **apart)
    tooltip = ["variant:N", f"{along}:Q", "mean:Q", "low:Q", "high:Q"]
    at = {"y": alt.Y("mean:Q", title=None, **y), "tooltip": tooltip}
    dash = {"strokeDash": dashes(rows, among)} if dashed else {}
    line = base.mark_line(strokeWidth=2.2 if dashed else 1.4).encode(**dash, **at, **apart)
    layers = [spread, line, *([base.mark_point(filled=True, size=22, opacity=1).encode(**at)] if few else [])]
    if seeds and rows:
        layers.insert(1, _every_seed(seeds, x, y["scale"], colour, language))
    return alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)


def spans(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether the means are positive and the largest is more than `WIDE_RANGE` times the smallest."""
    means = [row["mean"] for row in rows]
    return bool(means) and min(means) > 0 and max(means) > WIDE_RANGE * min(means)


def _every_seed(seeds: Sequence[dict[str, Any]], x: alt.X, scale: alt.Scale, colour: alt.Color, language: str) -> Any:
    shown = alt.param(name="seeds_shown", value=False, bind=alt.binding_checkbox(name=labels(language)["every_seed"]))
    return (
        alt.Chart(Inline(values=list(seeds)))
        .mark_line(strokeWidth=0.8)
        .encode(
            x=x,
            y=alt.Y("value:Q", scale=scale),
            color=colour,
            detail=["seed:N", *parts] if (parts := parted(seeds)) else "seed:N",
            opacity=alt.condition(shown, alt.value(0.5), alt.value(0.0)),
        )
        .add_params(shown)
    )


def _seeds(lines: Lines, along: str) -> list[dict[str, Any]]:
    """Rows of every seed's own line, of at most `DRAWN_SEEDS` seeds."""
    rows = []
    for name, values in lines.items():
        for seed in values["seed"].values[:DRAWN_SEEDS]:
            part, begun, gap = 0, False, False
            for at, value in zip(values[along].values, values.sel(seed=seed).values, strict=True):
                if np.isnan(value):
                    gap = begun
                elif np.isfinite(value):
                    part, begun, gap = part + gap, True, False
                    row = {"variant": name, "seed": int(seed), along: int(at), "value": short(value)}
                    rows.append(row | ({"part": part} if part else {}))
    return rows


def _layer_axis(layers: Sequence[str], label: dict[str, Any]) -> alt.Axis:
    """An axis with the numbers of hidden layers, and the names of other layers."""
    count = len(layers)
    apart = next(step for step in (1, 2, 5, 10, 20, 50, 100, count) if count <= 10 * step)
    values = list(dict.fromkeys([1, *range(apart, count + 1, apart)]))
    numbers = {f"hidden.{i}": str(i + 1) for i in range(count)}
    names = [numbers.get(name, label["output"] if name == "output" else name) for name in layers]
    axis: dict[str, Any] = {"values": values, "labelExpr": f"{json.dumps(names, ensure_ascii=False)}[datum.value - 1]"}
    return alt.Axis(**axis) if set(layers) & {*numbers, "output"} else alt.Axis(title=None, **axis)
