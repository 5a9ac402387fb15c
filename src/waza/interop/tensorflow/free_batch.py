"""Tracing of convolutions for batches of any size."""

import contextlib
from collections.abc import Iterator

from jax import lax
from jaxtyping import Array

from waza.nn import convolution
from waza.nn.cpu_convolution import LAYOUT
from waza.nn.windows import Pair, Sides


@contextlib.contextmanager
def plain_convolutions() -> Iterator[None]:
    """While this is entered, `waza.nn.convolve` is traced to XLA's own convolution on CPUs too.

    The forms for CPUs (`waza.nn.cpu_convolution`) divide a batch into parts of a known size, and a batch whose size is
    free has none. They are written for loops over training steps; a prediction has no such loop, and there XLA's own is
    as fast.
    """
    fast = convolution.cpu_convolve
    convolution.cpu_convolve = _plain
    try:
        yield
    finally:
        convolution.cpu_convolve = fast


def _plain(x: Array, weight: Array, strides: Pair, sides: Sides, groups: int) -> Array:
    return lax.conv_general_dilated(x, weight, strides, sides, dimension_numbers=LAYOUT, feature_group_count=groups)
