"""Layers over the features of rows as ONNX operators: dense, embedding, dropout, normalisation."""

from typing import Any

import numpy as np

from waza.interop.onnx.emit import activated, emit
from waza.interop.onnx.graph import Graph, Value
from waza.models.chain import Activation
from waza.nn import BatchNorm, Dense, Dropout, Embedding, Flatten, LayerNorm


def affine(graph: Graph, x: Value, weight: Any, bias: Any = None) -> Value:
    """W x + b over the last axis, for a weight (outputs, inputs)."""
    x, weight = graph.cast(x, "float32"), np.asarray(weight)
    shape = (*x.shape[:-1], weight.shape[0])
    if x.rank == 2:
        added = None if bias is None else graph.constant(bias)
        return graph.add("Gemm", [x, graph.constant(weight), added], shape, x.dtype, transB=1)
    y = graph.add("MatMul", [x, graph.constant(weight.T)], shape, x.dtype)
    return y if bias is None else graph.binary("Add", y, graph.constant(bias))


def flattened(graph: Graph, x: Value) -> Value:
    """Rows of all axes but the first."""
    if x.rank == 1:
        return graph.unsqueeze(x, 1)
    sizes = [axis for axis in x.shape[1:] if isinstance(axis, int)]
    assert len(sizes) == x.rank - 1, f"{x} has a free axis among its features"
    return graph.reshape(x, (x.shape[0], int(np.prod(sizes))))


@emit.register
def _(layer: Dense, graph: Graph, variables: Any, x: Value) -> Value:
    return affine(graph, x, variables["weight"], variables.get("bias"))


@emit.register
def _(layer: Flatten, graph: Graph, variables: Any, x: Value) -> Value:
    return flattened(graph, x)


@emit.register
def _(layer: Dropout, graph: Graph, variables: Any, x: Value) -> Value:
    return x


@emit.register
def _(layer: Activation, graph: Graph, variables: Any, x: Value) -> Value:
    return activated(layer.function, graph, x)


@emit.register
def _(layer: Embedding, graph: Graph, variables: Any, x: Value) -> Value:
    return graph.take(graph.constant(variables["weight"]), x, 0)


@emit.register
def _(layer: BatchNorm, graph: Graph, variables: Any, x: Value) -> Value:
    size, last = layer.features(), x.rank - 1
    ones, zeros = np.ones(size, np.float32), np.zeros(size, np.float32)
    scale, shift = (variables["scale"], variables["shift"]) if layer.affine else (ones, zeros)
    statistics = [graph.constant(variables[name].value) for name in ("mean", "variance")]
    first = graph.transpose(x, (0, last, *range(1, last)))
    y = graph.add(
        "BatchNormalization",
        [first, graph.constant(scale), graph.constant(shift), *statistics],
        first.shape,
        x.dtype,
        epsilon=float(layer.epsilon),
    )
    return graph.transpose(y, (0, *range(2, x.rank), 1))


@emit.register
def _(layer: LayerNorm, graph: Graph, variables: Any, x: Value) -> Value:
    scale = variables["scale"] if layer.affine else np.ones(layer.features(), np.float32)
    shift = graph.constant(variables["shift"]) if layer.affine else None
    inputs = [x, graph.constant(scale), shift]
    return graph.add("LayerNormalization", inputs, x.shape, x.dtype, axis=-1, epsilon=float(layer.epsilon))
