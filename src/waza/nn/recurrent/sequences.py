"""Checks of sequences, their lengths and a given state."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PyTree, Shaped

from waza.core.errors import Error


def checked_sequences(x: Any, inputs: int) -> Float[Array, "batch time inputs"]:
    """The sequences as an array, after a check of the three axes."""
    x = jnp.asarray(x)
    if x.ndim != 3:
        hint = {2: "; one sequence is x[None], one feature x[..., None]"}.get(x.ndim, "")
        raise Error(f"x has the shape {x.shape}; expected (batch, time, features) with {inputs} features{hint}")
    if x.shape[2] != inputs:
        raise Error(f"x has the shape {x.shape}, with {x.shape[2]} features; the cell expects {inputs}: change inputs")
    if x.shape[1] == 0:
        raise Error(f"x has the shape {x.shape}, with no steps; expected at least one: leave such sequences out")
    return x


def steps_that_are(
    lengths: Int[Array, " batch"] | None, x: Shaped[Array, "batch time ..."]
) -> Bool[Array, "time batch"] | None:
    """Mask of the steps before each row's length; None if no lengths are given.

    >>> steps_that_are(jnp.array([1, 2]), jnp.zeros((2, 2, 1))).tolist()
    [[True, True], [False, True]]
    """
    if lengths is None:
        return None
    batch, time = x.shape[:2]
    known = not isinstance(lengths, jax.core.Tracer)
    lengths = jnp.asarray(lengths)
    if lengths.shape != (batch,):
        raise Error(f"lengths have the shape {lengths.shape}; expected ({batch},), one for each row of x {x.shape}")
    if not jnp.issubdtype(lengths.dtype, jnp.integer):
        raise Error(f"lengths are {lengths.dtype}; expected whole numbers, such as lengths.astype(int)")
    if known and not isinstance(lengths, jax.core.Tracer):
        given = np.asarray(lengths)
        for row in np.flatnonzero((given < 0) | (given > time)):
            raise Error(
                f"lengths[{row}] is {given[row]}, but x {x.shape} has {time} steps: expected 0 to {time}; "
                "pad x to the longest sequence, or cut the length"
            )
    return jnp.arange(time)[:, None] < lengths


def checked_state(state: PyTree[Array], start: PyTree[Any], dtype: Any) -> PyTree[Array]:
    """The given state in this dtype; an error if its structure or its shapes differ from the start.

    Args:
        state: the state that the user gives.
        start: a valid state, or its shapes.
        dtype: the dtype of the steps.
    """
    given: Any = jax.tree.structure(state)
    if given != jax.tree.structure(start) or jax.tree.map(jnp.shape, state) != jax.tree.map(jnp.shape, start):
        raise Error(
            f"the state is {_described(state)}; expected {_described(start)}: give what scan() or step() returned "
            "for a batch of this size, or None for zeros"
        )
    return jax.tree.map(lambda leaf: jnp.asarray(leaf).astype(dtype), state)


def _described(state: PyTree[Any]) -> str:
    """The state with its arrays replaced by their shapes, as text."""
    return str(jax.tree.map(jnp.shape, state))


def states_of(state: Any, layers: int) -> tuple[Any, ...]:
    """The given state of each of several layers; None for each if the state is None."""
    if state is None:
        return (None,) * layers
    if not isinstance(state, tuple | list) or len(state) != layers:
        raise Error(
            f"the state is {_described(state)}; expected a tuple of {layers}, one for each layer or direction: "
            "give what scan() returned, or None for zeros"
        )
    return tuple(state)
