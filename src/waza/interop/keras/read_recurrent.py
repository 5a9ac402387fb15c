"""Keras's recurrent layers as layers of waza."""

from typing import Any

from waza.core.errors import Error
from waza.interop.keras.activations import activation_here
from waza.interop.keras.graph import Operation
from waza.interop.keras.readers import Part, Reader, Reading, check, weights_of
from waza.interop.keras.weights import gru_here, lstm_here, rnn_here
from waza.nn import (
    GRU,
    LSTM,
    Bidirectional,
    Cell,
    LastOutput,
    Recurrent,
    RecurrentLayer,
    SimpleRNN,
    SummedDirections,
    sigmoid,
)


def _cell(operation: Operation, weights: list[Any]) -> tuple[Cell, dict[str, Any]]:
    """The cell of a recurrent layer with its variables.

    Raises:
        Error: it has settings that waza's cells lack.
    """
    layer, drop = operation.layer, "put a Dropout layer before it"
    check(
        operation,
        [
            ("dropout", 0, drop),
            ("recurrent_dropout", 0, drop),
            ("stateful", False, "waza's layers take and return the state"),
            ("return_state", False, "waza's scan returns it"),
        ],
    )
    (inputs, _), units, biased = weights[0].shape, layer.units, len(weights) > 2
    activation = activation_here(layer.activation, operation.name)
    kind = type(layer).__name__
    if kind == "SimpleRNN":
        return SimpleRNN(inputs, units, use_bias=biased, activation=activation or _identity), rnn_here(weights)
    if activation_here(layer.recurrent_activation, operation.name) is not sigmoid:
        raise Error(f"{operation.name} has another recurrent_activation than the sigmoid, which waza's gates have")
    if kind == "LSTM":
        cell = LSTM(inputs, units, use_bias=biased, input_activation=activation, output_activation=activation)
        return cell, lstm_here(weights)
    reset = "after" if layer.reset_after else "before"
    return GRU(inputs, units, use_bias=biased, activation=activation or _identity, reset=reset), gru_here(weights)


def _recurrent(operation: Operation, reading: Reading) -> list[Part]:
    """A layer that reads forwards or backwards; its outputs of all steps stand in the order of the inputs."""
    layer = operation.layer
    cell, variables = _cell(operation, weights_of(operation))
    made, own = Recurrent(cell, reverse=layer.go_backwards), {"cell": variables}
    if not layer.return_sequences:
        return [(LastOutput(made), {"layer": own})]
    if layer.go_backwards:
        if reading.next_is("Flip") is None:
            raise Error(
                f"{operation.name} goes backwards and returns its outputs in that order, and waza's stand in the order "
                "of the inputs: flip them by keras.ops.flip(y, axis=1), or use Bidirectional"
            )
        reading.operations.pop(0)
    return [(made, own)]


def _bidirectional(operation: Operation, reading: Reading) -> list[Part]:
    """Two directions, concatenated or summed."""
    layer = operation.layer
    merged = {"concat": Bidirectional, "sum": SummedDirections}.get(layer.merge_mode)
    forward, backward = layer.forward_layer, layer.backward_layer
    if merged is None:
        raise Error(f"{operation.name} has merge_mode={layer.merge_mode!r}; expected 'concat' or 'sum'")
    if forward.go_backwards:
        raise Error(f"{operation.name} has the backward layer first; expected the forward one: exchange them")
    weights = weights_of(operation)
    half = len(weights) // 2
    (cell, one), (other_cell, other) = (
        _cell(operation._replace(layer=inner), part)
        for inner, part in ((forward, weights[:half]), (backward, weights[half:]))
    )
    if cell != other_cell:
        raise Error(f"{operation.name} has two different directions; expected two layers of the same settings")
    made: RecurrentLayer = merged(cell)
    own = {"forward": {"cell": one}, "backward": {"cell": other}}
    if forward.return_sequences:
        return [(made, own)]
    if merged is SummedDirections:
        raise Error(f"{operation.name} sums the last outputs of both directions: use merge_mode='concat'")
    return [(LastOutput(made), {"layer": own})]


def _identity(x: Any) -> Any:
    return x


READERS: dict[str, Reader] = {
    "SimpleRNN": _recurrent,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "Bidirectional": _bidirectional,
}
