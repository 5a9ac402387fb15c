"""The last output of a recurrent layer."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.errors import Error
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.recurrent import Bidirectional, Recurrent, RecurrentLayer, StackedRecurrent


class LastOutput(Layer):
    r"""The output after a whole sequence: $z_T$ of a layer that reads forwards, $z_1$ of one that reads backwards.

    Of `Bidirectional` both, $[\overrightarrow{h}_T, \overleftarrow{h}_1]$, so that each direction has read the whole
    sequence. (batch, time, inputs) to (batch, outputs). All rows have all steps.

    Variables: "layer", those of the layer.

    Source: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014.

    Args:
        layer: a `Recurrent`, a `Bidirectional`, or a stack of such layers.

    >>> from waza.nn.recurrent import SimpleRNN
    >>> add = {"cell": {"input": jnp.ones((1, 1)), "recurrent": jnp.ones((1, 1)), "bias": jnp.zeros(1)}}
    >>> layer = LastOutput(Bidirectional(SimpleRNN(1, 1, activation=lambda u: u)))
    >>> layer.apply({"layer": {"forward": add, "backward": add}}, jnp.array([[[1.0], [2.0], [3.0]]]), Pass()).tolist()
    [[6.0, 6.0]]
    """

    layer: RecurrentLayer

    def __check_init__(self):
        top: Any = self.layer
        while isinstance(top, StackedRecurrent):
            top = top.layers[-1]
        if not isinstance(top, Recurrent | Bidirectional):
            raise Error(
                f"LastOutput of {type(top).__name__}, whose directions are no longer apart; "
                "expected Recurrent or Bidirectional"
            )

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch time inputs"], run: Pass
    ) -> Float[Array, "batch outputs"]:
        """The output of the last step that each direction reads."""
        return _last(self.layer, self.layer.apply(variables["layer"], x, run.at("layer")))


def _last(layer: RecurrentLayer, z: Float[Array, "batch time outputs"]) -> Float[Array, "batch outputs"]:
    if isinstance(layer, StackedRecurrent):
        return _last(layer.layers[-1], z)
    if isinstance(layer, Bidirectional):
        forward, backward = jnp.split(z, 2, axis=-1)
        return jnp.concatenate([forward[:, -1], backward[:, 0]], axis=-1)
    return z[:, 0] if isinstance(layer, Recurrent) and layer.reverse else z[:, -1]
