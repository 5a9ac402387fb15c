"""A stack of recurrent layers."""

from itertools import pairwise
from typing import Any

from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.nn.dropout import Dropout
from waza.nn.passes import Pass
from waza.nn.recurrent.recurrent import RecurrentLayer
from waza.nn.recurrent.sequences import states_of


class StackedRecurrent(RecurrentLayer):
    """Recurrent layers in a stack: each one runs over the outputs of the layer below.

    The state is the tuple of all layers' states. Dropout is applied only between layers: not to the inputs, not to the
    outputs, and not between time steps, where it would erase the memory.

    Source of the dropout: Zaremba, Sutskever and Vinyals, "Recurrent neural network regularization", 2014.

    Args:
        layers: from the lowest to the highest, each with as many inputs as the layer below has outputs.
        dropout: applied between layers; None for no dropout.

    >>> import jax
    >>> from waza.nn.recurrent import GRU, Bidirectional, Recurrent
    >>> layer = StackedRecurrent((Bidirectional(GRU(3, 4)), Recurrent(GRU(8, 5))), Dropout(0.2))
    >>> variables = layer.init(jax.random.key(0))
    >>> x = jax.numpy.ones((2, 7, 3))
    >>> outputs, state = layer.scan(variables, x, Pass(training=True, key=jax.random.key(1)))
    >>> outputs.shape, jax.tree.map(jax.numpy.shape, state)
    ((2, 7, 5), (((2, 4), (2, 4)), (2, 5)))
    """

    layers: tuple[RecurrentLayer, ...]
    dropout: Dropout | None = None

    def __check_init__(self):
        layers = self.layers
        if not isinstance(layers, tuple) or not layers or not all(isinstance(x, RecurrentLayer) for x in layers):
            raise Error(
                f"StackedRecurrent(layers={layers!r}); expected a tuple of recurrent layers, such as "
                "(Recurrent(LSTM(28, 64)), Recurrent(LSTM(64, 64)))"
            )
        for i, (below, above) in enumerate(pairwise(layers)):
            if below.outputs != above.inputs:
                raise Error(
                    f"layers[{i}] has {below.outputs} outputs, but layers[{i + 1}] takes {above.inputs} inputs: "
                    "change one of the two"
                )

    @property
    def inputs(self) -> int:
        """The lowest layer's number of inputs."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """The highest layer's number of outputs."""
        return self.layers[-1].outputs

    def start(self, batch: int) -> tuple[PyTree[Array], ...]:
        """The state of each layer before its first step."""
        return tuple(layer.start(batch) for layer in self.layers)

    def scan(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch time {self.inputs}"],
        run: Pass,
        state: PyTree[Array] | None = None,
        lengths: Int[Array, " batch"] | None = None,
    ) -> tuple[Float[Array, "batch time {self.outputs}"], PyTree[Array]]:
        """The highest layer's outputs, and the last state of each layer."""
        last: list[Any] = []
        for i, (layer, given) in enumerate(zip(self.layers, states_of(state, len(self.layers)), strict=True)):
            if i > 0 and self.dropout is not None:
                x = self.dropout.apply({}, x, run.at("dropout").at(i))
            x, after = layer.scan(variables["layers"][i], x, run.at("layers").at(i), given, lengths)
            last.append(after)
        return x, tuple(last)
