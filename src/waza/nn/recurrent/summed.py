"""The bidirectional recurrent layer whose directions are added."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.nn.passes import Pass
from waza.nn.recurrent.bidirectional import Bidirectional
from waza.nn.recurrent.cell import Cell
from waza.nn.recurrent.recurrent import RecurrentLayer


class SummedDirections(RecurrentLayer):
    r"""$y_t = \overrightarrow{h}_t + \overleftarrow{h}_t$: `Bidirectional` with as many outputs as a cell has units.

    The layer above, and attention, then have half the inputs. The state is the pair of both states.

    Args:
        cell: the time step of each direction; each direction has its own variables.

    >>> from waza.nn.recurrent import SimpleRNN
    >>> layer = SummedDirections(SimpleRNN(1, 1, activation=lambda u: u))
    >>> add = {"cell": {"input": jnp.ones((1, 1)), "recurrent": jnp.ones((1, 1)), "bias": jnp.zeros(1)}}
    >>> layer.apply({"forward": add, "backward": add}, jnp.array([[[1.0], [2.0], [3.0]]]), Pass()).ravel().tolist()
    [7.0, 8.0, 9.0]
    """

    cell: Cell

    @property
    def inputs(self) -> int:
        """The cell's number of inputs."""
        return self.cell.inputs

    @property
    def outputs(self) -> int:
        """The cell's number of units."""
        return self.cell.hidden_size

    @property
    def _both(self) -> Bidirectional:
        return Bidirectional(self.cell)

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of both directions."""
        return self._both.init(key)

    def start(self, batch: int) -> tuple[PyTree[Array], PyTree[Array]]:
        """The state of each direction before its first step."""
        return self._both.start(batch)

    def scan(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch time {self.inputs}"],
        run: Pass,
        state: PyTree[Array] | None = None,
        lengths: Int[Array, " batch"] | None = None,
    ) -> tuple[Float[Array, "batch time {self.outputs}"], PyTree[Array]]:
        """The added outputs of both directions, and the pair of their last states."""
        outputs, state = self._both.scan(variables, x, run, state, lengths)
        forward, backward = jnp.split(outputs, 2, axis=-1)
        return forward + backward, state
