"""The encoder and the decoding step of a Transformer as ONNX operators."""

import math
from typing import Any

import numpy as np

from waza.interop.onnx.attention import HEADS, attend_heads, real_steps, remember_heads, without_padding
from waza.interop.onnx.emit import activated
from waza.interop.onnx.graph import Graph, Value
from waza.interop.onnx.plain import affine
from waza.models import Transformer
from waza.models.transformer import TransformerState
from waza.models.transformer.embedding import LONGEST, PositionedEmbedding
from waza.models.transformer.sublayers import FeedForward, Residual

STATE: Any = TransformerState  # of values


def encode(layer: Transformer, graph: Graph, variables: Any, source: Value, lengths: Value) -> tuple[Any, Value]:
    """The source's keys and values for each layer of the decoder, and the mask of real tokens."""
    parts = layer.parts()
    encoder, decoder, own = parts["encoder"], parts["decoder"], variables["encoder"]
    table = variables["decoder" if layer.shared else "encoder"]["embedding"]
    real = real_steps(graph, lengths, source)
    steps = source.shape[1]
    size = graph.size(source, steps) if isinstance(steps, str) else graph.constant([steps], "int64")
    places = graph.count(size)._replace(shape=(steps,))
    x = _embedded(encoder.embedding, graph, table, without_padding(graph, source, real), places)
    mask = graph.unsqueeze(graph.unsqueeze(real, 1), 1)
    for one, inner in zip(encoder.layers, own["layers"], strict=True):
        norm = inner["attention_norm"]
        z = _enter(one.residual, graph, norm, x)
        memory = remember_heads(one.attention, graph, inner["attention"], z)
        z, _ = attend_heads(one.attention, graph, inner["attention"], z, memory, mask)
        x = _leave(one.residual, graph, norm, x, z)
        x = _fed_forward(one, graph, inner, x)
    if "norm" in encoder.parts():
        x = _normed(graph, own["norm"], x, encoder.parts()["norm"].epsilon)
    x = without_padding(graph, x, real)
    pairs = zip(decoder.layers, variables["decoder"]["layers"], strict=True)
    return tuple(remember_heads(one.source, graph, inner["source"], x) for one, inner in pairs), real


def step(
    layer: Transformer, graph: Graph, variables: Any, state: Any, token: Value, memory: Any, real: Value
) -> tuple[Value, Any, Value]:
    """The logits after a token (batch,), the state (position, seen), and the weights of the source's tokens."""
    decoder, own = layer.parts()["decoder"], variables["decoder"]
    position, seen = state
    now = graph.unsqueeze(position, 1)
    x = _embedded(decoder.embedding, graph, own["embedding"], graph.unsqueeze(token, 1), now)
    most = seen[0].keys.shape[2]
    places = graph.count(graph.size(seen[0].keys, most))._replace(shape=(most,))
    now = graph.cast(now, "int64")
    before = graph.binary("LessOrEqual", places, now, "bool")
    here = graph.unsqueeze(graph.unsqueeze(graph.binary("Equal", places, now, "bool"), 1), 3)
    past, around = (graph.unsqueeze(graph.unsqueeze(mask, 1), 1) for mask in (before, real))
    after, weights = [], real
    for one, inner, kept, source in zip(decoder.layers, own["layers"], seen, memory, strict=True):
        norm = inner["attention_norm"]
        z = _enter(one.residual, graph, norm, x)
        new = remember_heads(one.attention, graph, inner["attention"], z)
        written = HEADS(*(graph.where(here, a, b)._replace(shape=b.shape) for a, b in zip(new, kept, strict=True)))
        z, _ = attend_heads(one.attention, graph, inner["attention"], z, written, past)
        x = _leave(one.residual, graph, norm, x, z)
        norm = inner["source_norm"]
        z = _enter(one.residual, graph, norm, x)
        z, weights = attend_heads(one.source, graph, inner["source"], z, source, around)
        x = _leave(one.residual, graph, norm, x, z)
        x = _fed_forward(one, graph, inner, x)
        after.append(written)
    if "norm" in decoder.parts():
        x = _normed(graph, own["norm"], x, decoder.parts()["norm"].epsilon)
    table = own["embedding" if decoder.tied else "output"]["weight"]
    logits = graph.squeeze(affine(graph, x, table, own["output"]["bias"]), 1)
    shape = (weights.shape[0], weights.shape[3])
    mean = graph.add("ReduceMean", [weights], shape, "float32", axes=[1, 2], keepdims=0)
    position = graph.binary("Add", position, graph.constant(1, "int32"))
    return logits, STATE(position, tuple(after)), mean


def _embedded(layer: PositionedEmbedding, graph: Graph, variables: Any, tokens: Value, positions: Value) -> Value:
    """The vectors of tokens (batch, steps) at positions (steps,) or (batch, steps)."""
    feature = np.arange(layer.width)
    rates = np.asarray(LONGEST ** -(2 * (feature // 2) / layer.width), np.float32)
    angles = graph.binary("Mul", graph.unsqueeze(graph.cast(positions, "float32"), -1), graph.constant(rates))
    sines, cosines = (graph.unary(operator, angles) for operator in ("Sin", "Cos"))
    waves = graph.where(graph.constant(feature % 2 == 0), sines, cosines)
    vectors = graph.take(graph.constant(variables["weight"]), tokens, 0)
    return graph.binary("Add", graph.binary("Mul", vectors, graph.constant(math.sqrt(layer.width), "float32")), waves)


def _fed_forward(layer: Any, graph: Graph, variables: Any, x: Value) -> Value:
    """The feed-forward network with its residual connection."""
    network: FeedForward = layer.feed_forward
    norm, own = variables["feed_forward_norm"], variables["feed_forward"]
    z = _enter(layer.residual, graph, norm, x)
    hidden = activated(network.activation, graph, affine(graph, z, own["hidden"]["weight"], own["hidden"]["bias"]))
    return _leave(layer.residual, graph, norm, x, affine(graph, hidden, own["output"]["weight"], own["output"]["bias"]))


def _enter(layer: Residual, graph: Graph, variables: Any, x: Value) -> Value:
    return _normed(graph, variables, x) if layer.norm_position == "before" else x


def _leave(layer: Residual, graph: Graph, variables: Any, x: Value, y: Value) -> Value:
    x = graph.binary("Add", x, y)
    return _normed(graph, variables, x) if layer.norm_position == "after" else x


def _normed(graph: Graph, variables: Any, x: Value, epsilon: float = 1e-5) -> Value:
    """Layer normalisation."""
    inputs = [x, graph.constant(variables["scale"]), graph.constant(variables["shift"])]
    return graph.add("LayerNormalization", inputs, x.shape, x.dtype, axis=-1, epsilon=float(epsilon))
