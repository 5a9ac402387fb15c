"""Recurrent: the layer that runs a cell over sequences."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key
from waza.nn.recurrent.cell import Cell
from waza.nn.recurrent.scan import scan_cell
from waza.nn.recurrent.sequences import checked_sequences, checked_state, steps_that_are


class RecurrentLayer(Layer):
    """Base class of layers over sequences, with the state as an argument and a result.

    A subclass defines `scan`, `start`, and the sizes `inputs` and `outputs` of a step.
    """

    @property
    def inputs(self) -> int:
        """The number of features of x."""
        raise NotImplementedError(f"{type(self).__name__} has no inputs")

    @property
    def outputs(self) -> int:
        """The number of features of the outputs."""
        raise NotImplementedError(f"{type(self).__name__} has no outputs")

    def start(self, batch: int) -> PyTree[Array]:
        """The state before the first step, with `batch` rows."""
        raise NotImplementedError(f"{type(self).__name__} has no start(batch)")

    def scan(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch time {self.inputs}"],
        run: Pass,
        state: PyTree[Array] | None = None,
        lengths: Int[Array, " batch"] | None = None,
    ) -> tuple[Float[Array, "batch time {self.outputs}"], PyTree[Array]]:
        """The outputs of all steps, and the state after each row's last step.

        Steps after a row's length do not affect any result or gradient, even if they are NaN; their outputs are zero. A
        row of length 0 keeps its state.

        Args:
            variables: the variables of the layer.
            x: the sequences.
            run: the forward pass.
            state: the state before the first step, such as the last state of an encoder or of the previous segment;
                None for zeros.
            lengths: the number of steps of each row; None if all rows have all steps.
        """
        raise NotImplementedError(f"{type(self).__name__} has no scan(variables, x, run, state, lengths)")

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch time {self.inputs}"], run: Pass
    ) -> Float[Array, "batch time {self.outputs}"]:
        """The outputs of all steps, from a state of zeros."""
        return self.scan(variables, x, run)[0]


class Recurrent(RecurrentLayer):
    """Runs a cell over sequences: (batch, time, inputs) to (batch, time, hidden_size).

    The product with the input is computed for all times at once, and so are the gradients of the recurrent weights
    (`scan_cell`).

    Args:
        cell: the time step: `SimpleRNN`, `LSTM`, `GRU`, or your own `Cell`.
        reverse: whether each sequence is processed from its last step to its first. The outputs keep the positions of
            their inputs, and the last state is the state after the first step.

    >>> from waza.nn.recurrent import SimpleRNN
    >>> layer = Recurrent(SimpleRNN(1, 1, activation=lambda u: u))
    >>> variables = {"cell": {"input": jnp.ones((1, 1)), "recurrent": jnp.ones((1, 1)), "bias": jnp.zeros(1)}}
    >>> x = jnp.array([[[1.0], [2.0], [3.0]]])
    >>> layer.apply(variables, x, Pass()).ravel().tolist()
    [1.0, 3.0, 6.0]
    >>> outputs, state = layer.scan(variables, x, Pass(), state=jnp.array([[10.0]]), lengths=jnp.array([2]))
    >>> outputs.ravel().tolist(), state.tolist()
    ([11.0, 13.0, 0.0], [[13.0]])
    """

    cell: Cell
    reverse: bool = False

    @property
    def inputs(self) -> int:
        """The cell's number of inputs."""
        return self.cell.inputs

    @property
    def outputs(self) -> int:
        """The cell's number of units."""
        return self.cell.hidden_size

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of the cell."""
        return {"cell": self.cell.init(named_key(key, "cell"))}

    def start(self, batch: int) -> PyTree[Array]:
        """The cell's state before the first step."""
        return self.cell.start(batch)

    def scan(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch time {self.inputs}"],
        run: Pass,
        state: PyTree[Array] | None = None,
        lengths: Int[Array, " batch"] | None = None,
    ) -> tuple[Float[Array, "batch time {self.outputs}"], PyTree[Array]]:
        """The outputs of all steps, and the cell's state after each row's last step."""
        x = checked_sequences(x, self.inputs)
        real = steps_that_are(lengths, x)
        x = jnp.swapaxes(x, 0, 1)
        if real is not None:
            x = jnp.where(real[..., None], x, 0)
        projected = self.cell.project(variables["cell"], x)
        dtype = jax.tree.leaves(projected)[0].dtype
        start = self.start(x.shape[1])
        state = checked_state(start if state is None else state, start, dtype)
        outputs, state = scan_cell(self.cell, variables["cell"], projected, state, real, self.reverse)
        return jnp.swapaxes(outputs, 0, 1), state
