"""The registry from classes of layers to functions that add them to a graph."""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from waza.core.errors import Error
from waza.core.names import public_name
from waza.interop.onnx.graph import Graph, Value
from waza.nn import Layer, relu, sigmoid, tanh

OPERATORS: dict[Any, str] = {
    **{relu: "Relu", sigmoid: "Sigmoid", tanh: "Tanh"},
    **{jax.nn.relu: "Relu", jax.nn.sigmoid: "Sigmoid", jnp.tanh: "Tanh"},
}


@functools.singledispatch
def emit(layer: Layer, graph: Graph, variables: Any, x: Any) -> Any:
    """Add a layer to a graph, as it is applied without training.

    Args:
        layer: the layer; its class decides.
        graph: to which nodes are added.
        variables: of the layer, arrays.
        x: its input, a `Value`; or a tuple of several.

    Returns:
        Its output; or a tuple of several.

    Raises:
        Error: the layer has no counterpart.
    """
    raise without_counterpart(public_name(type(layer)), "no operators are written for it", "export a part without it")


def without_counterpart(layer: str, reason: str, remedy: str) -> Error:
    """The error for a layer that ONNX does not have: its name, the reason, and what to do."""
    return Error(f"{layer} has no counterpart in ONNX: {reason}; {remedy}")


def operator_of(activation: Callable) -> str:
    """ONNX's operator of an activation function.

    Raises:
        Error: it has none.

    >>> operator_of(relu)
    'Relu'
    """
    if activation not in OPERATORS:
        name = getattr(activation, "__name__", str(activation))
        raise without_counterpart(
            f"the activation {name}", "its formula is not known", "use nn.relu, nn.sigmoid or nn.tanh"
        )
    return OPERATORS[activation]


def activated(activation: Callable, graph: Graph, x: Value) -> Value:
    """The activation of each element."""
    return graph.unary(operator_of(activation), x)
