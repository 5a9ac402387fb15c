"""Scan of a cell over rows that hold several sequences, one after another."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PyTree

from waza.core.recipe import Recipe
from waza.nn.recurrent.cell import Cell, Preactivations
from waza.nn.recurrent.scan import scan_cell

BEGINS, FIRST = "begins", "first"


class Restarting(Recipe):
    """A cell whose state starts over where a sequence begins.

    Args:
        cell: the time step.
        given: whether the first states are given, as projected parts; otherwise they are zeros.
    """

    cell: Cell
    given: bool = False

    def advance(
        self, variables: dict[str, Array], state: PyTree[Array], preactivation: Preactivations
    ) -> tuple[PyTree[Array], Float[Array, "batch outputs"]]:
        """The state after this step, and the output."""
        begins = preactivation(BEGINS) > 0
        leaves, structure = jax.tree.flatten(state)
        first = [preactivation(f"{FIRST}.{i}") if self.given else jnp.zeros_like(leaf) for i, leaf in enumerate(leaves)]
        begun = [jnp.where(begins, new, old) for new, old in zip(first, leaves, strict=True)]
        return self.cell.advance(variables, jax.tree.unflatten(structure, begun), preactivation)


def scan_restarting(
    cell: Cell,
    variables: dict[str, Array],
    projected: dict[str, Float[Array, "time batch ..."]],
    begins: Bool[Array, "time batch"],
    first: PyTree[Float[Array, "time batch ..."]] | None = None,
    reverse: bool = False,
) -> Float[Array, "time batch {cell.hidden_size}"]:
    """The outputs of all steps; where a sequence begins, the state before the step is replaced.

    So sequences of different lengths fill rows of one length, without padding between them.

    Args:
        cell: the time step.
        variables: of the cell.
        projected: the result of `cell.project` for all times.
        begins: whether a sequence begins at this step, in the direction of the scan. Rows begin with zeros anyway.
        first: the state from which a sequence begins, at its first step; anything elsewhere. None for zeros.
        reverse: whether to scan from the last step to the first.

    >>> from waza.nn.recurrent.simple_rnn import SimpleRNN
    >>> cell = SimpleRNN(1, 1, activation=lambda u: u)
    >>> add = {"input": jnp.ones((1, 1)), "recurrent": jnp.ones((1, 1)), "bias": jnp.zeros(1)}
    >>> parts = cell.project(add, jnp.array([[[1.0]], [[2.0]], [[3.0]]]))
    >>> scan_restarting(cell, add, parts, jnp.array([[True], [False], [True]])).ravel().tolist()
    [1.0, 3.0, 3.0]
    """
    dtype: Any = jax.tree.leaves(projected)[0].dtype
    given = {f"{FIRST}.{i}": leaf.astype(dtype) for i, leaf in enumerate(jax.tree.leaves(first))}
    parts = projected | {BEGINS: begins[..., None].astype(dtype)} | given
    state = jax.tree.map(lambda leaf: leaf.astype(dtype), cell.start(begins.shape[1]))
    return scan_cell(Restarting(cell, first is not None), variables, parts, state, None, reverse)[0]
