"""The LSTM cell, with optional gates, peepholes and full gate recurrence."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import like
from waza.nn.activations import sigmoid, tanh
from waza.nn.passes import named_key
from waza.nn.recurrent.cell import Cell, Preactivations, blocks, draw_fused


class LSTMState(NamedTuple):
    """An LSTM's output h and cell c, each (batch, hidden_size); with full gate recurrence its gates, concatenated."""

    hidden: Array
    cell: Array
    gates: Array | None = None


class LSTM(Cell):
    r"""Long short-term memory; each of its parts can be switched on or off.

    $$i_t = \sigma(W_i x_t + R_i h_{t-1} + p_i \odot c_{t-1} + b_i), \quad
      f_t = \sigma(W_f x_t + R_f h_{t-1} + p_f \odot c_{t-1} + b_f)$$
    $$c_t = f_t \odot c_{t-1} + i_t \odot g(W_z x_t + R_z h_{t-1} + b_z)$$
    $$o_t = \sigma(W_o x_t + R_o h_{t-1} + p_o \odot c_t + b_o), \quad h_t = o_t \odot h(c_t)$$

    A gate that is switched off is 1 and has no variables; with all three off, c is the constant error carousel (CEC)
    alone. The cell of 1997 has no forget gate, that of 2000 has all gates, and that of 2002 also has peepholes. The
    output is h.

    Variables: "input" (rows, inputs), "recurrent" (rows, hidden_size) and "bias" (rows), whose rows are those of the
    `gates` and of the candidate, hidden_size each; "peephole" (gates, hidden_size); "gates" (gates' rows, gates' rows).

    Sources: Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers, Schmidhuber and Cummins, "Learning to
    forget", 2000; Gers, Schraudolph and Schmidhuber, "Learning precise timing with LSTM recurrent networks", 2002; the
    variants: Greff et al., "LSTM: a search space odyssey", 2017.

    Args:
        forget_gate: whether f exists; without it f = 1.
        input_gate: whether i exists; without it i = 1.
        output_gate: whether o exists; without it o = 1.
        peepholes: whether the gates depend on the cell (input and forget gate on the previous one, the output gate on
            the new one).
        input_activation: g, of the candidate; None for the identity.
        output_activation: h, of the cell; None for the identity.
        coupled: whether f = 1 - i replaces the forget gate, which then has no weights.
        full_gate_recurrence: whether the gates also depend on the gates of the previous step, through separate weights.
        forget_bias: the initial bias of the forget gate; above 0 the cell keeps most of its content at the start of
            training. A coupled cell starts with the same f: the bias of its input gate is the negative of this. Not
            used without biases.

    >>> cell = LSTM(1, 1, forget_gate=False, input_gate=False, output_gate=False, output_activation=None)
    >>> variables = {"input": jnp.ones((1, 1)), "recurrent": jnp.zeros((1, 1)), "bias": jnp.zeros(1)}
    >>> state = cell.start(1)
    >>> for x in (1.0, 0.0, 1.0):
    ...     state, output = cell.step(variables, state, jnp.full((1, 1), x))
    >>> round(float(output[0, 0]), 4), round(float(2 * jnp.tanh(1.0)), 4)
    (1.5232, 1.5232)
    """

    forget_gate: bool = True
    input_gate: bool = True
    output_gate: bool = True
    peepholes: bool = False
    input_activation: Callable | None = tanh
    output_activation: Callable | None = tanh
    coupled: bool = False
    full_gate_recurrence: bool = False
    forget_bias: float = 1.0

    def __check_init__(self):
        if self.coupled and not (self.input_gate and self.forget_gate):
            raise Error(
                f"LSTM(coupled=True, input_gate={self.input_gate}, forget_gate={self.forget_gate}): f = 1 - i needs "
                "both gates; leave both on, or give coupled=False"
            )
        for name in ("peepholes", "full_gate_recurrence"):
            if getattr(self, name) and not self.gates:
                raise Error(f"LSTM({name}=True) with all three gates off: it would have no effect; switch a gate on")

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates that have weights, in the order of their rows."""
        exist = {"input": self.input_gate, "forget": self.forget_gate and not self.coupled, "output": self.output_gate}
        return tuple(gate for gate, exists in exist.items() if exists)

    def init(self, key: PRNGKeyArray) -> dict[str, Array]:
        """Weights drawn by the initializers; biases are zero, except that of the forget gate.

        A peephole is drawn like a row of the recurrent weight.
        """
        size, gates = self.hidden_size, self.gates
        rows = (*gates, "candidate")
        variables = {
            "input": draw_fused(self.initializer, named_key(key, "input"), rows, size, self.inputs),
            "recurrent": draw_fused(self.recurrent_initializer, named_key(key, "recurrent"), rows, size, size),
        }
        if self.use_bias:
            biases = {"forget": self.forget_bias, "input": -self.forget_bias if self.coupled else 0.0}
            variables["bias"] = jnp.concatenate([jnp.full(size, biases.get(row, 0.0), jnp.float32) for row in rows])
        if self.peepholes:
            peephole = named_key(key, "peephole")
            draws = [self.recurrent_initializer(named_key(peephole, gate), (size,), size, size) for gate in gates]
            variables["peephole"] = jnp.stack(draws)
        if self.full_gate_recurrence:
            width = len(gates) * size
            variables["gates"] = draw_fused(self.recurrent_initializer, named_key(key, "gates"), gates, size, width)
        return variables

    def start(self, batch: int) -> LSTMState:
        """Zeros, in separate arrays: an array that occurs twice could not be donated to a program."""
        shape = (batch, self.hidden_size)
        gates = jnp.zeros((batch, len(self.gates) * self.hidden_size)) if self.full_gate_recurrence else None
        return LSTMState(jnp.zeros(shape), jnp.zeros(shape), gates)

    def output(self, state: LSTMState) -> Float[Array, "batch {self.hidden_size}"]:
        """h, without c."""
        return state.hidden

    def project(self, variables: dict[str, Array], x: Float[Array, "... {self.inputs}"]) -> dict[str, Array]:
        """The input's product; with full gate recurrence also zeros, for the product of the previous gates."""
        projected = super().project(variables, x)
        if self.full_gate_recurrence:
            product = projected["recurrent"]
            projected["gates"] = jnp.zeros((*product.shape[:-1], len(self.gates) * self.hidden_size), product.dtype)
        return projected

    def advance(
        self, variables: dict[str, Array], state: LSTMState, preactivation: Preactivations
    ) -> tuple[LSTMState, Float[Array, "batch {self.hidden_size}"]]:
        """The next output and cell."""
        cell, gates = state.cell, self.gates
        rows = preactivation("recurrent", state.hidden)
        rows, candidate = jnp.split(rows, [len(gates) * self.hidden_size], axis=-1)
        if self.full_gate_recurrence:
            rows = rows + preactivation("gates", state.gates)
        if self.peepholes:
            seen = dict(zip(gates, like(variables["peephole"], rows), strict=True))
            before = blocks(rows, gates)
            gate = {name: sigmoid(before[name] + seen[name] * cell) for name in gates if name != "output"}
        else:
            gate = blocks(sigmoid(rows), gates)  # one sigmoid for all gates is faster

        i = gate.get("input", 1.0)
        f = 1 - i if self.coupled else gate.get("forget", 1.0)
        cell = f * cell + i * _apply(self.input_activation, candidate)

        if self.peepholes and self.output_gate:
            gate["output"] = sigmoid(before["output"] + seen["output"] * cell)
        hidden = gate.get("output", 1.0) * _apply(self.output_activation, cell)
        kept = jnp.concatenate([gate[name] for name in gates], axis=-1) if self.full_gate_recurrence else None
        return LSTMState(hidden, cell, kept), hidden


def _apply(activation: Callable | None, x: Array) -> Array:
    return x if activation is None else activation(x)
