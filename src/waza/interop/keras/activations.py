"""Activation functions that both have, by Keras's names."""

from collections.abc import Callable
from typing import Any

import jax

from waza.core.errors import Error
from waza.core.names import public_name
from waza.nn.activations import relu, sigmoid, tanh

HERE: dict[str, Callable | None] = {
    "linear": None,
    "relu": relu,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "silu": jax.nn.silu,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "softmax": jax.nn.softmax,
}


def activation_there(function: Callable | None, where: str) -> str:
    """Keras's name of an activation function; of None, the identity, "linear".

    Raises:
        Error: Keras has no such function.

    >>> activation_there(relu, "hidden.0"), activation_there(None, "hidden.0")
    ('relu', 'linear')
    """
    for name, known in HERE.items():
        if function is known:
            return name
    shown = public_name(function) if hasattr(function, "__qualname__") else repr(function)
    raise Error(f"{where} has the activation {shown}, which Keras has no name for: use one of {', '.join(HERE)}")


def activation_here(function: Any, where: str) -> Callable | None:
    """The activation function for one of Keras, as a layer has it; None for the identity.

    Raises:
        Error: it is none of those that both have.
    """
    name = getattr(function, "__name__", str(function))
    if name in HERE and str(getattr(function, "__module__", "keras")).partition(".")[0] == "keras":
        return HERE[name]
    raise Error(f"{where} has the activation {name}; expected one of {', '.join(HERE)}")
