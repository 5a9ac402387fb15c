"""Paths down a landscape, drawn over its heights."""

import json
from typing import Any

import altair as alt
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from waza.models import landscapes
from waza.report.bands import short
from waza.report.style import HEIGHT, colours, dashes, titled
from waza.report.words import Words, labels

DRAWN_STARTS, FEW_VARIANTS = 4, 5
GRID = 61
MARGIN = 0.15
WIDEST = 3.0
POINTS = 60


def over_landscapes(results: xr.Dataset, words: Words, language: str) -> list[alt.LayerChart]:
    """A panel a landscape: its heights in grey, and the paths of all its variants from the first starts."""
    settings = json.loads(results.attrs["settings"])
    panels: dict[str, list[str]] = {}
    for name in results["variant"].values:
        panels.setdefault(json.dumps(settings[str(name)]["fields"]["landscape"]), []).append(str(name))
    return [_panel(results, json.loads(landscape), names, words, language) for landscape, names in panels.items()]


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
    base = alt.Chart(alt.Data(values=rows)).encode(
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
    return titled(chart, labels(language)["landscapes"].get(_kind(landscape), _kind(landscape)))


Box = dict[str, list[float]]


def scales_of(box: Box) -> dict[str, alt.Scale]:
    """The scales of a map of this box."""
    return {axis: alt.Scale(domain=box[axis], nice=False, zero=False) for axis in ("x", "y")}


def ground(landscape: dict[str, Any], box: Box, names: tuple[str, str] = ("w1", "w2")) -> alt.Chart:
    """A landscape's heights in grey over a box, the lowest darkest; its axes bear these names."""
    scales, plain = scales_of(box), alt.Axis(grid=False, tickCount=5)
    return (
        alt.Chart(alt.Data(values=_heights(landscape, box)))
        .mark_rect(clip=True)
        .encode(
            x=alt.X("x:Q", scale=scales["x"], title=names[0], axis=plain),
            x2="x2:Q",
            y=alt.Y("y:Q", scale=scales["y"], title=names[1], axis=plain),
            y2="y2:Q",
            color=alt.Color("shade:N", scale=None),
            stroke=alt.Stroke("shade:N", scale=None),
        )
    )


def descent_settings(results: xr.Dataset, variant: str) -> dict[str, Any]:
    """A variant's settings, its landscape among them."""
    return json.loads(results.attrs["settings"])[variant]["fields"]


def landscape_of(results: xr.Dataset, variant: str) -> str:
    """The kind of landscape that a variant walks on, such as "Quadratic"."""
    return _kind(descent_settings(results, variant)["landscape"])


def _kind(landscape: dict[str, Any]) -> str:
    return landscape["class"].rpartition(".")[2]


def _range(values: list[float]) -> list[float]:
    """The span of a coordinate with a margin, no wider than can be read."""
    low, high = max(min(values), -WIDEST), min(max(values), WIDEST)
    room = max(MARGIN * (high - low), 0.05)
    return [low - room, high + room]


def _heights(landscape: dict[str, Any], box: Box) -> list[dict[str, Any]]:
    """Bands of height: the root of the height above the lowest point, in steps, as contour lines would show it."""
    make = getattr(landscapes, _kind(landscape))
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in landscape["fields"].items()}
    xs, ys = (np.linspace(box[axis][0], box[axis][1], GRID + 1) for axis in ("x", "y"))
    middle = [(edges[:-1] + edges[1:]) / 2 for edges in (xs, ys)]
    points = jnp.stack(jnp.meshgrid(*map(jnp.asarray, middle), indexing="ij"), axis=-1).reshape(-1, 2)
    heights = np.asarray(jax.vmap(make(**fields))(points)).reshape(GRID, GRID)
    root = np.sqrt(np.maximum(heights - heights.min(), 0))
    steps = np.floor(12 * root / max(root.max(), 1e-9)) / 12
    return [
        {
            "x": short(xs[i]),
            "x2": short(xs[i + 1]),
            "y": short(ys[j]),
            "y2": short(ys[j + 1]),
            "shade": _grey(steps[i, j]),
        }
        for i in range(GRID)
        for j in range(GRID)
    ]


def _grey(height: float) -> str:
    """From slate at the lowest point to white."""
    return "#" + "".join(f"{round(low + (255 - low) * float(height)):02x}" for low in (172, 188, 204))
