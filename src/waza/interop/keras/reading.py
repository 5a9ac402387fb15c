"""From Keras to waza: a layer with the same weights and the same outputs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.interop.keras import read_attention, read_plain, read_recurrent
from waza.interop.keras.graph import CODE, Operation, load_file, operations_of
from waza.interop.keras.readers import Part, Reader, Reading
from waza.models import Chain
from waza.nn import Layer

READERS: Mapping[str, Reader] = {**read_plain.READERS, **read_recurrent.READERS, **read_attention.READERS}
ATTENTION = ("MultiHeadAttention", *read_attention.KINDS)


class FromKeras(NamedTuple):
    """A Keras model as a layer of waza with its variables.

    Args:
        model: the layer; a `Chain` of them, unless there is one alone.
        variables: of the layer, from Keras's weights.
        logits: whether a softmax at the end of the Keras model was left out: waza's losses take logits.
        notes: what else was not taken over, as sentences.
    """

    model: Layer
    variables: PyTree
    logits: bool
    notes: tuple[str, ...]


def from_keras(model: Any) -> FromKeras:
    """The layer that computes what a Keras model computes, so that it can be put into a study.

    A softmax at the end is left out, and `logits` says so: `softmax(layer.apply(...))` is then Keras's output. The
    layer's recipe has waza's initial values, which matter only where a study draws new ones; penalties of weights
    (`kernel_regularizer`) belong to waza's learners and not to layers.

    Args:
        model: a Keras model, Sequential or a line of layers, or a `.keras` file.

    Raises:
        Error: a layer has no counterpart, the graph has branches, the file is damaged or holds code, or Keras is not
            installed.

    >>> from_keras("course.h5")
    Traceback (most recent call last):
    waza.core.errors.Error: course.h5 is no .keras file: write one in Keras by model.save('course.keras')
    """
    loaded = load_file(model) if isinstance(model, str | Path) else model
    operations = operations_of(loaded)
    attention = read_attention.two_inputs(operations)
    if attention is not None:
        layer, variables = attention
        return FromKeras(_as_layer(layer), _on_device(variables), False, ())
    _check_line(operations)
    reading = Reading(operations)
    parts: list[Part] = []
    while reading.operations:
        operation = reading.operations.pop(0)
        parts += _reader(operation)(operation, reading)
    if reading.flat is not None:
        raise Error("the Keras model ends in images that are flattened channels first: end with a Dense layer")
    return _joined(parts, tuple(reading.notes))


def _reader(operation: Operation) -> Reader:
    if operation.kind == "Lambda":
        raise Error(f"{operation.name} is a Lambda layer, {CODE}")
    if operation.kind not in READERS:
        raise Error(
            f"{operation.name} is {operation.kind}, which waza has no layer for; known are {', '.join(READERS)}"
        )
    reader: Reader = READERS[operation.kind]
    computed = getattr(operation.layer, "compute_dtype", "float32")
    if computed != "float32":
        raise Error(f"{operation.name} computes in {computed}; expected float32, as waza's layers do by default")
    for name in ("kernel_constraint", "recurrent_constraint", "bias_constraint"):
        if getattr(operation.layer, name, None) is not None:
            raise Error(f"{operation.name} has a {name}, which waza's layers lack: leave it out")
    return reader


def _check_line(operations: list[Operation]) -> None:
    """Refuse branches: each operation must take the outputs of the one before it."""
    before: Any = None
    for operation in operations:
        if any(one is not before for one in operation.inputs):
            raise Error(
                f"{operation.name} takes the outputs of another layer than the one before it: branches are no Chain; "
                "convert the parts one by one, and join them in a Layer of your own"
            )
        before = operation.layer


def _joined(parts: list[Part], notes: tuple[str, ...]) -> FromKeras:
    """The layers one after another, without a softmax at the end."""
    logits = len(parts) > 1 and parts[-1][0] is jax.nn.softmax
    parts = parts[:-1] if logits else parts
    if not parts:
        raise Error("the Keras model has no layers")
    if len(parts) == 1 and isinstance(parts[0][0], Layer):
        layer, variables = parts[0]
        return FromKeras(_as_layer(layer), _on_device(variables), logits, notes)
    chain = Chain(tuple(layer for layer, _ in parts))
    return FromKeras(chain, _on_device({"layers": [variables for _, variables in parts]}), logits, notes)


def _as_layer(layer: Any) -> Layer:
    return layer if isinstance(layer, Layer) else Chain((layer,))


def _on_device(variables: Any) -> Any:
    return jax.tree.map(jnp.asarray, variables)
