"""Layers over images as ONNX operators; between them images are (batch, height, width, channels), as in waza."""

from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.interop.onnx.emit import emit
from waza.interop.onnx.graph import Graph, Value
from waza.nn import AveragePool, Conv2d, ConvTranspose2d, LocalResponseNorm, MaxPool, Pool
from waza.nn.pooling import pooling_windows
from waza.nn.windows import Windows, windows

FIRST, LAST = (0, 3, 1, 2), (0, 2, 3, 1)  # channels first, as ONNX has them; and last


@emit.register
def _(layer: Conv2d, graph: Graph, variables: Any, x: Value) -> Value:
    settings = windows(layer.kernel_size, layer.strides, layer.padding)
    size = sides_of(x)
    weight = np.asarray(variables["weight"]).transpose(3, 2, 0, 1)
    bias = graph.constant(variables["bias"]) if layer.use_bias else None
    return _windowed(
        graph, "Conv", x, settings, [graph.constant(weight), bias], layer.outputs, settings.output(size),
        group=layer.groups,
    )  # fmt: skip


@emit.register
def _(layer: ConvTranspose2d, graph: Graph, variables: Any, x: Value) -> Value:
    settings = windows(layer.kernel_size, layer.strides, layer.padding)
    more = windows(1, 1, layer.output_padding).padding
    weight = np.asarray(variables["weight"]).transpose(3, 2, 0, 1)
    bias = graph.constant(variables["bias"]) if layer.use_bias else None
    return _windowed(
        graph, "ConvTranspose", x, settings, [graph.constant(weight), bias], layer.outputs,
        layer.output_size(sides_of(x)), output_padding=list(more),
    )  # fmt: skip


@emit.register
def _(layer: MaxPool, graph: Graph, variables: Any, x: Value) -> Value:
    return _pooled(layer, graph, "MaxPool", x)


@emit.register
def _(layer: AveragePool, graph: Graph, variables: Any, x: Value) -> Value:
    return _pooled(layer, graph, "AveragePool", x, count_include_pad=0)


@emit.register
def _(layer: LocalResponseNorm, graph: Graph, variables: Any, x: Value) -> Value:
    """The sum over neighbouring channels is a product with a band of ones: ONNX's own operator has odd sizes only."""
    channels = x.shape[-1]
    assert isinstance(channels, int)
    distance = np.arange(channels)[:, None] - np.arange(channels)  # of the channel that is added to the normalised one
    band = (-(layer.size // 2) <= distance) & (distance <= layer.size - 1 - layer.size // 2)
    total = graph.matmul(graph.binary("Mul", x, x), graph.constant(band, "float32"))
    scaled = graph.binary("Mul", total, graph.constant(layer.alpha, "float32"))
    base = graph.binary("Add", scaled, graph.constant(layer.offset, "float32"))
    power = graph.binary("Pow", base, graph.constant(-layer.beta, "float32"))
    return graph.binary("Mul", x, power)


def _pooled(layer: Pool, graph: Graph, operator: str, x: Value, **more: Any) -> Value:
    settings = pooling_windows(layer.window, layer.strides, layer.padding)
    channels = x.shape[-1]
    assert isinstance(channels, int)
    return _windowed(graph, operator, x, settings, [], channels, settings.output(sides_of(x)), **more)


def _windowed(
    graph: Graph,
    operator: str,
    x: Value,
    settings: Windows,
    constants: list[Value | None],
    channels: int,
    size: tuple[int, ...],
    **more: Any,
) -> Value:
    """An operator with windows, of images with their channels first."""
    (top, bottom), (left, right) = settings.sides(sides_of(x))
    y = graph.add(
        operator,
        [graph.transpose(x, FIRST), *constants],
        (x.shape[0], channels, *size),
        x.dtype,
        kernel_shape=list(settings.kernel_size),
        strides=list(settings.strides),
        pads=[top, left, bottom, right],
        **more,
    )
    return graph.transpose(y, LAST)


def sides_of(x: Value) -> tuple[int, int]:
    """The height and width of images.

    Raises:
        Error: they are not known.
    """
    sides = x.shape[1:3]
    if x.rank != 4 or not all(isinstance(side, int) for side in sides):
        raise Error(f"images of the shape {x.shape} are exported; expected a known height and width")
    return int(sides[0]), int(sides[1])
