"""The layers around exported networks, and the steps of language models, as ONNX operators."""

from typing import Any

import numpy as np

from waza.data.columns import CLIP
from waza.interop.language import LanguageStep
from waza.interop.onnx.emit import emit
from waza.interop.onnx.graph import Graph, Value
from waza.interop.onnx.networks import language_model
from waza.interop.serving import Affine, Bounded, Choice, Columns, OneHot, Pixels, Softmax


@emit.register
def _(layer: Pixels, graph: Graph, variables: Any, x: Value) -> Value:
    return graph.binary("Div", graph.cast(x, "float32"), graph.constant(255, "float32"))


@emit.register
def _(layer: Columns, graph: Graph, variables: Any, x: Value) -> Value:
    plan, parts = layer.plan(), []

    def columns(places: np.ndarray) -> Value:
        return graph.take(x, graph.constant(places), 1)

    def missing(values: Value) -> Value:
        """NaN or infinite."""
        nan, infinite = (graph.add(one, [values], values.shape, "bool") for one in ("IsNaN", "IsInf"))
        return graph.binary("Or", nan, infinite)

    if len(plan.numbers):
        numbers = columns(plan.numbers)
        filled = graph.where(missing(numbers), graph.constant(plan.median), numbers)
        centred = graph.binary("Sub", filled, graph.constant(plan.mean))
        scaled = graph.binary("Div", centred, graph.constant(plan.scale))
        limits = [graph.constant(limit, "float64") for limit in (-CLIP, CLIP)]
        parts.append(graph.add("Clip", [scaled, *limits], scaled.shape, scaled.dtype))
    if len(plan.marked):
        parts.append(missing(columns(plan.marked)))
    if len(plan.category):
        parts.append(graph.binary("Equal", columns(plan.category), graph.constant(plan.code), "bool"))
    if len(plan.others):
        values = columns(plan.others)
        low = graph.binary("GreaterOrEqual", values, graph.constant(0, "float64"), "bool")
        known = graph.binary("And", low, graph.binary("Less", values, graph.constant(plan.categories), "bool"))
        parts.append(graph.unary("Not", known))
    grouped = graph.concat([graph.cast(one, "float32") for one in parts], 1)
    return graph.take(grouped, graph.constant(plan.order), 1)


@emit.register
def _(layer: OneHot, graph: Graph, variables: Any, x: Value) -> Value:
    classes = graph.constant(np.arange(layer.classes), "int32")
    return graph.cast(graph.binary("Equal", graph.unsqueeze(x, 1), classes, "bool"), "float32")


@emit.register
def _(layer: Softmax, graph: Graph, variables: Any, x: Value) -> Value:
    return graph.add("Softmax", [x], x.shape, x.dtype, axis=-1)


@emit.register
def _(layer: Affine, graph: Graph, variables: Any, x: Value) -> Value:
    scaled = graph.binary("Mul", x, graph.constant(layer.scale, "float32"))
    return graph.binary("Add", scaled, graph.constant(layer.shift, "float32"))


@emit.register
def _(layer: Choice, graph: Graph, variables: Any, x: Value) -> tuple[Value, Value]:
    place = graph.add("ArgMax", [x], x.shape[:-1], "int64", axis=-1, keepdims=0)
    return graph.cast(place, "int32"), x


@emit.register
def _(layer: Bounded, graph: Graph, variables: Any, x: Value) -> Value:
    low, high = (graph.constant(bound, "float32") for bound in (layer.low, layer.high))
    bounded = graph.binary("Min", graph.binary("Max", x, low), high)
    return graph.reshape(bounded, (x.shape[0], *layer.shape))


@emit.register
def _(layer: LanguageStep, graph: Graph, variables: Any, x: Any) -> tuple[Value, ...]:
    token, state = graph.unsqueeze(x[0], 1), layer.state.tree(x[1:])
    logits, state = language_model(layer.model, graph, variables["model"], token, state)
    return graph.squeeze(logits, 1), *layer.state.leaves(state)
