"""Layers one after another."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree, Shaped

from waza.core.errors import Error
from waza.models.hidden import activate
from waza.nn.dense import Dense
from waza.nn.layer import Layer
from waza.nn.passes import Pass


class Activation(Layer):
    """An elementwise function as a layer without variables. Records what `waza.models.hidden.activate` records.

    >>> import jax.numpy as jnp
    >>> from waza import nn
    >>> Activation(nn.relu).apply({}, jnp.array([[-1.0, 2.0]]), Pass()).tolist()
    [[0.0, 2.0]]
    """

    function: Callable

    def apply(self, variables: dict, x: Float[Array, "batch ... units"], run: Pass) -> Float[Array, "batch ... units"]:
        """The function of each element."""
        return activate(self.function, x, run)


class Chain(Layer):
    r"""$y = f_n(\dots f_2(f_1(x)))$: each layer takes the output of the one before it.

    Variables: "layers", a list with one entry a layer, so that the first weight is `layers.0.weight`. Each layer's
    initial values and random draws depend on its position.

    Args:
        layers: layers, or activation functions such as `nn.relu` (elementwise, without variables).

    >>> import jax, jax.numpy as jnp
    >>> from waza import nn
    >>> model = Chain((nn.Flatten(), nn.Dense(784, 40), nn.relu, nn.Dropout(0.2), nn.Dense(40, 10)))
    >>> variables = model.init(jax.random.key(0))
    >>> variables["layers"][1]["weight"].shape
    (40, 784)
    >>> model.apply(variables, jnp.ones((5, 28, 28, 1)), Pass()).shape
    (5, 10)
    """

    layers: tuple[Layer | Callable, ...]

    def __check_init__(self):
        if not self.layers:
            raise Error("Chain(layers=()); expected a tuple of layers, as in (nn.Dense(4, 2), nn.relu)")

    def parts(self) -> dict[str, Any]:
        """The layers; functions as `Activation`."""
        return {"layers": tuple(layer if isinstance(layer, Layer) else Activation(layer) for layer in self.layers)}

    def apply(self, variables: PyTree[Array], x: Shaped[Array, "batch ..."], run: Pass) -> Any:
        """The output of the last layer, an array for most.

        Raises:
            Error: a dense layer is given another number of inputs than it has.
        """
        for i, layer in enumerate(self.parts()["layers"]):
            if isinstance(layer, Dense) and jnp.shape(x)[-1:] != (layer.inputs,):
                raise Error(
                    f"layers[{i}] is Dense({layer.inputs}, {layer.outputs}), and is given the shape {jnp.shape(x)}; "
                    f"expected {layer.inputs} on the last axis: change its inputs, and give one row as x[None]"
                )
            x = layer.apply(variables["layers"][i], x, run.at("layers").at(i))
        return x
