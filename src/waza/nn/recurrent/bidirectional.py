"""The bidirectional recurrent layer."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.nn.passes import Pass, named_key
from waza.nn.recurrent.cell import Cell
from waza.nn.recurrent.recurrent import Recurrent, RecurrentLayer
from waza.nn.recurrent.sequences import states_of


class Bidirectional(RecurrentLayer):
    r"""$y_t = [\overrightarrow{h}_t, \overleftarrow{h}_t]$: two cells of the same recipe, each with its own variables.

    The first runs forwards from the first step, the second backwards from the last step of each row. The outputs are
    (batch, time, 2 hidden_size); the state is the pair of both states. The outputs of a step depend on later steps: the
    layer suits tagging and encoding, but cannot predict the next step.

    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.

    >>> from waza.nn.recurrent import SimpleRNN
    >>> layer = Bidirectional(SimpleRNN(1, 1, activation=lambda u: u))
    >>> add = {"cell": {"input": jnp.ones((1, 1)), "recurrent": jnp.ones((1, 1)), "bias": jnp.zeros(1)}}
    >>> layer.apply({"forward": add, "backward": add}, jnp.array([[[1.0], [2.0], [3.0]]]), Pass()).tolist()
    [[[1.0, 6.0], [3.0, 5.0], [6.0, 3.0]]]
    """

    cell: Cell

    @property
    def inputs(self) -> int:
        """The cell's number of inputs."""
        return self.cell.inputs

    @property
    def outputs(self) -> int:
        """The number of units of both cells together."""
        return 2 * self.cell.hidden_size

    def directions(self) -> dict[str, Recurrent]:
        """The two layers that this one consists of."""
        return {"forward": Recurrent(self.cell), "backward": Recurrent(self.cell, reverse=True)}

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of both directions."""
        return {name: layer.init(named_key(key, name)) for name, layer in self.directions().items()}

    def start(self, batch: int) -> tuple[PyTree[Array], PyTree[Array]]:
        """The state of each direction before its first step."""
        return self.cell.start(batch), self.cell.start(batch)

    def scan(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch time {self.inputs}"],
        run: Pass,
        state: PyTree[Array] | None = None,
        lengths: Int[Array, " batch"] | None = None,
    ) -> tuple[Float[Array, "batch time {self.outputs}"], PyTree[Array]]:
        """The concatenated outputs of both directions, and the pair of their last states."""
        states = states_of(state, 2)
        results = [
            layer.scan(variables[name], x, run.at(name), given, lengths)
            for (name, layer), given in zip(self.directions().items(), states, strict=True)
        ]
        outputs, last = zip(*results, strict=True)
        return jnp.concatenate(outputs, axis=-1), last
