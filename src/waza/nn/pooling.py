"""Pooling: one number for each window of an image."""

import math
from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from waza.core.errors import Error
from waza.nn.fusion import computed_once
from waza.nn.images import as_images
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.windows import Padding, Pair, Size, Windows, edged, windows

Images = Float[Array, "batch height width channels"]
Pooled = Float[Array, "batch out_height out_width channels"]


def max_pool(x: Images, window: Size = 2, strides: Size | None = None, padding: Padding = 0) -> Pooled:
    r"""$y_{n,i,j,k} = \max_{a,b} x_{n,\,S i + a,\,S j + b,\,k}$; cells of the padding are never the maximum.

    Rows and columns that no window covers are ignored. If several cells of a window are equal to the maximum, the first
    one receives the gradient, as in PyTorch.

    >>> max_pool(jnp.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """
    x = as_images(x)
    settings = pooling_windows(window, strides, padding)
    settings.output(x.shape[1:3])  # raises if the window does not fit
    sides = settings.sides(x.shape[1:3])
    return _max_pool(settings.kernel_size, settings.strides, edged(x, sides, -jnp.inf))


def average_pool(x: Images, window: Size = 2, strides: Size | None = None, padding: Padding = 0) -> Pooled:
    r"""The mean of each window's cells; cells of the padding are not counted, so that constant images stay constant.

    Keras does the same. PyTorch counts the zeros of the padding unless `count_include_pad=False`.

    >>> average_pool(jnp.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """
    x = as_images(x)
    settings = pooling_windows(window, strides, padding)
    real = _real_cells(settings, x.shape[1:3])
    return _sum_pool(settings.kernel_size, settings.strides, edged(x, settings.sides(x.shape[1:3]))) / real.astype(
        x.dtype
    )


class Pool(Layer):
    """Base class of pooling layers: the settings of their windows.

    Args:
        window: cells of a window, a number or (height, width).
        strides: cells from one window to the next; None is the window's size, so that windows do not overlap.
        padding: cells on either side, at most half a window; or "same" or "valid", as in Keras.
    """

    window: Size = 2
    strides: Size | None = None
    padding: Padding = 0

    def __check_init__(self):
        pooling_windows(self.window, self.strides, self.padding)

    def output_size(self, size: Pair) -> Pair:
        """The height and width of the output for images of this height and width."""
        return pooling_windows(self.window, self.strides, self.padding).output(size)


class MaxPool(Pool):
    """The maximum of each window, for each channel (`max_pool`); arguments as in `Pool`.

    Source: Zhou and Chellappa, "Computation of optical flow using a neural network", 1988.

    >>> MaxPool(3, strides=2).apply({}, jnp.ones((2, 55, 55, 96)), Pass()).shape
    (2, 27, 27, 96)
    """

    def apply(self, variables: dict, x: Images, run: Pass) -> Pooled:
        """The maximum of each window."""
        return max_pool(x, self.window, self.strides, self.padding)


class AveragePool(Pool):
    """The mean of each window, for each channel, without padding (`average_pool`); arguments as in `Pool`.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998 (there with a trained
    scale and shift).

    >>> AveragePool(2).apply({}, jnp.ones((2, 5, 4, 3)), Pass()).shape
    (2, 2, 2, 3)
    """

    def apply(self, variables: dict, x: Images, run: Pass) -> Pooled:
        """The mean of each window."""
        return average_pool(x, self.window, self.strides, self.padding)


def pooling_windows(window: Size, strides: Size | None, padding: Padding) -> Windows:
    """The windows of a pooling layer; every window contains a cell of the image.

    Raises:
        Error: a setting is not a valid size, or the padding is more than half a window.

    >>> pooling_windows(2, None, 0).strides
    (2, 2)
    """
    settings = windows(window, window if strides is None else strides, padding, name="window")
    axes = zip(settings.padding, settings.kernel_size, strict=True)
    if any(not isinstance(cells, str) and 2 * cells > size for cells, size in axes):
        raise Error(
            f"padding={padding!r} around a window of {window!r}; expected at most half the window, "
            "so that each window contains a cell of the image: choose less padding or a larger window"
        )
    return settings


# JAX's own gradient of a maximum over windows is a scatter, which on CPUs is ten times slower than the code below.


def _cells(x: Images, window: Pair, strides: Pair) -> list[Pooled]:
    """For each position in the window, row by row, the cells of all windows at that position."""
    (rows, columns), (down, across) = _count(x.shape, window, strides), strides
    return [
        x[:, i : i + (rows - 1) * down + 1 : down, j : j + (columns - 1) * across + 1 : across]
        for i in range(window[0])
        for j in range(window[1])
    ]


def _count(shape: tuple[int, ...], window: Pair, strides: Pair) -> Pair:
    """The number of windows along height and width."""
    rows, columns = ((shape[1 + axis] - window[axis]) // strides[axis] + 1 for axis in (0, 1))
    return rows, columns


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _max_pool(window: Pair, strides: Pair, x: Images) -> Pooled:
    return reduce(jnp.maximum, _cells(x, window, strides))


def _max_pool_forward(window: Pair, strides: Pair, x: Images) -> tuple[Pooled, tuple[Array, Images]]:
    """Also the position of each maximum in its window, in the smallest sufficient integer type."""
    first, *others = _cells(x, window, strides)
    kind = jnp.uint8 if math.prod(window) < 256 else jnp.int32
    best, winner = first, jnp.zeros(first.shape, kind)
    for place, cell in enumerate(others, 1):
        better = (cell > best) | jnp.isnan(cell)
        best, winner = jnp.where(better, cell, best), jnp.where(better, kind(place), winner)
    return best, (winner, x)


def _max_pool_backward(window: Pair, strides: Pair, kept: tuple[Array, Images], gradient: Pooled) -> tuple[Images]:
    winner, x = kept
    winner, gradient = computed_once(winner, gradient)
    return (_spread(window, strides, x.shape, gradient, winner),)


_max_pool.defvjp(_max_pool_forward, _max_pool_backward)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _sum_pool(window: Pair, strides: Pair, x: Images) -> Pooled:
    return sum(_cells(x, window, strides))  # type: ignore[return-value]  # at least one cell


def _sum_pool_forward(window: Pair, strides: Pair, x: Images) -> tuple[Pooled, Images]:
    return _sum_pool(window, strides, x), x


def _sum_pool_backward(window: Pair, strides: Pair, x: Images, gradient: Pooled) -> tuple[Images]:
    return (_spread(window, strides, x.shape, gradient),)


_sum_pool.defvjp(_sum_pool_forward, _sum_pool_backward)


def _spread(
    window: Pair, strides: Pair, shape: tuple[int, ...], gradient: Pooled, winner: Array | None = None
) -> Images:
    """The gradient of the cells: for each cell, the sum over the windows that contain it, or whose maximum it is.

    One pass over the images, which are divided into blocks of the strides' size: a block is covered by the window that
    begins there and by those that begin a few blocks before.
    """
    (down, across), (count, height, width, channels) = strides, shape
    blocks = (-(-height // down), -(-width // across))
    row = lax.broadcasted_iota(jnp.int32, (1, 1, down, 1, across, 1), 2)
    column = lax.broadcasted_iota(jnp.int32, (1, 1, down, 1, across, 1), 4)

    def moved(values: Array, i: int, j: int) -> Array:
        """The values of the window that begins i blocks above and j blocks to the left of each block."""
        edges = ((i, blocks[0] - values.shape[1] - i), (j, blocks[1] - values.shape[2] - j))
        return edged(values, edges)[:, :, None, :, None, :]

    total = jnp.zeros((count, blocks[0], down, blocks[1], across, channels), gradient.dtype)
    for i in range(-(-window[0] // down)):
        for j in range(-(-window[1] // across)):
            place_row, place_column = row + i * down, column + j * across
            reached = (place_row < window[0]) & (place_column < window[1])
            if winner is not None:
                place = jnp.where(reached, place_row * window[1] + place_column, -1).astype(winner.dtype)
                reached &= moved(winner, i, j) == place
            total += jnp.where(reached, moved(gradient, i, j), 0)
    return total.reshape(count, blocks[0] * down, blocks[1] * across, channels)[:, :height, :width]


def _real_cells(settings: Windows, size: tuple[int, ...]) -> np.ndarray:
    """The number of image cells in each window: (out_height, out_width, 1)."""
    outputs, sides = settings.output(size), settings.sides(size)
    seen = []
    for axis in (0, 1):
        first = np.arange(outputs[axis]) * settings.strides[axis] - sides[axis][0]
        seen.append(np.minimum(first + settings.kernel_size[axis], size[axis]) - np.maximum(first, 0))
    return np.multiply.outer(*seen)[..., None]
