"""What a reader of Keras layers is given and gives."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.interop.keras.graph import Operation
from waza.nn import Layer

Part = tuple[Layer | Callable, Any]  # a layer, or an activation function, with its variables


@dataclasses.dataclass
class Reading:
    """The state of reading a Keras model.

    Args:
        operations: those that are still to be read.
        notes: what the result does not take over, as sentences.
        channels_first: whether images are (channels, height, width) in Keras; None before the first layer of images.
        flat: (channels, height, width) of images that were flattened in this order.
    """

    operations: list[Operation]
    notes: list[str] = dataclasses.field(default_factory=list)
    channels_first: bool | None = None
    flat: tuple[int, ...] | None = None

    def next_is(self, *kinds: str) -> Operation | None:
        """The next operation if it is of one of these classes; it is still to be read."""
        return self.operations[0] if self.operations and self.operations[0].kind in kinds else None


Reader = Callable[[Operation, Reading], list[Part]]


def weights_of(operation: Operation) -> list[np.ndarray]:
    """The weights of the layer."""
    return [np.asarray(one, np.float32) for one in operation.layer.get_weights()]


def check(operation: Operation, expected: Iterable[tuple[str, Any, str]]) -> None:
    """Refuse settings that waza's layer has no counterpart of.

    Args:
        operation: the layer.
        expected: an attribute's name, the value that it must have, and what to do otherwise.

    Raises:
        Error: an attribute has another value.
    """
    for name, value, remedy in expected:
        given = getattr(operation.layer, name, value)
        if given != value and not (given is None and value in (False, 0)):
            raise Error(f"{operation.name} has {name}={given!r}, which waza's layer lacks: {remedy}")


def final(part: Part, function: Callable | None) -> list[Part]:
    """A layer and its activation."""
    return [part] if function is None else [part, (function, {})]
