"""A convolution as a matrix: the rows of `im2col`, and the number of windows of each cell from `col2im`."""

from collections.abc import Callable
from typing import Any

import altair as alt
import jax.numpy as jnp
import numpy as np
import xarray as xr

from waza import nn
from waza.curriculum.figures.labels import own_labels
from waza.report.inline import Inline
from waza.report.style import titled
from waza.report.words import Words

IMAGES, SIDE, KERNEL = 2, 4, 3
SETTINGS = ((1, 0), (1, 1), (2, 0), (2, 1))
CELL = 20
BLUE, ORANGE, GREEN = 210, 28, 150
EMPTY = "#f2f2f2"


def unrolled(results: xr.Dataset, words: Words, language: str) -> alt.VConcatChart:
    """Two 4x4 images under a 3x3 filter, for stride 1 and 2 and padding 0 and 1; no results are shown.

    The cells of the images are numbered from 1 to 16, each image in a colour of its own; a cell of the padding is
    empty. Above are the rows of `im2col`, below the number of windows over each cell of the first image.
    """
    say = own_labels(language)["unrolled"]
    shape = (IMAGES, SIDE, SIDE, 1)
    numbered = jnp.arange(1.0, IMAGES * SIDE * SIDE + 1).reshape(shape)
    rows, seen = [], []
    for stride, padding in SETTINGS:
        title = say["title"].format(stride=stride, padding=padding)
        columns = nn.im2col(numbered, KERNEL, stride, padding)
        rows.append(titled(_squares(np.asarray(columns).reshape(-1, KERNEL**2), _cell), title))
        back = nn.col2im(jnp.ones_like(columns), shape, KERNEL, stride, padding)
        seen.append(titled(_squares(np.asarray(back)[0, :, :, 0], _count), title))
    matrices = titled(alt.hconcat(*rows), say["im2col"])
    return alt.vconcat(matrices, titled(alt.hconcat(*seen), say["col2im"]))


def _cell(value: int) -> tuple[str, str]:
    """The number and the colour of an image's cell; zero is the padding."""
    if value == 0:
        return "", EMPTY
    image, cell = divmod(value - 1, SIDE**2)
    return str(cell + 1), _shade((BLUE, ORANGE)[image], cell / SIDE**2)


def _count(value: int) -> tuple[str, str]:
    """A number of windows, and its colour."""
    return str(value), _shade(GREEN, value / KERNEL**2)


def _shade(hue: int, depth: float) -> str:
    return f"hsl({hue}, 65%, {95 - 35 * depth:.0f}%)"


def _squares(values: np.ndarray, shown: Callable[[int], tuple[str, str]]) -> Any:
    """A matrix of squares with their numbers."""
    squares = []
    for (row, column), value in np.ndenumerate(values):
        text, colour = shown(int(value))
        squares.append({"row": row, "column": column, "text": text, "colour": colour})
    gap = alt.Scale(paddingInner=0.06)
    base = alt.Chart(Inline(values=squares)).encode(
        x=alt.X("column:O", axis=None, scale=gap), y=alt.Y("row:O", axis=None, scale=gap)
    )
    layers = alt.layer(
        base.mark_rect().encode(color=alt.Color("colour:N", scale=None)),
        base.mark_text(fontSize=10).encode(text="text:N"),
    )
    return layers.properties(width=CELL * values.shape[1], height=CELL * values.shape[0])
