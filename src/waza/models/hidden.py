"""A hidden layer, and the records of its activation that probes read."""

from collections.abc import Callable
from typing import Literal

from jaxtyping import Array, Float, PyTree

from waza.nn.activations import saturated
from waza.nn.dense import Dense
from waza.nn.dropout import Dropout
from waza.nn.layer import Layer
from waza.nn.norm import Norm
from waza.nn.passes import Pass


def activate(activation: Callable, x: Float[Array, "batch ... units"], run: Pass) -> Float[Array, "batch ... units"]:
    """The activation of x, recorded for probes: "preactivation", "saturated" and "activation".

    Units stand on the last axis: those of a dense layer, or the channels of a convolution.

    >>> import jax.numpy as jnp
    >>> from waza import nn
    >>> run = Pass()
    >>> activate(nn.relu, jnp.array([[-1.0, 2.0]]), run).tolist()
    [[0.0, 2.0]]
    >>> list(run.records)
    ['preactivation', 'saturated', 'activation']
    """
    x = run.record("preactivation", x)
    run.record("saturated", saturated(activation, x))
    return run.record("activation", activation(x))


class Hidden(Layer):
    """A dense layer, its activation, and, where given, normalisation and dropout.

    Records what `activate` records.
    """

    dense: Dense
    activation: Callable
    norm: Norm | None = None
    norm_position: Literal["before", "after"] = "before"
    dropout: Dropout | None = None

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch inputs"], run: Pass
    ) -> Float[Array, "batch outputs"]:
        """Dense, activation, dropout; normalised before or after the activation."""
        x = self.dense.apply(variables["dense"], x, run)
        if self.norm is not None and self.norm_position == "before":
            x = self.norm.apply(variables["norm"], x, run.at("norm"))
        x = activate(self.activation, x, run)
        if self.norm is not None and self.norm_position == "after":
            x = self.norm.apply(variables["norm"], x, run.at("norm"))
        if self.dropout is not None:
            x = self.dropout.apply(variables["dropout"], x, run.at("dropout"))
        return x
