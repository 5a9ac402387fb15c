"""The encoder and one decoding step of a translator as ONNX operators."""

import functools
from collections.abc import Sequence
from typing import Any

import jax

from waza.interop.onnx import transformer
from waza.interop.onnx.attention import MEMORY, attend, keys_of, real_steps, without_padding
from waza.interop.onnx.emit import emit
from waza.interop.onnx.graph import Graph, Value
from waza.interop.onnx.plain import affine
from waza.interop.onnx.recurrent import output_of, scan, step
from waza.interop.translation import DecoderStep, SourceEncoder
from waza.models import EncoderRNN, Seq2Seq, Transformer
from waza.models.seq2seq import Bridge, DecoderRNN, DecoderState
from waza.nn import Bidirectional, RecurrentLayer, StackedRecurrent, SummedDirections

STATE: Any = DecoderState  # of values


@emit.register
def _(layer: SourceEncoder, graph: Graph, variables: Any, x: Any) -> tuple[Value, ...]:
    source, lengths = x
    made = DecoderStep(layer.model)
    if isinstance(layer.model, Transformer):
        return made.context.leaves(transformer.encode(layer.model, graph, variables["model"], source, lengths))
    assert isinstance(layer.model, Seq2Seq)
    model, own = layer.model, variables["model"]
    real = real_steps(graph, lengths, source)
    outputs, state = _read(model.encoder, graph, own["encoder"], source, lengths, real)
    cells = _bridged(model.parts()["bridge"], graph, own["bridge"], state)
    memory, attention = None, model.decoder.attention
    if attention is not None:
        keys = keys_of(attention, graph, own["decoder"]["attention"], outputs)
        memory = MEMORY(outputs, keys, real)
    begun = _start(model.decoder, graph, cells)
    return *made.context.leaves(memory), *made.state.leaves(begun)


@emit.register
def _(layer: DecoderStep, graph: Graph, variables: Any, x: Any) -> tuple[Value, ...]:
    count = len(layer.context.inputs)
    token, known, state = x[0], layer.context.tree(x[1 : 1 + count]), layer.state.tree(x[1 + count :])
    if isinstance(layer.model, Transformer):
        logits, after, weights = transformer.step(layer.model, graph, variables["model"], state, token, *known)
        return logits, weights, *layer.state.leaves(after)
    assert isinstance(layer.model, Seq2Seq)
    decoder, own = layer.model.decoder, variables["model"]["decoder"]
    logits, after, attended = _decoded(decoder, graph, own, state, token, known)
    return logits, *([] if attended is None else [attended]), *layer.state.leaves(after)


@emit.register
def _(layer: EncoderRNN, graph: Graph, variables: Any, x: Value) -> Value:
    return _read(layer, graph, variables, x, None, None)[0]


def _read(
    layer: EncoderRNN, graph: Graph, variables: Any, source: Value, lengths: Value | None, real: Value | None
) -> tuple[Value, Any]:
    """The output of each token, zero after a row's length, and the last state."""
    source = source if real is None else without_padding(graph, source, real)
    z = graph.take(graph.constant(variables["embedding"]["weight"]), source, 0)
    found: tuple[Value, Any] = scan(layer.recurrent, graph, variables["recurrent"], z, None, lengths)
    return found


def _bridged(layer: Bridge, graph: Graph, variables: Any, state: Any) -> tuple[Any, ...]:
    """The start of each of the decoder's layers, from the last state of the encoder's layer at the same height."""
    layers: tuple[RecurrentLayer, ...] = (layer.recurrent,)
    states = (state,)
    if isinstance(layer.recurrent, StackedRecurrent):
        layers, states = layer.recurrent.layers, state
    result = []
    for height, (one, own, cell) in enumerate(zip(layers, states, layer.cells, strict=True)):
        directions = own if isinstance(one, Bidirectional | SummedDirections) else (own,)
        structure: Any = jax.tree.structure(jax.eval_shape(functools.partial(cell.start, 1)))
        arrays = zip(*(structure.flatten_up_to(direction) for direction in directions), strict=True)
        leaves = [
            _joined(layer, graph, variables[height][place] if variables else None, values)
            for place, values in enumerate(arrays)
        ]
        result.append(jax.tree.unflatten(structure, leaves))
    return tuple(result)


def _joined(layer: Bridge, graph: Graph, variables: Any, values: Sequence[Value]) -> Value:
    """An array of a decoder's state, from that of each direction."""
    if layer.form == "sum":
        return values[0] if len(values) == 1 else graph.binary("Add", values[0], values[1])
    return graph.unary("Tanh", affine(graph, graph.concat(values, 1), variables["weight"], variables["bias"]))


def _start(layer: DecoderRNN, graph: Graph, cells: tuple[Any, ...]) -> Any:
    """The state before the first token; see `DecoderRNN.start`."""
    output, readout = (_zeros(graph, cells, size) for size in (layer.cells[-1].hidden_size, layer.size))
    if layer.attention is not None and layer.place == "before":
        output = output_of(layer.cells[-1], graph, cells[-1])
    return STATE(cells, output, readout)


def _zeros(graph: Graph, cells: tuple[Any, ...], size: int) -> Value:
    """Zeros (batch, size), with as many rows as the states of the cells have."""
    first = jax.tree.leaves(cells, is_leaf=lambda node: isinstance(node, Value))[0]
    shape = graph.concat([graph.size(first, first.shape[0]), graph.constant([size], "int64")], 0)
    return graph.add("Expand", [graph.constant(0, "float32"), shape], (first.shape[0], size), "float32")


def _decoded(
    layer: DecoderRNN, graph: Graph, variables: Any, state: Any, token: Value, memory: Any
) -> tuple[Value, Any, Value | None]:
    """The logits after a token, the state, and the weights of attention."""
    x = graph.take(graph.constant(variables["embedding"]["weight"]), token, 0)
    inputs, contexts, weights = [x], [], None

    def context(query: Value) -> tuple[Value, Value]:
        assert layer.attention is not None
        found = attend(layer.attention, graph, variables["attention"], graph.unsqueeze(query, 1), memory)
        return graph.squeeze(found[0], 1), graph.squeeze(found[1], 1)

    if layer.input_feeding:
        inputs.append(state.readout)
    if layer.attention is not None and layer.place == "before":
        read, weights = context(state.output)
        inputs.append(read)
        contexts.append(read)
    x, cells = graph.concat(inputs, 1), []
    for cell, own, before in zip(layer.cells, variables["stack"]["layers"], state.cells, strict=True):
        after, x = step(cell, graph, own["cell"], before, x)
        cells.append(after)
    if layer.attention is not None and layer.place == "after":
        read, weights = context(x)
        contexts.append(read)
    known, own = graph.concat([x, *contexts], 1), variables["readout"]
    readout = graph.unary("Tanh", affine(graph, known, own["weight"], own["bias"]))
    table = variables["embedding" if layer.tied else "output"]["weight"]
    logits = affine(graph, readout, table, variables["output"]["bias"])
    return logits, STATE(tuple(cells), x, readout), weights
