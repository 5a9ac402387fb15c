"""The landscape of each variant, and its heights as the ground of a map."""

from typing import Any

import altair as alt
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from waza.models import landscapes
from waza.report.bands import short
from waza.report.inline import Inline
from waza.study.record import record_of

GRID = 61
LEVELS = 12

Box = dict[str, list[float]]  # low and high of "x" and "y"


def scales_of(box: Box) -> dict[str, alt.Scale]:
    """The scales of a map of the box."""
    return {axis: alt.Scale(domain=box[axis], nice=False, zero=False) for axis in ("x", "y")}


def ground(landscape: dict[str, Any], box: Box, names: tuple[str, str] = ("w1", "w2")) -> alt.Chart:
    """The heights of a landscape over a box in grey, the lowest darkest, with the names of the axes."""
    scales, plain = scales_of(box), alt.Axis(grid=False, tickCount=5)
    return (
        alt.Chart(Inline(values=_heights(landscape, box)))
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


def fields_of(results: xr.Dataset, variant: str) -> dict[str, Any]:
    """The settings of a variant, its landscape among them."""
    return dict(record_of(results).settings[variant]["fields"])


def kind_of(landscape: dict[str, Any]) -> str:
    """The class of a described landscape, such as "Quadratic"."""
    return str(landscape["class"].rpartition(".")[2])


def kinds(results: xr.Dataset) -> list[str]:
    """The kinds of landscapes in the results, each once."""
    names = map(str, results["variant"].values)
    return list(dict.fromkeys(kind_of(fields_of(results, name)["landscape"]) for name in names))


def on(results: xr.Dataset, kind: str) -> xr.Dataset:
    """The variants on landscapes of this kind."""
    names = [str(name) for name in results["variant"].values]
    return results.sel(variant=[name for name in names if kind_of(fields_of(results, name)["landscape"]) == kind])


def _heights(landscape: dict[str, Any], box: Box) -> list[dict[str, Any]]:
    """Squares shaded by the root of the height above the lowest point, in `LEVELS` steps, like contour lines."""
    make = getattr(landscapes, kind_of(landscape))
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in landscape["fields"].items()}
    xs, ys = (np.linspace(box[axis][0], box[axis][1], GRID + 1) for axis in ("x", "y"))
    middle = [(edges[:-1] + edges[1:]) / 2 for edges in (xs, ys)]
    points = jnp.stack(jnp.meshgrid(*map(jnp.asarray, middle), indexing="ij"), axis=-1).reshape(-1, 2)
    heights = np.asarray(jax.vmap(make(**fields))(points)).reshape(GRID, GRID)
    root = np.sqrt(np.maximum(heights - heights.min(), 0))
    steps = np.floor(LEVELS * root / max(root.max(), 1e-9)) / LEVELS
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


def _grey(height: float | np.floating) -> str:
    """From slate at the lowest point to white."""
    return "#" + "".join(f"{round(low + (255 - low) * float(height)):02x}" for low in (172, 188, 204))
