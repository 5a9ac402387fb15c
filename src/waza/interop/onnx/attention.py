"""Attention as ONNX operators: the attention of recurrent decoders, and multi-head attention."""

import functools
import math
from typing import Any

import numpy as np

from waza.core.names import public_name
from waza.interop.onnx.emit import emit, without_counterpart
from waza.interop.onnx.graph import Graph, Value
from waza.interop.onnx.plain import affine
from waza.nn import AdditiveAttention, Attention, DotAttention, GeneralAttention, MultiHead
from waza.nn.attention import Heads, Memory

LEAST = float(np.finfo(np.float32).min)
# The trees of the layers' arrays, which hold values of a graph here; a memory without padding has None as `real`.
MEMORY: Any = Memory
HEADS: Any = Heads


def real_steps(graph: Graph, lengths: Value, x: Value) -> Value:
    """The mask (batch, steps) of the steps before each row's length; the steps are the second axis of x."""
    steps = x.shape[1]
    count = graph.size(x, steps) if isinstance(steps, str) else graph.constant([steps], "int64")
    places = graph.count(count)._replace(shape=(steps,))
    return graph.binary("Less", places, graph.unsqueeze(graph.cast(lengths, "int64"), 1), "bool")


def without_padding(graph: Graph, x: Value, real: Value) -> Value:
    """x (batch, steps, ...) with zeros in place of padding."""
    for _ in range(x.rank - 2):
        real = graph.unsqueeze(real, -1)
    return graph.where(real, x, graph.constant(0, x.dtype))


def masked_softmax(graph: Graph, scores: Value, mask: Value | None) -> Value:
    """The softmax over the last axis, where the mask is true; zeros elsewhere."""
    if mask is None:
        return graph.add("Softmax", [scores], scores.shape, scores.dtype, axis=-1)
    kept = graph.where(mask, scores, graph.constant(LEAST, "float32"))
    weights = graph.add("Softmax", [kept], kept.shape, kept.dtype, axis=-1)
    return graph.where(mask, weights, graph.constant(0, "float32"))


@functools.singledispatch
def keys_of(layer: Attention, graph: Graph, variables: Any, values: Value) -> Value:
    """What the scores are computed with, for the values of a memory."""
    raise without_counterpart(public_name(type(layer)), "no operators are written for it", "train nn.DotAttention")


@functools.singledispatch
def scores_of(layer: Attention, graph: Graph, variables: Any, queries: Value, keys: Value) -> Value:
    """The score of each query (batch, time, queries) and each key."""
    raise without_counterpart(public_name(type(layer)), "no operators are written for it", "train nn.DotAttention")


@keys_of.register
def _(layer: DotAttention, graph: Graph, variables: Any, values: Value) -> Value:
    return values


@keys_of.register
def _(layer: GeneralAttention, graph: Graph, variables: Any, values: Value) -> Value:
    return affine(graph, values, variables["key"])


@keys_of.register
def _(layer: AdditiveAttention, graph: Graph, variables: Any, values: Value) -> Value:
    return affine(graph, values, variables["key"], variables["bias"])


@scores_of.register
def _(layer: DotAttention, graph: Graph, variables: Any, queries: Value, keys: Value) -> Value:
    if layer.scaled:
        queries = graph.binary("Div", queries, graph.constant(math.sqrt(layer.queries), "float32"))
    return graph.matmul(queries, graph.transpose(keys, (0, 2, 1)))


@scores_of.register
def _(layer: GeneralAttention, graph: Graph, variables: Any, queries: Value, keys: Value) -> Value:
    return graph.matmul(queries, graph.transpose(keys, (0, 2, 1)))


@scores_of.register
def _(layer: AdditiveAttention, graph: Graph, variables: Any, queries: Value, keys: Value) -> Value:
    projected = graph.unsqueeze(affine(graph, queries, variables["query"]), 2)
    units = graph.unary("Tanh", graph.binary("Add", projected, graph.unsqueeze(keys, 1)))
    return graph.squeeze(affine(graph, units, np.asarray(variables["score"])[None]), 3)


def attend(layer: Attention, graph: Graph, variables: Any, queries: Value, memory: Any) -> tuple[Value, Value]:
    """The context of each query, and its weights."""
    mask = None if memory.real is None else graph.unsqueeze(memory.real, 1)
    weights = masked_softmax(graph, scores_of(layer, graph, variables, queries, memory.keys), mask)
    return graph.matmul(weights, memory.values), weights


@emit.register
def _(layer: Attention, graph: Graph, variables: Any, x: Any) -> Value:
    queries, values = x
    memory = MEMORY(values, keys_of(layer, graph, variables, values), None)
    return attend(layer, graph, variables, queries, memory)[0]


def remember_heads(layer: MultiHead, graph: Graph, variables: Any, memory: Value) -> Any:
    """The keys and values of a memory for each head."""
    return HEADS(*(_heads(layer, graph, variables[name], memory) for name in ("key", "value")))


def attend_heads(
    layer: MultiHead, graph: Graph, variables: Any, x: Value, memory: Any, mask: Value | None = None
) -> tuple[Value, Value]:
    """The outputs of the queries, and the weights of each head.

    Args:
        layer: the attention.
        graph: to which it is added.
        variables: of the layer.
        x: the queries, (batch, queries, size).
        memory: the keys and values.
        mask: what a query may attend to, broadcast to (batch, heads, queries, steps); None for all.
    """
    size = layer.size // layer.heads
    queries = graph.binary(
        "Div", _heads(layer, graph, variables["query"], x), graph.constant(math.sqrt(size), "float32")
    )
    scores = graph.matmul(queries, graph.transpose(memory.keys, (0, 1, 3, 2)))
    weights = masked_softmax(graph, scores, mask)
    contexts = graph.transpose(graph.matmul(weights, memory.values), (0, 2, 1, 3))
    joined = graph.reshape(contexts, (*x.shape[:2], layer.size))
    own = variables["output"]
    return affine(graph, joined, own["weight"], own["bias"]), weights


@emit.register
def _(layer: MultiHead, graph: Graph, variables: Any, x: Value) -> Value:
    return attend_heads(layer, graph, variables, x, remember_heads(layer, graph, variables, x))[0]


def _heads(layer: MultiHead, graph: Graph, variables: Any, x: Value) -> Value:
    """A product of x, cut into heads."""
    y = affine(graph, x, variables["weight"], variables["bias"])
    split = graph.reshape(y, (*y.shape[:2], layer.heads, layer.size // layer.heads))
    return graph.transpose(split, (0, 2, 1, 3))
