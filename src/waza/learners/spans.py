"""How far a gradient reaches: the derivative of a recurrent state by an earlier one, against the span between them."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PyTree

from waza.nn import Cell, LSTMState


def log_gains(
    cell: Cell, variables: dict[str, Array], x: Float[Array, "batch time {cell.inputs}"]
) -> Float[Array, " time"]:
    r"""$\log_{10} g_s$ for the spans s = 1 ... time, a mean over rows, where

    $$g_s = \frac{1}{\sqrt n} \left\lVert \frac{\partial m_T}{\partial m_{T-s}} \right\rVert_F$$

    and m is the memory: an LSTM's cell c, another's whole state; n is its size. It is 1 for a memory that is kept as it
    is: $\sqrt n$ is the norm of the identity. The derivative is the whole one, along every path: of an LSTM the cell's
    own self-loop, and the way from cell to output to gates and candidate. Powers are counted apart, so that 100 steps
    of any cell neither under- nor overflow.

    Args:
        cell: a step is `cell.step`.
        variables: of the cell.
        x: the sequences; each begins from the cell's start.

    >>> from waza.nn import SimpleRNN
    >>> cell = SimpleRNN(1, 2, activation=lambda u: u)
    >>> half = {"input": jnp.zeros((2, 1)), "recurrent": jnp.eye(2) / 2, "bias": jnp.zeros(2)}
    >>> [round(float(x), 3) for x in log_gains(cell, half, jnp.zeros((1, 3, 1)))]
    [-0.301, -0.602, -0.903]
    """
    return jnp.mean(jax.vmap(lambda row: _of_one(cell, variables, row))(x), axis=0)


def _of_one(cell: Cell, variables: dict[str, Array], x: Float[Array, "time inputs"]) -> Float[Array, " time"]:
    start = cell.start(1)
    flat, back = ravel_pytree(start)
    kept = _memory(start)

    def step(flat: Array, now: Array) -> Array:
        return ravel_pytree(cell.step(variables, back(flat), now[None])[0])[0]

    def forward(flat: Array, now: Array) -> tuple[Array, Array]:
        return step(flat, now), jax.jacfwd(step)(flat, now)

    _, jacobians = jax.lax.scan(forward, flat, x)

    def backward(carry: tuple[Array, Array], jacobian: Array) -> tuple[tuple[Array, Array], Array]:
        product, power = carry
        product = product @ jacobian
        gain = jnp.linalg.norm(product[:, kept]) / kept.size**0.5
        scale = jnp.maximum(jnp.linalg.norm(product), jnp.finfo(product.dtype).tiny)
        return (product / scale, power + jnp.log10(scale)), power + jnp.log10(gain)

    first = jnp.eye(flat.size)[kept], jnp.zeros(())
    return jax.lax.scan(backward, first, jacobians, reverse=True)[1][::-1]


def _memory(state: PyTree[Array]) -> np.ndarray:
    """The places of a state's memory among all its numbers in one row."""
    marked = jax.tree.map(lambda leaf: np.full(leaf.shape, not isinstance(state, LSTMState)), state)
    if isinstance(state, LSTMState):
        marked = marked._replace(cell=~marked.cell)
    return np.flatnonzero(np.concatenate([leaf.ravel() for leaf in jax.tree.leaves(marked)]))
