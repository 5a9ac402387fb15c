"""The cell of the gated recurrent unit (GRU)."""

from collections.abc import Callable
from typing import Literal, get_args

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import later, like
from waza.nn.activations import sigmoid, tanh
from waza.nn.passes import named_key
from waza.nn.recurrent.cell import Cell, Preactivations, draw_fused

Reset = Literal["before", "after"]
GATES = ("reset", "update")


class GRU(Cell):
    r"""Gated recurrent unit: a reset gate r, an update gate z, and one state h, which is also the output.

    $$r_t = \sigma(W_r x_t + R_r h_{t-1} + b_r), \quad z_t = \sigma(W_z x_t + R_z h_{t-1} + b_z)$$
    $$h_t = z_t \odot h_{t-1} + (1 - z_t) \odot n_t$$

    Two forms of the candidate n are in use. `reset="before"`: the state is reset before the product,
    $n_t = f(W_n x_t + R_n (r_t \odot h_{t-1}) + b_n)$, as in the paper. `reset="after"`: the product is reset,
    $n_t = f(W_n x_t + b_n + r_t \odot (R_n h_{t-1} + c_n))$, as in cuDNN, PyTorch and Keras.

    Variables: "input" (3 hidden_size, inputs) and "bias" (3 hidden_size), with the rows of r, z and n; "recurrent"
    (2 hidden_size, hidden_size) of r and z; "candidate" (hidden_size, hidden_size), which is R_n; and
    "candidate_bias" (hidden_size), c_n, with `reset="after"`.

    Source: Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine
    translation", 2014.

    Args:
        activation: f.
        reset: "before" or "after" the product.
        update_bias: the initial bias of the update gate. Above 0 the unit keeps most of its state at the start of
            training, like an LSTM with a positive forget gate's bias. Not used without biases.

    >>> cell = GRU(1, 1)
    >>> variables = {
    ...     "input": jnp.array([[0.0], [0.0], [1.0]]), "bias": jnp.zeros(3),
    ...     "recurrent": jnp.zeros((2, 1)), "candidate": jnp.ones((1, 1)), "candidate_bias": jnp.zeros(1),
    ... }
    >>> state, output = cell.step(variables, jnp.array([[0.5]]), jnp.array([[1.0]]))
    >>> round(float(output[0, 0]), 4), round(float(0.5 * 0.5 + 0.5 * jnp.tanh(1 + 0.5 * 0.5)), 4)
    (0.6741, 0.6741)
    """

    activation: Callable = tanh
    reset: Reset = "after"
    update_bias: float = later(0.0)

    def __check_init__(self):
        if self.reset not in get_args(Reset):
            raise Error(
                f"GRU(reset={self.reset!r}); expected 'before' (the state is reset, then multiplied by the weight) or "
                "'after' (the product is reset)"
            )

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """Weights drawn by the initializers; biases are zero, except that of the update gate."""
        size, recurrent = self.hidden_size, self.recurrent_initializer
        rows = named_key(key, "recurrent")
        variables = {
            "input": draw_fused(self.initializer, named_key(key, "input"), (*GATES, "candidate"), size, self.inputs),
            "recurrent": draw_fused(recurrent, rows, GATES, size, size),
            "candidate": draw_fused(recurrent, rows, ("candidate",), size, size),
        }
        if self.use_bias:
            variables["bias"] = jnp.concatenate(
                [jnp.full(size, row, jnp.float32) for row in (0.0, self.update_bias, 0.0)]
            )
            if self.reset == "after":
                variables["candidate_bias"] = jnp.zeros(size)
        return variables

    def project(self, variables: dict[str, Array], x: Float[Array, "... {self.inputs}"]) -> dict[str, Array]:
        """The input's products for the gates and for the candidate; with `reset="after"` also its recurrent bias."""
        gates, candidate = (
            self.input_product({name: variables[name][rows] for name in ("input", "bias") if name in variables}, x)
            for rows in (slice(2 * self.hidden_size), slice(2 * self.hidden_size, None))
        )
        if self.reset == "before":
            return {"recurrent": gates, "candidate": candidate}
        bias = like(variables["candidate_bias"] if self.use_bias else 0.0, candidate)
        return {"recurrent": gates, "candidate": jnp.broadcast_to(bias, candidate.shape), "candidate_input": candidate}

    def advance(
        self,
        variables: dict[str, Array],
        state: Float[Array, "batch {self.hidden_size}"],
        preactivation: Preactivations,
    ) -> tuple[Float[Array, "batch {self.hidden_size}"], Float[Array, "batch {self.hidden_size}"]]:
        """h_t, as the state and as the output."""
        r, z = jnp.split(sigmoid(preactivation("recurrent", state)), 2, axis=-1)
        if self.reset == "before":
            n = preactivation("candidate", r * state)
        else:
            n = preactivation("candidate_input") + r * preactivation("candidate", state)
        n = self.activation(n)
        h = n + z * (state - n)
        return h, h
