"""Recurrent layers as ONNX's RNN, LSTM and GRU, with lengths, peepholes and both directions."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from waza.core.names import public_name
from waza.interop.onnx.emit import emit, operator_of, without_counterpart
from waza.interop.onnx.graph import Graph, Value
from waza.nn import (
    GRU,
    LSTM,
    SSRU,
    Bidirectional,
    Cell,
    LastOutput,
    LSTMState,
    Recurrent,
    RecurrentLayer,
    SimpleRNN,
    StackedRecurrent,
    SummedDirections,
)

STATE: Any = LSTMState  # of values
OPEN = 30.0  # the bias of a gate that is always 1: in float32 its sigmoid is 1


class Weights(NamedTuple):
    """A cell as ONNX has it.

    Attributes:
        operator: "RNN", "LSTM" or "GRU".
        input: (gates * units, inputs).
        recurrent: (gates * units, units).
        bias: (2 * gates * units), of both products.
        activations: of the operator, in its order; None is the identity.
        peephole: (3 * units), or None.
        settings: further attributes.
    """

    operator: str
    input: np.ndarray
    recurrent: np.ndarray
    bias: np.ndarray
    activations: tuple[Callable | str | None, ...]
    peephole: np.ndarray | None = None
    settings: dict[str, int] = {}  # noqa: RUF012  # never changed


@functools.singledispatch
def weights_of(cell: Cell, variables: Any) -> Weights:
    """A cell's variables as ONNX orders them.

    Raises:
        Error: ONNX has no such cell.
    """
    raise without_counterpart(public_name(type(cell)), "it has RNN, LSTM and GRU", "train one of these cells")


@weights_of.register
def _(cell: SimpleRNN, variables: Any) -> Weights:
    units = cell.hidden_size
    bias = np.concatenate([_bias(cell, variables, units), np.zeros(units, np.float32)])
    return Weights("RNN", _array(variables["input"]), _array(variables["recurrent"]), bias, (cell.activation,))


@weights_of.register
def _(cell: GRU, variables: Any) -> Weights:
    units = cell.hidden_size
    update = np.r_[units : 2 * units, :units, 2 * units : 3 * units]  # ONNX has the update gate first
    recurrent = np.concatenate([_array(variables["recurrent"]), _array(variables["candidate"])])
    after = _array(variables["candidate_bias"]) if "candidate_bias" in variables else np.zeros(units, np.float32)
    bias = np.concatenate([_bias(cell, variables, 3 * units)[update], np.zeros(2 * units, np.float32), after])
    return Weights(
        "GRU",
        _array(variables["input"])[update],
        recurrent[update],
        bias,
        ("Sigmoid", cell.activation),
        settings={"linear_before_reset": int(cell.reset == "after")},
    )


@weights_of.register
def _(cell: SSRU, variables: Any) -> Weights:
    """The state of a GRU without recurrent weights, whose candidate has no activation."""
    units, weight = cell.hidden_size, _array(variables["input"])
    own = _bias(cell, variables, 2 * units)
    zeros = np.zeros((units, cell.inputs), np.float32)
    bias = np.concatenate([own[:units], zeros[:, 0], own[units:], np.zeros(3 * units, np.float32)])
    recurrent = np.zeros((3 * units, units), np.float32)
    return Weights("GRU", np.concatenate([weight[:units], zeros, weight[units:]]), recurrent, bias, ("Sigmoid", None))


@weights_of.register
def _(cell: LSTM, variables: Any) -> Weights:
    if cell.full_gate_recurrence:
        raise without_counterpart(
            "nn.LSTM(full_gate_recurrence=True)", "its LSTM has no weights between gates", "export to tensorflow"
        )
    units, gates = cell.hidden_size, cell.gates
    rows = {name: slice(i * units, (i + 1) * units) for i, name in enumerate((*gates, "candidate"))}
    own = _bias(cell, variables, len(rows) * units)

    def ordered(array: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Input gate, output gate, forget gate, candidate."""
        names = ("input", "output", "forget", "candidate")
        return np.concatenate([array[rows[name]] if name in rows else missing for name in names])

    seen = dict(zip(gates, _array(variables["peephole"]), strict=True)) if cell.peepholes else {}
    nothing = np.zeros(units, np.float32)
    peephole = np.concatenate([seen.get(name, nothing) for name in ("input", "output", "forget")])
    return Weights(
        "LSTM",
        ordered(_array(variables["input"]), np.zeros((units, cell.inputs), np.float32)),
        ordered(_array(variables["recurrent"]), np.zeros((units, units), np.float32)),
        np.concatenate([ordered(own, np.full(units, OPEN, np.float32)), np.zeros(4 * units, np.float32)]),
        ("Sigmoid", cell.input_activation, cell.output_activation),
        peephole if cell.peepholes else None,
        {"input_forget": int(cell.coupled)},
    )


def run_cell(
    cell: Cell,
    graph: Graph,
    directions: Sequence[tuple[Any, bool]],
    x: Value,
    states: Sequence[Any],
    lengths: Value | None,
) -> tuple[Value, list[Any]]:
    """A cell over sequences, in one direction or in both at once.

    Args:
        cell: the time step.
        graph: to which it is added.
        directions: the cell's variables, and whether it runs from the last step to the first.
        x: (batch, time, inputs).
        states: of each direction before its first step; None for zeros.
        lengths: (batch,) int32; None if all rows have all steps.

    Returns:
        The outputs (batch, time, directions * units), and the state of each direction after its last step.
    """
    parts = [weights_of(cell, variables) for variables, _ in directions]
    first, count, units = parts[0], len(parts), cell.hidden_size
    batch, time = x.shape[:2]
    names = ["reverse" if reverse else "forward" for _, reverse in directions]
    activations = [_activation(one) for one in first.activations] * count
    affine = activations.count("Affine")
    settings: dict[str, Any] = {"activation_alpha": [1.0] * affine, "activation_beta": [0.0] * affine} if affine else {}
    begun = (
        [_stacked(graph, [one[i] for one in map(_arrays, states)]) for i in range(2)] if states[0] is not None else []
    )
    inputs = [
        graph.transpose(x, (1, 0, 2)),
        *(graph.constant(np.stack([getattr(one, name) for one in parts])) for name in ("input", "recurrent", "bias")),
        lengths,
        *begun,
    ]
    is_lstm = first.operator == "LSTM"
    if is_lstm and first.peephole is not None:
        inputs += [None] * (7 - len(inputs))
        inputs.append(graph.constant(np.stack([one.peephole for one in parts if one.peephole is not None])))
    last = ((count, batch, units), x.dtype)
    y, *after = graph.add_all(
        first.operator,
        inputs,
        [((time, count, batch, units), x.dtype), last, *([last] if is_lstm else [])],
        hidden_size=units,
        direction="bidirectional" if count == 2 else names[0],
        activations=activations,
        **settings,
        **first.settings,
    )
    y = graph.reshape(graph.transpose(y, (2, 0, 1, 3)), (batch, time, count * units))
    each = [[graph.squeeze(graph.slice(one, 0, i, i + 1), 0) for one in after] for i in range(count)]
    ends = [STATE(*found) if is_lstm else found[0] for found in each]
    return (graph.unary("Relu", y) if isinstance(cell, SSRU) else y), ends


@functools.singledispatch
def scan(layer: RecurrentLayer, graph: Graph, variables: Any, x: Value, state: Any, lengths: Value | None) -> Any:
    """The outputs of all steps and the last state of a recurrent layer; see `RecurrentLayer.scan`.

    Args:
        layer: the layer.
        graph: to which it is added.
        variables: of the layer.
        x: (batch, time, inputs).
        state: before the first step, values in the state's tree; None for zeros.
        lengths: (batch,) int32, or None.

    Raises:
        Error: the layer has no counterpart.
    """
    raise without_counterpart(public_name(type(layer)), "no operators are written for it", "export a part without it")


@scan.register
def _(layer: Recurrent, graph: Graph, variables: Any, x: Value, state: Any, lengths: Value | None) -> Any:
    y, ends = run_cell(layer.cell, graph, [(variables["cell"], layer.reverse)], x, [state], lengths)
    return y, ends[0]


@scan.register
def _(layer: Bidirectional, graph: Graph, variables: Any, x: Value, state: Any, lengths: Value | None) -> Any:
    directions = [(variables[name]["cell"], name == "backward") for name in ("forward", "backward")]
    y, ends = run_cell(layer.cell, graph, directions, x, (None, None) if state is None else state, lengths)
    return y, tuple(ends)


@scan.register
def _(layer: SummedDirections, graph: Graph, variables: Any, x: Value, state: Any, lengths: Value | None) -> Any:
    y, ends = scan(Bidirectional(layer.cell), graph, variables, x, state, lengths)
    units = layer.cell.hidden_size
    return graph.binary("Add", graph.slice(y, 2, 0, units), graph.slice(y, 2, units, 2 * units)), ends


@scan.register
def _(layer: StackedRecurrent, graph: Graph, variables: Any, x: Value, state: Any, lengths: Value | None) -> Any:
    last = []
    states = (None,) * len(layer.layers) if state is None else state
    for one, own, before in zip(layer.layers, variables["layers"], states, strict=True):
        x, after = scan(one, graph, own, x, before, lengths)
        last.append(after)
    return x, tuple(last)


@emit.register
def _(layer: RecurrentLayer, graph: Graph, variables: Any, x: Value) -> Value:
    y: Value = scan(layer, graph, variables, x, None, None)[0]
    return y


@emit.register
def _(layer: LastOutput, graph: Graph, variables: Any, x: Value) -> Value:
    top = layer.layer
    while isinstance(top, StackedRecurrent):
        top = top.layers[-1]
    z = emit(layer.layer, graph, variables["layer"], x)
    if isinstance(top, Bidirectional):
        units = top.cell.hidden_size
        forward, backward = graph.slice(z, 2, 0, units), graph.slice(z, 2, units, 2 * units)
        return graph.concat([at_step(graph, forward, -1), at_step(graph, backward, 0)], 1)
    return at_step(graph, z, 0 if isinstance(top, Recurrent) and top.reverse else -1)


def at_step(graph: Graph, z: Value, step: int) -> Value:
    """The values (batch, units) of one step of z (batch, time, units); -1 is the last one."""
    return graph.squeeze(graph.take(z, graph.constant([step], "int64"), 1), 1)


def step(cell: Cell, graph: Graph, variables: Any, state: Any, x: Value) -> tuple[Any, Value]:
    """One step of a cell for x (batch, inputs): the state after it, and the output."""
    y, ends = run_cell(cell, graph, [(variables, False)], graph.unsqueeze(x, 1), [state], None)
    return ends[0], graph.squeeze(y, 1)


def _arrays(state: Any) -> list[Any]:
    """A state's hidden values and, of an LSTM, its cell."""
    return [state.hidden, state.cell] if isinstance(state, LSTMState) else [state, None]


def _stacked(graph: Graph, values: Sequence[Value | None]) -> Value | None:
    """The values of all directions, with the axis of directions in front."""
    known = [graph.unsqueeze(one, 0) for one in values if one is not None]
    return graph.concat(known, 0) if known else None


def _array(x: Any) -> np.ndarray:
    return np.asarray(x, np.float32)


def _bias(cell: Cell, variables: Any, count: int) -> np.ndarray:
    return _array(variables["bias"]) if cell.use_bias else np.zeros(count, np.float32)


def _activation(activation: Callable | str | None) -> str:
    if activation is None:
        return "Affine"
    return activation if isinstance(activation, str) else operator_of(activation)


def output_of(cell: Cell, graph: Graph, state: Any) -> Value:
    """The output of a step that ends in this state; see `Cell.output`."""
    if isinstance(cell, LSTM):
        state = state.hidden
    value: Value = graph.unary("Relu", state) if isinstance(cell, SSRU) else state
    return value
