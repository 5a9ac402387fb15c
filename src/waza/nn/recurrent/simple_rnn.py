"""The cell of the simple recurrent network."""

from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.nn.activations import tanh
from waza.nn.passes import named_key
from waza.nn.recurrent.cell import Cell, Preactivations


class SimpleRNN(Cell):
    r"""$u_t = W_\text{in} x_t + W z_{t-1} + b$ and $z_t = f(u_t)$. The state and the output are z.

    The network's third weight, $y_t = g(W_\text{out} z_t + c)$, is a `Dense` layer on top.

    Variables: "input" (hidden_size, inputs), "recurrent" (hidden_size, hidden_size), "bias" (hidden_size).

    Source: Elman, "Finding structure in time", 1990.

    Args:
        activation: f.

    >>> cell = SimpleRNN(1, 1)
    >>> variables = {"input": jnp.ones((1, 1)), "recurrent": jnp.ones((1, 1)), "bias": jnp.zeros(1)}
    >>> state, output = cell.step(variables, cell.start(1), jnp.ones((1, 1)))
    >>> state, output = cell.step(variables, state, jnp.ones((1, 1)))
    >>> round(float(output[0, 0]), 4), round(float(jnp.tanh(1 + jnp.tanh(1.0))), 4)
    (0.9427, 0.9427)
    """

    activation: Callable = tanh

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """Weights drawn by the initializers, and a bias of zeros."""
        size, inputs = self.hidden_size, self.inputs
        variables = {
            "input": self.initializer(named_key(key, "input"), (size, inputs), inputs, size),
            "recurrent": self.recurrent_initializer(named_key(key, "recurrent"), (size, size), size, size),
        }
        return variables | ({"bias": jnp.zeros(size)} if self.use_bias else {})

    def advance(
        self,
        variables: dict[str, Array],
        state: Float[Array, "batch {self.hidden_size}"],
        preactivation: Preactivations,
    ) -> tuple[Float[Array, "batch {self.hidden_size}"], Float[Array, "batch {self.hidden_size}"]]:
        """z_t, as the state and as the output."""
        z = self.activation(preactivation("recurrent", state))
        return z, z
