"""Keras's counterparts of recurrent layers."""

from typing import Any

import jax

from waza.core.errors import Error
from waza.core.names import public_name
from waza.interop.keras.activations import activation_there
from waza.interop.keras.place import Builder, Place
from waza.interop.keras.weights import Arrays, gru_there, lstm_there, rnn_there
from waza.nn import (
    GRU,
    LSTM,
    SSRU,
    Bidirectional,
    Cell,
    LastOutput,
    Recurrent,
    RecurrentLayer,
    SimpleRNN,
    StackedRecurrent,
    SummedDirections,
)

TENSORFLOW = "or `waza export --to tensorflow`, which takes every layer"


def weights_there(cell: Cell, variables: Any) -> Arrays:
    """The weights of the cell's counterpart, in Keras's order."""
    if isinstance(cell, GRU):
        return gru_there(variables)
    return lstm_there(variables) if isinstance(cell, LSTM) else rnn_there(variables)


def cell_there(cell: Cell, place: Place, part: str = "", **settings: Any) -> Any:
    """The Keras layer that runs this cell over a sequence.

    Raises:
        Error: Keras has no such cell.
    """
    settings |= {"units": cell.hidden_size, "use_bias": cell.use_bias}
    if type(cell) is SimpleRNN:
        return place.layer("SimpleRNN", part, activation=activation_there(cell.activation, place.shown), **settings)
    if type(cell) is GRU:
        after, name = cell.reset == "after", activation_there(cell.activation, place.shown)
        return place.layer("GRU", part, activation=name, reset_after=after, **settings)
    if type(cell) is LSTM:
        _check_lstm(cell, place)
        return place.layer("LSTM", part, activation=activation_there(cell.output_activation, place.shown), **settings)
    instead = "use SimpleRNN, LSTM or GRU" if type(cell) is SSRU else "use one of waza's"
    raise Error(f"{place.shown} has the cell {public_name(type(cell))}, which Keras lacks: {instead}, {TENSORFLOW}")


def _check_lstm(cell: LSTM, place: Place) -> None:
    """Refuse variants of the LSTM that Keras's layer does not compute."""
    faults = {
        "peepholes, which Keras's LSTM lacks: use peepholes=False": cell.peepholes,
        "full gate recurrence, which Keras's LSTM lacks: use full_gate_recurrence=False": cell.full_gate_recurrence,
        "coupled gates, which Keras's LSTM lacks: use coupled=False": cell.coupled,
        "a gate switched off, and Keras's LSTM has all three: use all gates": not (
            cell.input_gate and cell.output_gate and (cell.forget_gate or cell.coupled)
        ),
        "different input_activation and output_activation, and Keras's LSTM has one for both: make them equal": (
            cell.input_activation is not cell.output_activation
        ),
    }
    for fault, given in faults.items():
        if given:
            raise Error(f"{place.shown} is an LSTM with {fault}, {TENSORFLOW}")


def run_there(layer: RecurrentLayer, variables: Any, x: Any, place: Place, sequences: bool = True) -> Any:
    """The outputs of all steps, or of the last step that each direction reads.

    Keras gives the outputs of a reversed layer in the order in which they were computed; here they are flipped back.

    Raises:
        Error: Keras has no such layer.
    """
    if isinstance(layer, Recurrent):
        made = cell_there(layer.cell, place.at("cell"), return_sequences=sequences, go_backwards=layer.reverse)
        y = place.call(made, x, weights_there(layer.cell, variables["cell"]))
        return place.keras.ops.flip(y, axis=1) if layer.reverse and sequences else y
    if isinstance(layer, Bidirectional | SummedDirections):
        merged = "concat" if isinstance(layer, Bidirectional) else "sum"
        inner = cell_there(layer.cell, place.at("cell"), return_sequences=sequences)
        made = place.layer("Bidirectional", layer=inner, merge_mode=merged)
        both = (weights_there(layer.cell, variables[name]["cell"]) for name in ("forward", "backward"))
        return place.call(made, x, [one for weights in both for one in weights])
    if isinstance(layer, StackedRecurrent):
        top = len(layer.layers) - 1
        for i, one in enumerate(layer.layers):
            if i > 0 and layer.dropout is not None:
                x = place.at("dropout").at(i).build(layer.dropout, {}, x)
            x = run_there(one, variables["layers"][i], x, place.at("layers").at(i), sequences or i < top)
        return x
    raise Error(f"{place.shown} is {public_name(type(layer))}, which Keras lacks: {TENSORFLOW.removeprefix('or ')}")


def step_there(layer: RecurrentLayer, variables: Any, x: Any, state: Any, place: Place) -> tuple[Any, Any]:
    """The output (batch, units) after one step (batch, 1, inputs) from a given state, and the new state.

    Raises:
        Error: the layer does not read forwards, or Keras has no such cell.
    """
    if isinstance(layer, StackedRecurrent):
        after = []
        for i, (one, before) in enumerate(zip(layer.layers, state, strict=True)):
            y, new = step_there(one, variables["layers"][i], x, before, place.at("layers").at(i))
            after.append(new)
            x = place.keras.ops.expand_dims(y, 1)
        return y, tuple(after)
    if not isinstance(layer, Recurrent) or layer.reverse:
        raise Error(f"{place.shown} is {public_name(type(layer))}, which has no single step: use Recurrent")
    made = cell_there(layer.cell, place.at("cell"), return_state=True)
    leaves, structure = jax.tree.flatten(state)
    y, *new = made(x, initial_state=leaves)
    made.set_weights(weights_there(layer.cell, variables["cell"]))
    return y, jax.tree.unflatten(structure, new)


def _run(layer: RecurrentLayer, variables: Any, x: Any, place: Place) -> Any:
    return run_there(layer, variables, x, place)


def _last(layer: LastOutput, variables: Any, x: Any, place: Place) -> Any:
    return run_there(layer.layer, variables["layer"], x, place.at("layer"), sequences=False)


BUILDERS: dict[type, Builder] = {
    Recurrent: _run,
    Bidirectional: _run,
    SummedDirections: _run,
    StackedRecurrent: _run,
    LastOutput: _last,
}
