"""The cell of the simpler simple recurrent unit (SSRU)."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.nn.activations import sigmoid
from waza.nn.passes import named_key
from waza.nn.recurrent.cell import Cell, Preactivations, draw_fused

ROWS = ("forget", "candidate")


class SSRU(Cell):
    r"""Simpler simple recurrent unit: a forget gate, and no product with the previous state.

    $$f_t = \sigma(W_f x_t + b_f), \quad c_t = f_t \odot c_{t-1} + (1 - f_t) \odot W_c x_t, \quad
      h_t = \max(0, c_t)$$

    All products are of the input, and are computed for all times at once; only elementwise operations remain in the
    scan. The state is c, the output h.

    Variables: "input" (2 hidden_size, inputs), with the rows of f and of the candidate; "bias" (2 hidden_size), of
    which only the forget gate's half starts above 0.

    Source: Kim et al., "From research to production and back: ludicrously fast neural machine translation", 2019.
    There the candidate has no bias; here it has one, as all cells do (`use_bias`).

    Args:
        forget_bias: the initial bias of the forget gate. Not used without biases.

    >>> cell = SSRU(1, 1, use_bias=False)
    >>> variables = {"input": jnp.array([[0.0], [1.0]])}
    >>> state, output = cell.step(variables, jnp.array([[2.0]]), jnp.array([[4.0]]))
    >>> output.tolist()
    [[3.0]]
    """

    forget_bias: float = 1.0

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """Weights drawn by the initializer; biases are zero, except that of the forget gate."""
        size = self.hidden_size
        variables = {"input": draw_fused(self.initializer, named_key(key, "input"), ROWS, size, self.inputs)}
        if self.use_bias:
            forget = jnp.full(size, self.forget_bias, jnp.float32)
            variables["bias"] = jnp.concatenate([forget, jnp.zeros(size)])
        return variables

    def output(self, state: Float[Array, "batch {self.hidden_size}"]) -> Float[Array, "batch {self.hidden_size}"]:
        """h, for c."""
        return jax.nn.relu(state)

    def advance(
        self,
        variables: dict[str, Array],
        state: Float[Array, "batch {self.hidden_size}"],
        preactivation: Preactivations,
    ) -> tuple[Float[Array, "batch {self.hidden_size}"], Float[Array, "batch {self.hidden_size}"]]:
        """c_t as the state, h_t as the output."""
        forget, candidate = jnp.split(preactivation("recurrent"), 2, axis=-1)
        f = sigmoid(forget)
        c = candidate + f * (state - candidate)
        return c, self.output(c)
