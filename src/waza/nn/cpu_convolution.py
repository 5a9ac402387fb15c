"""Convolution for CPUs: fast forms of the forward pass and of its gradients.

XLA's CPU compiler passes a convolution to Eigen only if its layout is (NHWC, HWIO) -> NHWC. The gradients that JAX
derives have other layouts. XLA converts them to this layout only outside of loops; inside `fori_loop`, `scan` or `map`
they run as a scalar loop, 50 to 150 times slower. Here all three convolutions are written in a form that is fast
everywhere. Measurements are in docs/benchmarks.md.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from waza.nn.portions import one_by_one, summed_over_parts
from waza.nn.windows import Pair, Sides, edged
from waza.nn.winograd import winograd, winograd_weight_gradient

LAYOUT = ("NHWC", "HWIO", "NHWC")
WINOGRAD_KERNELS = ((3, 3), (5, 5))
WINOGRAD_CHANNELS = 64  # least number of input and of output channels for which Winograd's transforms pay off
FEW_INPUTS = range(2, 5)  # with 2 to 4 inputs Eigen's vectors are mostly empty; a product of columns is faster

Images = Float[Array, "batch height width inputs"]
Weight = Float[Array, "kernel_height kernel_width inputs outputs"]
Result = Float[Array, "batch out_height out_width outputs"]


def cpu_convolve(
    x: Images,
    weight: Float[Array, "kernel_height kernel_width group_inputs outputs"],
    strides: Pair,
    sides: Sides,
    groups: int,
) -> Result:
    """The convolution of `waza.nn.convolve`; one group after another."""
    if groups == 1:
        return _convolve(strides, sides, x, weight)
    parts = zip(jnp.split(x, groups, axis=3), jnp.split(weight, groups, axis=3), strict=True)
    return jnp.concatenate([_convolve(strides, sides, *part) for part in parts], axis=3)


def _form(x: Images, weight: Weight, strides: Pair, sides: Sides) -> Result:
    """The convolution in the form that is fastest for these shapes."""
    *kernel, inputs, outputs = weight.shape
    if _winograd_pays(weight.shape, strides):
        return winograd(x, weight, sides)
    if inputs in FEW_INPUTS and strides == (1, 1):
        columns = _columns(edged(x, sides), (kernel[0], kernel[1]))
        return columns @ weight.reshape(-1, outputs)
    return _eigen(x, weight, strides, sides)


def _winograd_pays(weight: tuple[int, ...], strides: Pair) -> bool:
    """Whether a convolution and its gradients are faster by Winograd's filtering."""
    return weight[:2] in WINOGRAD_KERNELS and strides == (1, 1) and min(weight[2:]) >= WINOGRAD_CHANNELS


def _eigen(x: Images, weight: Weight, strides: Pair, sides: Sides, dilation: Pair = (1, 1)) -> Result:
    return lax.conv_general_dilated(x, weight, strides, sides, lhs_dilation=dilation, dimension_numbers=LAYOUT)


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _convolve(strides: Pair, sides: Sides, x: Images, weight: Weight) -> Result:
    return one_by_one(lambda x, weight: _form(x, weight, strides, sides))(x, weight)


def _forward(strides: Pair, sides: Sides, x: Images, weight: Weight) -> tuple[Result, tuple[Images, Weight]]:
    return _convolve(strides, sides, x, weight), (x, weight)


def _backward(strides: Pair, sides: Sides, kept: tuple[Images, Weight], gradient: Result) -> tuple[Images, Weight]:
    x, weight = kept
    size, shape = x.shape[1:3], weight.shape
    to_inputs = one_by_one(lambda gradient, weight: _input_gradient(gradient, weight, strides, sides, size))
    to_weights = one_by_one(lambda x, gradient: _weight_gradient(x, gradient, strides, sides, shape))
    return to_inputs(gradient, weight), to_weights(x, gradient)


_convolve.defvjp(_forward, _backward)


def _input_gradient(gradient: Result, weight: Weight, strides: Pair, sides: Sides, size: tuple[int, ...]) -> Images:
    """The gradient of x: the result's gradient, dilated by the strides, convolved with the weight rotated by 180°."""
    turned = jnp.transpose(weight[::-1, ::-1], (0, 1, 3, 2))
    around = []
    for axis, (before, after) in enumerate(sides):
        kernel, count = weight.shape[axis], gradient.shape[1 + axis]
        unseen = size[axis] + before + after - ((count - 1) * strides[axis] + kernel)  # cells that no window covers
        around.append((kernel - 1 - before, kernel - 1 - after + unseen))
    if strides == (1, 1) and min(min(side) for side in around) >= 0:
        return _form(gradient, turned, (1, 1), (around[0], around[1]))
    return _eigen(gradient, turned, (1, 1), (around[0], around[1]), strides)


def _weight_gradient(x: Images, gradient: Result, strides: Pair, sides: Sides, shape: tuple[int, ...]) -> Weight:
    """The gradient of the weight: the product of each weight's inputs, over all places, with the gradient there."""
    kernel = (shape[0], shape[1])
    if _winograd_pays(shape, strides):
        return winograd_weight_gradient(x, gradient, kernel[0], sides)

    def product(x: Images, gradient: Result) -> Array:
        seen = _rows(edged(x, sides), kernel, strides, gradient.shape[1:3])
        return seen @ gradient.reshape(-1, gradient.shape[3])

    numbers = math.prod(shape[:3]) * math.prod(gradient.shape[1:3])
    return summed_over_parts(product, numbers, x, gradient).reshape(shape)


def _columns(x: Images, kernel: Pair) -> Float[Array, "batch out_height out_width cells"]:
    """The cells of each window as a row (kernel height, kernel width, inputs), for strides of 1.

    The same as `waza.nn.im2col`, in two passes: first over the kernel's columns, then over its rows. This copies fewer
    and longer pieces.
    """
    height, width = (size - cells + 1 for size, cells in zip(x.shape[1:3], kernel, strict=True))
    wide = jnp.concatenate([x[:, :, j : j + width] for j in range(kernel[1])], axis=3)
    return jnp.concatenate([wide[:, i : i + height] for i in range(kernel[0])], axis=3)


def _rows(x: Images, kernel: Pair, strides: Pair, output: tuple[int, ...]) -> Float[Array, "cells places"]:
    """The columns transposed, one row per weight: Eigen multiplies by a transposed matrix at half its speed."""
    down, across = strides
    bottom, right = (output[0] - 1) * down + 1, (output[1] - 1) * across + 1
    x = jnp.transpose(x, (3, 0, 1, 2))
    wide = jnp.concatenate([x[:, :, :, j : j + right : across] for j in range(kernel[1])], axis=0)
    high = jnp.concatenate([wide[:, :, i : i + bottom : down] for i in range(kernel[0])], axis=0)
    return high.reshape(high.shape[0], -1)
