"""Whole networks as ONNX operators: perceptrons, chains, convolutional networks, autoencoders, sequence models."""

from typing import Any

import numpy as np

from waza.interop.latent import LatentDecoder, LatentEncoder
from waza.interop.onnx.emit import activated, emit
from waza.interop.onnx.graph import Graph, Value
from waza.interop.onnx.plain import affine, flattened
from waza.interop.onnx.recurrent import at_step, scan
from waza.models import MLP, AlexNet, Autoencoder, Chain, ConvNet, DeconvNet, LanguageModel, SequenceModel
from waza.models.convnet import Convolved
from waza.models.hidden import Hidden
from waza.models.tied_weights import with_weights


@emit.register
def _(layer: Hidden, graph: Graph, variables: Any, x: Value) -> Value:
    x = emit(layer.dense, graph, variables["dense"], x)
    if layer.norm is not None and layer.norm_position == "before":
        x = emit(layer.norm, graph, variables["norm"], x)
    x = activated(layer.activation, graph, x)
    if layer.norm is not None and layer.norm_position == "after":
        x = emit(layer.norm, graph, variables["norm"], x)
    return x


@emit.register
def _(layer: MLP, graph: Graph, variables: Any, x: Value) -> Value:
    return _dense_layers(layer, graph, variables, flattened(graph, x))


@emit.register
def _(layer: Chain, graph: Graph, variables: Any, x: Any) -> Any:
    for one, own in zip(layer.parts()["layers"], variables["layers"], strict=True):
        x = emit(one, graph, own, x)
    return x


@emit.register
def _(layer: Convolved, graph: Graph, variables: Any, x: Value) -> Value:
    x = emit(layer.convolution, graph, variables["convolution"], x)
    if layer.norm is not None:
        x = emit(layer.norm, graph, variables["norm"], x)
    x = activated(layer.activation, graph, x)
    for one in (layer.local_response, layer.pool):
        x = x if one is None else emit(one, graph, {}, x)
    return x


@emit.register
def _(layer: ConvNet, graph: Graph, variables: Any, x: Value) -> Value:
    for one, own in zip(layer.parts()["convolutions"], variables["convolutions"], strict=True):
        x = emit(one, graph, own, x)
    return _dense_layers(layer, graph, variables, flattened(graph, x))


@emit.register
def _(layer: AlexNet, graph: Graph, variables: Any, x: Value) -> Value:
    y: Value = emit(layer.network(), graph, variables, x)
    return y


@emit.register
def _(layer: DeconvNet, graph: Graph, variables: Any, x: Value) -> Value:
    parts = layer.parts()
    for one, own in zip(parts["hidden"], variables["hidden"], strict=True):
        x = emit(one, graph, own, x)
    x = graph.reshape(x, (x.shape[0], *layer.mirrored.sizes()[-1]))
    for i, (one, own) in enumerate(zip(parts["convolutions"], variables["convolutions"], strict=True)):
        x = emit(one, graph, own, x)
        x = activated(layer.activation, graph, x) if i + 1 < len(parts["convolutions"]) else x
    return x


@emit.register
def _(layer: Autoencoder, graph: Graph, variables: Any, x: Value) -> Value:
    own = variables["decoder"]
    if layer.tied:
        own = with_weights(layer.decoder, own, layer.encoder, variables["encoder"])
    code = emit(layer.encoder, graph, variables["encoder"], x)
    return _as_rows(graph, emit(layer.decoder, graph, own, code), layer.shape)


@emit.register
def _(layer: LatentEncoder, graph: Graph, variables: Any, x: Value) -> tuple[Value, Value]:
    y, latent = emit(layer.model.encoder, graph, variables["model"]["encoder"], x), layer.model.latent
    return graph.slice(y, 1, 0, latent), graph.slice(y, 1, latent, 2 * latent)


@emit.register
def _(layer: LatentDecoder, graph: Graph, variables: Any, x: Value) -> Value:
    outputs = emit(layer.model.decoder, graph, variables["model"]["decoder"], x)
    rows = _as_rows(graph, outputs, layer.model.shape)
    last = layer.of_outputs()
    return rows if last is None else activated(last.function, graph, rows)


@emit.register
def _(layer: SequenceModel, graph: Graph, variables: Any, x: Value) -> Value:
    z = scan(layer.recurrent, graph, variables["recurrent"], x, None, None)[0]
    if layer.read == "last":
        z = at_step(graph, z, -1)
    y: Value = emit(layer.parts()["output"], graph, variables["output"], z)
    return y if layer.activation is None else activated(layer.activation, graph, y)


@emit.register
def _(layer: LanguageModel, graph: Graph, variables: Any, x: Value) -> Value:
    return language_model(layer, graph, variables, x, None)[0]


def language_model(layer: LanguageModel, graph: Graph, variables: Any, x: Value, state: Any) -> tuple[Value, Any]:
    """The logits after each token (batch, time), and the state."""
    z = graph.take(graph.constant(variables["embedding"]["weight"]), x, 0)
    z, state = scan(layer.recurrent, graph, variables["recurrent"], z, state, None)
    weight = variables["embedding" if layer.tied else "output"]["weight"]
    return affine(graph, z, weight, variables["output"]["bias"]), state


def _dense_layers(layer: Any, graph: Graph, variables: Any, x: Value) -> Value:
    """The parts "hidden" and "output" of a network."""
    parts = layer.parts()
    for one, own in zip(parts["hidden"], variables["hidden"], strict=True):
        x = emit(one, graph, own, x)
    y: Value = emit(parts["output"], graph, variables["output"], x)
    return y


def _as_rows(graph: Graph, x: Value, shape: tuple[int, ...]) -> Value:
    assert np.prod([axis for axis in x.shape[1:] if isinstance(axis, int)]) == np.prod(shape)
    return graph.reshape(x, (x.shape[0], *shape))
