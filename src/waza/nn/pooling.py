"""Pooling: one number for each window of an image."""

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from waza.core.errors import Error
from waza.nn.images import as_images
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.windows import Padding, Pair, Size, Windows, windows

Images = Float[Array, "batch height width channels"]
Pooled = Float[Array, "batch out_height out_width channels"]


def max_pool(x: Images, window: Size = 2, strides: Size | None = None, padding: Padding = 0) -> Pooled:
    r"""$y_{n,i,j,k} = \max_{a,b} x_{n,\,S i + a,\,S j + b,\,k}$; cells of the padding never win.

    Rows and columns that no window reaches are left out. How the gradient is shared among equal cells of a window
    is not promised.

    >>> max_pool(jnp.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """
    x = as_images(x)
    settings = pooling_windows(window, strides, padding)
    if _tiles(settings, x):
        return jnp.max(_tiled(settings, x), axis=(2, 4))
    return lax.reduce_window(x, -jnp.inf, lax.max, *_arguments(settings, x))


def average_pool(x: Images, window: Size = 2, strides: Size | None = None, padding: Padding = 0) -> Pooled:
    r"""The mean of each window's cells; cells of the padding do not count, so that constant images stay constant.

    That is as in Keras. PyTorch counts the zeros of the padding, unless told `count_include_pad=False`.

    >>> average_pool(jnp.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """
    x = as_images(x)
    settings = pooling_windows(window, strides, padding)
    if _tiles(settings, x):
        return jnp.mean(_tiled(settings, x), axis=(2, 4))
    total = lax.reduce_window(x, 0.0, lax.add, *_arguments(settings, x))
    return total / jnp.asarray(_real_cells(settings, x.shape[1:3]), x.dtype)


class Pool(Layer):
    """What pooling layers share: their windows.

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
    """The greatest cell of each window, channel by channel (`max_pool`); arguments as in `Pool`.

    Source: Zhou and Chellappa, "Computation of optical flow using a neural network", 1988.

    >>> MaxPool(3, strides=2).apply({}, jnp.ones((2, 55, 55, 96)), Pass()).shape
    (2, 27, 27, 96)
    """

    def apply(self, variables: dict, x: Images, run: Pass) -> Pooled:
        """The greatest cell of each window."""
        return max_pool(x, self.window, self.strides, self.padding)


class AveragePool(Pool):
    """The mean of each window, channel by channel, over real cells alone (`average_pool`); arguments as in `Pool`.

    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998 (there with a trained
    scale and shift).

    >>> AveragePool(2).apply({}, jnp.ones((2, 5, 4, 3)), Pass()).shape
    (2, 2, 2, 3)
    """

    def apply(self, variables: dict, x: Images, run: Pass) -> Pooled:
        """The mean of each window."""
        return average_pool(x, self.window, self.strides, self.padding)


def pooling_windows(window: Size, strides: Size | None, padding: Padding) -> Windows:
    """The windows of a pooling; every window sees a real cell.

    Raises:
        Error: a setting is no size, or the padding is more than half a window.

    >>> pooling_windows(2, None, 0).strides
    (2, 2)
    """
    settings = windows(window, window if strides is None else strides, padding, name="window")
    axes = zip(settings.padding, settings.kernel_size, strict=True)
    if any(not isinstance(cells, str) and 2 * cells > size for cells, size in axes):
        raise Error(
            f"padding={padding!r} around a window of {window!r}; expected at most half the window, "
            "so that each window sees the image: choose less padding or a larger window"
        )
    return settings


def _tiles(settings: Windows, x: Array) -> bool:
    """Whether the windows neither overlap nor leave gaps nor reach into padding."""
    return settings.strides == settings.kernel_size and settings.sides(x.shape[1:3]) == ((0, 0), (0, 0))


def _tiled(settings: Windows, x: Images) -> Float[Array, "batch rows window_height columns window_width channels"]:
    """The image cut into its windows: for the CPU many times faster than sliding, above all backwards."""
    (height, width), (rows, columns) = settings.kernel_size, settings.output(x.shape[1:3])
    whole = x[:, : rows * height, : columns * width]
    return whole.reshape(x.shape[0], rows, height, columns, width, x.shape[3])


def _arguments(settings: Windows, x: Array) -> tuple:
    """The window, the strides and the padding over all four axes, for windows that fit."""
    size = x.shape[1:3]
    settings.output(size)  # refuses a window that does not fit
    return (1, *settings.kernel_size, 1), (1, *settings.strides, 1), ((0, 0), *settings.sides(size), (0, 0))


def _real_cells(settings: Windows, size: tuple[int, ...]) -> np.ndarray:
    """How many real cells each window sees: (out_height, out_width, 1)."""
    outputs, sides = settings.output(size), settings.sides(size)
    seen = []
    for axis in (0, 1):
        first = np.arange(outputs[axis]) * settings.strides[axis] - sides[axis][0]
        seen.append(np.minimum(first + settings.kernel_size[axis], size[axis]) - np.maximum(first, 0))
    return np.multiply.outer(*seen)[..., None]
