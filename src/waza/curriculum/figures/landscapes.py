"""The landscape of each variant, and its heights as the ground of a map."""

import base64
import struct
import zlib
from typing import Any

import altair as alt
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from waza.models import landscapes
from waza.report.inline import Inline
from waza.study.record import record_of

GRID = 240
LEVELS = 14
LOWEST, HIGHEST = np.array([176, 196, 214]), np.array([250, 251, 252])  # slate to white

Box = dict[str, list[float]]  # low and high of "x" and "y"


def scales_of(box: Box) -> dict[str, alt.Scale]:
    """The scales of a map of the box."""
    return {axis: alt.Scale(domain=box[axis], nice=False, zero=False) for axis in ("x", "y")}


def ground(landscape: dict[str, Any], box: Box, names: tuple[str, str] = ("w1", "w2")) -> alt.Chart:
    """The heights of a landscape over a box as an image, the lowest darkest, with the names of the axes."""
    scales, plain = scales_of(box), alt.Axis(grid=False, tickCount=4)
    corners = {"x": box["x"][0], "x2": box["x"][1], "y": box["y"][0], "y2": box["y"][1]}
    return (
        alt.Chart(Inline(values=[{**corners, "url": _image(_shades(landscape, box))}]))
        .mark_image(aspect=False)
        .encode(
            x=alt.X("x:Q", scale=scales["x"], title=names[0], axis=plain),
            x2="x2:Q",
            y=alt.Y("y:Q", scale=scales["y"], title=names[1], axis=plain),
            y2="y2:Q",
            url="url:N",
        )
    )


def fields_of(results: xr.Dataset, variant: str) -> dict[str, Any]:
    """The settings of a variant, its landscape among them."""
    return dict(record_of(results).settings[variant]["fields"])


def kind_of(landscape: dict[str, Any]) -> str:
    """The class of a described landscape, such as "Quadratic"."""
    return str(landscape["class"].rpartition(".")[2])


def on(results: xr.Dataset, kind: str) -> xr.Dataset:
    """The variants on landscapes of this kind, without those that learn something else."""
    names = [str(name) for name in results["variant"].values]
    return results.sel(variant=[name for name in names if _kind_of_variant(results, name) == kind])


def _kind_of_variant(results: xr.Dataset, variant: str) -> str:
    landscape = fields_of(results, variant).get("landscape")
    return kind_of(landscape) if landscape else ""


def _shades(landscape: dict[str, Any], box: Box) -> np.ndarray:
    """Colours (row, column, channel) by the root of the height above the lowest point, in steps like contour lines."""
    make = getattr(landscapes, kind_of(landscape))
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in landscape["fields"].items()}
    (left, right), (low, high) = box["x"], box["y"]
    x, y = jnp.linspace(left, right, GRID), jnp.linspace(high, low, GRID)
    points = jnp.stack(jnp.meshgrid(x, y), axis=-1).reshape(-1, 2)
    heights = np.asarray(jax.vmap(make(**fields))(points)).reshape(GRID, GRID)
    root = np.sqrt(np.maximum(heights - heights.min(), 0))
    steps = np.floor(LEVELS * root / max(root.max(), 1e-9)) / LEVELS
    return (LOWEST + (HIGHEST - LOWEST) * steps[..., None]).astype(np.uint8)


def _image(colours: np.ndarray) -> str:
    """Colours (row, column, channel) as the address of a PNG image."""
    height, width, _ = colours.shape
    rows = b"".join(b"\0" + row.tobytes() for row in colours)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits of red, green and blue

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
