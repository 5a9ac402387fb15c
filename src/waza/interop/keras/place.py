"""Place: where a layer stands while a Keras model is built, and what adds Keras layers there."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax

from waza.core.errors import Error
from waza.core.names import public_name
from waza.core.paths import named_leaves
from waza.nn import Layer

Builder = Callable[[Any, Any, Any, "Place"], Any]


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in the network, by its path; Keras layers are named after it, such as "hidden_0_dense".

    Args:
        keras: the package.
        builders: how layers are built, by their class. A subclass is another class: it may compute anything.
        reasons: why others have no counterpart, and what to do, by their class.
        path: the names that lead here.
    """

    keras: Any
    builders: Mapping[type, Builder]
    reasons: Mapping[type, str]
    path: tuple[str, ...] = ()

    def at(self, part: str | int) -> "Place":
        """The place of a part."""
        return dataclasses.replace(self, path=(*self.path, str(part)))

    @property
    def shown(self) -> str:
        """The path as users write it."""
        return ".".join(self.path) or "the model"

    def build(self, layer: Layer, variables: Any, x: Any) -> Any:
        """The output of a layer's counterpart for a symbolic input.

        Raises:
            Error: the layer has none.
        """
        builder = self.builders.get(type(layer))
        if builder is None:
            known = "has no counterpart in Keras: `waza export --to tensorflow` takes every layer"
            raise Error(f"{self.shown} is {public_name(type(layer))}, which {self.reasons.get(type(layer), known)}")
        if any(isinstance(leaf, jax.core.Tracer) for leaf in named_leaves(variables).values()):
            raise Error("to_keras is called inside of a compiled function: call it outside, on arrays")
        return builder(layer, variables, x, self)

    def add(self, kind: str, x: Any, weights: Sequence[Any] = (), part: str = "", **settings: Any) -> Any:
        """The output of a new Keras layer with these weights.

        Args:
            kind: the class in `keras.layers`.
            x: the input, or a tuple of the arguments.
            weights: in Keras's order.
            part: a further name, where a layer becomes several ones.
            settings: of the layer.
        """
        return self.call(self.layer(kind, part, **settings), x, weights)

    def layer(self, kind: str, part: str = "", **settings: Any) -> Any:
        """A new Keras layer."""
        name = "_".join((*self.path, *([part] if part else [])))
        return getattr(self.keras.layers, kind)(**settings, **({"name": name} if name else {}))

    def call(self, layer: Any, x: Any, weights: Sequence[Any] = ()) -> Any:
        """The output of a Keras layer that is given its weights."""
        y = layer(*x) if isinstance(x, tuple) else layer(x)
        if weights:
            layer.set_weights(list(weights))
        return y
