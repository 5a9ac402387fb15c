"""The bridge: from an encoder's last states to a decoder's first."""

from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.nn.activations import tanh
from waza.nn.dense import Dense
from waza.nn.layer import Layer
from waza.nn.passes import Pass, named_key
from waza.nn.recurrent import Bidirectional, Cell, RecurrentLayer, StackedRecurrent, SummedDirections

Form = Literal["sum", "dense"]


class Bridge(Layer):
    r"""The start of each layer of the decoder, from the last state of the encoder's layer at the same height.

    The last states of a bidirectional layer are added ("sum"), or each array of the decoder's state is
    $\tanh(W [\overrightarrow{s}, \overleftarrow{s}] + b)$ ("dense"), as in Bahdanau et al., 2015.

    Variables: none for "sum"; for "dense" a list of layers, each a list of the weights for the arrays of its state.

    Args:
        recurrent: the encoder's layers.
        cells: the decoder's cells, from the lowest.
        form: "sum" or "dense".
    """

    recurrent: RecurrentLayer
    cells: tuple[Cell, ...]
    form: Form = "sum"

    def __check_init__(self):
        if self.form not in get_args(Form):
            raise Error(f"Bridge(form={self.form!r}); expected 'sum' or 'dense'")
        states = self._encoder_states(jax.eval_shape(lambda: self.recurrent.start(1)))
        if len(states) != len(self.cells):
            raise Error(
                f"the encoder has {len(states)} layers, and the decoder {len(self.cells)}: give both the same number"
            )
        for height, (directions, cell) in enumerate(zip(states, self.cells, strict=True)):
            start = _start(cell)
            alike = [len(leaves) == len(jax.tree.leaves(start)) for leaves in map(jax.tree.leaves, directions)]
            shapes = [[leaf.shape for leaf in jax.tree.leaves(state)] for state in (*directions, start)]
            if not all(alike) or (self.form == "sum" and any(shape != shapes[0] for shape in shapes)):
                raise Error(
                    f"layer {height} of the encoder ends with states of the shapes {shapes[0]}, and that of the "
                    f"decoder starts with {shapes[-1]}: give both the same cell and size, or the form 'dense' for "
                    "other sizes"
                )

    def _encoder_states(self, state: Any) -> list[tuple[Any, ...]]:
        """The last states by layer, each with one or two directions."""
        recurrent = self.recurrent
        layers, states = (
            (recurrent.layers, state) if isinstance(recurrent, StackedRecurrent) else ((recurrent,), (state,))
        )
        return [
            own if isinstance(layer, Bidirectional | SummedDirections) else (own,)
            for layer, own in zip(layers, states, strict=True)
        ]

    def _dense(self) -> list[list[Dense]]:
        """The layers of the form "dense", for each array of each layer's state."""
        encoder = self._encoder_states(jax.eval_shape(lambda: self.recurrent.start(1)))
        layers = []
        for directions, cell in zip(encoder, self.cells, strict=True):
            inputs = [
                sum(leaf.shape[1] for leaf in leaves) for leaves in zip(*map(jax.tree.leaves, directions), strict=True)
            ]
            outputs = [leaf.shape[1] for leaf in jax.tree.leaves(_start(cell))]
            layers.append([Dense(size, out) for size, out in zip(inputs, outputs, strict=True)])
        return layers

    def init(self, key: PRNGKeyArray) -> list[Any]:
        """The variables of the dense layers, if any."""
        if self.form == "sum":
            return []
        return [
            [dense.init(named_key(named_key(key, height), place)) for place, dense in enumerate(row)]
            for height, row in enumerate(self._dense())
        ]

    def apply(self, variables: PyTree[Array], x: PyTree[Array], run: Pass) -> Any:
        """The start of each of the decoder's layers, from the encoder's last states."""
        states = self._encoder_states(x)
        if self.form == "sum":
            return tuple(jax.tree.map(lambda *each: sum(each), *directions) for directions in states)
        result = []
        for height, (directions, row) in enumerate(zip(states, self._dense(), strict=True)):
            joined = [
                jnp.concatenate(leaves, axis=-1) for leaves in zip(*map(jax.tree.leaves, directions), strict=True)
            ]
            leaves = [
                tanh(dense.apply(own, leaf, run))
                for dense, own, leaf in zip(row, variables[height], joined, strict=True)
            ]
            result.append(jax.tree.unflatten(jax.tree.structure(_start(self.cells[height])), leaves))
        return tuple(result)


def _start(cell: Cell) -> Any:
    """The shapes of a cell's state of one row."""
    return jax.eval_shape(lambda: cell.start(1))
