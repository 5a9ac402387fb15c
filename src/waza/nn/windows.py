"""Sliding windows over images: output sizes, `im2col` and `col2im`."""

import itertools
import numbers
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Shaped

from waza.core.errors import Error
from waza.nn.images import as_images

Pair = tuple[int, int]
Sides = tuple[Pair, Pair]
Size = int | Pair
AxisPadding = int | Literal["same", "valid"]
Padding = AxisPadding | Pair


class Windows(NamedTuple):
    """The settings of sliding windows, each a pair (of the height, of the width); created by `windows`."""

    kernel_size: Pair
    strides: Pair
    padding: tuple[AxisPadding, AxisPadding]

    def sides(self, size: tuple[int, ...]) -> Sides:
        """The cells that padding adds to an image of this (height, width): ((top, bottom), (left, right))."""
        rows, columns = (
            _sides(size[axis], self.kernel_size[axis], self.strides[axis], self.padding[axis]) for axis in (0, 1)
        )
        return rows, columns

    def output(self, size: tuple[int, ...]) -> Pair:
        """The number of windows along the height and the width of an image of this (height, width)."""
        rows, columns = (
            conv_output_size(size[axis], self.kernel_size[axis], self.strides[axis], self.padding[axis])
            for axis in (0, 1)
        )
        return rows, columns

    def offsets(self) -> Iterator[Pair]:
        """The cells of one window, row by row."""
        return itertools.product(range(self.kernel_size[0]), range(self.kernel_size[1]))


def windows(kernel_size: Size, strides: Size = 1, padding: Padding = 0, name: str = "kernel_size") -> Windows:
    """The settings of sliding windows, each given as a number for both axes or as a pair (height, width).

    Args:
        kernel_size: cells of a window.
        strides: cells from one window to the next.
        padding: cells added on either side; "valid" adds none, "same" adds as many cells as give an output of length
            ceil(size / stride), with an odd cell at the end, as in Keras.
        name: the name of `kernel_size` in error messages.

    Raises:
        Error: a setting is neither a whole number nor a pair of them, or is too small.

    >>> windows(3, strides=(2, 1), padding="same")
    Windows(kernel_size=(3, 3), strides=(2, 1), padding=('same', 'same'))
    """
    if isinstance(padding, str) and padding not in ("same", "valid"):
        raise Error(f"padding={padding!r}; expected a number of cells, a pair of them, 'same' or 'valid'")
    both = (padding, padding) if isinstance(padding, str) else _pair("padding", padding, 0)
    return Windows(_pair(name, kernel_size, 1), _pair("strides", strides, 1), both)


def conv_output_size(size: int, kernel_size: int, stride: int = 1, padding: AxisPadding = 0) -> int:
    r"""The number of windows along one axis: $\lfloor (I + 2P - F) / S \rfloor + 1$.

    I is the size, P the padding on either side, F the kernel's size, S the stride. With "same" it is
    $\lceil I / S \rceil$.

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.

    Raises:
        Error: no window fits.

    >>> conv_output_size(28, 5), conv_output_size(227, 11, stride=4), conv_output_size(6, 2, padding=1)
    (24, 55, 7)
    """
    (kernel_size, _), (stride, _), (padding, _) = windows(kernel_size, stride, padding)
    padded = size + sum(_sides(size, kernel_size, stride, padding))
    if size < 1 or padded < kernel_size:
        enough = max(-(-(kernel_size - size) // 2), 0)
        raise Error(
            f"a window of {kernel_size} does not fit an image side of {size} with padding {padding!r}: "
            f"choose a window of at most {max(padded, 1)}, or a padding of at least {enough}"
        )
    return (padded - kernel_size) // stride + 1


def im2col(
    x: Float[Array, "batch height width channels"], kernel_size: Size, strides: Size = 1, padding: Padding = 0
) -> Float[Array, "batch out_height out_width cells"]:
    r"""The cells of each window as one row: $c_{n,i,j,(a,b,k)} = x_{n,\,S i + a - P,\,S j + b - P,\,k}$.

    The cells of a row are ordered as (kernel height, kernel width, channels), so that a convolution with an HWIO
    weight is one matrix product: `im2col(x, ...) @ weight.reshape(-1, outputs)`. Cells of the padding are zero.

    Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks for document
    processing", 2006.

    >>> x = jnp.arange(9.0).reshape(1, 3, 3, 1)
    >>> im2col(x, 2).reshape(4, 4).tolist()
    [[0.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 5.0], [3.0, 4.0, 6.0, 7.0], [4.0, 5.0, 7.0, 8.0]]
    """
    x = as_images(x)
    settings = windows(kernel_size, strides, padding)
    rows, columns = settings.output(x.shape[1:3])
    x = edged(x, settings.sides(x.shape[1:3]))
    down, across = settings.strides
    seen = [
        x[:, top : top + down * (rows - 1) + 1 : down, left : left + across * (columns - 1) + 1 : across]
        for top, left in settings.offsets()
    ]
    return jnp.concatenate(seen, axis=3)


def col2im(
    columns: Float[Array, "batch out_height out_width cells"],
    shape: tuple[int, int, int, int],
    kernel_size: Size,
    strides: Size = 1,
    padding: Padding = 0,
) -> Float[Array, "batch height width channels"]:
    r"""The adjoint of `im2col`: each window's cells are put back in place, and summed where windows overlap.

    $\langle \text{im2col}(x), c \rangle = \langle x, \text{col2im}(c) \rangle$: this is the backward pass of `im2col`.
    It is not the inverse: a cell that is in n windows is multiplied by n.

    Args:
        columns: the result of `im2col` for images of this shape.
        shape: the shape of the images, (batch, height, width, channels).
        kernel_size, strides, padding: as given to `im2col`.

    Raises:
        Error: the columns do not have the shape that `im2col` gives.

    >>> col2im(im2col(jnp.ones((1, 3, 3, 1)), 2), (1, 3, 3, 1), 2)[0, :, :, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """
    settings = windows(kernel_size, strides, padding)
    batch, height, width, channels = shape
    output = settings.output((height, width))
    expected = (batch, *output, settings.kernel_size[0] * settings.kernel_size[1] * channels)
    if columns.shape != expected:
        raise Error(
            f"columns have the shape {columns.shape}; expected {expected} for images of {shape}: "
            "give the result of im2col, and the same kernel_size, strides and padding"
        )
    sides = settings.sides((height, width))
    zero = jnp.zeros((), columns.dtype)
    image = jnp.zeros(shape, columns.dtype)
    for cell, offset in enumerate(settings.offsets()):
        one = columns[..., cell * channels : (cell + 1) * channels]
        # Dilated over the image: strides - 1 zeros between cells, and edges that place them (negative edges crop).
        spread = [
            (start - before, extent - (start - before) - stride * (count - 1) - 1, stride - 1)
            for start, (before, _), extent, count, stride in zip(
                offset, sides, (height, width), output, settings.strides, strict=True
            )
        ]
        image += lax.pad(one, zero, ((0, 0, 0), *spread, (0, 0, 0)))
    return image


def edged(x: Shaped[Array, "batch height width channels"], sides: Sides, value: float = 0.0) -> Array:
    """Pad height and width with the value; negative sides crop.

    >>> edged(jnp.ones((1, 2, 2, 1)), ((1, -1), (0, 0)))[0, :, :, 0].tolist()
    [[0.0, 0.0], [1.0, 1.0]]
    """
    edges = ((0, 0, 0), *((before, after, 0) for before, after in sides), (0, 0, 0))
    return lax.pad(x, jnp.asarray(value, x.dtype), edges)


def _sides(size: int, kernel_size: int, stride: int, padding: AxisPadding) -> Pair:
    """The cells that padding adds before and after one axis."""
    if padding == "same":
        missing = max((-(-size // stride) - 1) * stride + kernel_size - size, 0)
        return missing // 2, missing - missing // 2
    return (0, 0) if isinstance(padding, str) else (padding, padding)


def _pair(name: str, value: Any, least: int) -> Pair:
    """A number for both axes, or a pair of them, as a pair of whole numbers of at least `least`."""
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    whole = all(isinstance(number, numbers.Integral) and not isinstance(number, bool) for number in pair)
    if len(pair) != 2 or not whole or min(pair) < least:
        raise Error(f"{name}={value!r}; expected a whole number of at least {least}, or a pair (height, width)")
    return int(pair[0]), int(pair[1])
