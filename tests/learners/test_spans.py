"""Gains against derivatives of the whole run, taken at once."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn
from waza.learners import log_gains

TIME, SIZE = 6, 4
X = jax.random.normal(jax.random.key(1), (1, TIME, 2))


@pytest.mark.parametrize(
    ("cell", "memory"),
    [
        (nn.SimpleRNN(2, SIZE), lambda state: state),
        (nn.GRU(2, SIZE), lambda state: state),
        (nn.LSTM(2, SIZE, peepholes=True), lambda state: state.cell),
        (nn.LSTM(2, SIZE, full_gate_recurrence=True), lambda state: state.cell),
    ],
)
def test_gains_are_the_norm_of_the_derivative_over_the_span(cell, memory):
    variables = cell.init(jax.random.key(0))
    found = jax.jit(lambda variables: log_gains(cell, variables, X))(variables)
    step = jax.jit(cell.step)

    def state_at(time):
        state = cell.start(1)
        for t in range(time):
            state, _ = step(variables, state, X[:, t])
        return state

    for span in (1, 3, TIME):
        state = state_at(TIME - span)

        def last(moved, state=state, span=span):
            now = state._replace(cell=moved) if hasattr(state, "_replace") else moved
            for t in range(TIME - span, TIME):
                now, _ = step(variables, now, X[:, t])
            return memory(now)[0]

        jacobian = jax.jacrev(last)(memory(state))[:, 0]
        assert found[span - 1] == pytest.approx(float(jnp.log10(jnp.linalg.norm(jacobian) / SIZE**0.5)), abs=1e-4)


def test_a_bare_carousel_whose_output_is_read_by_nobody_keeps_all():
    cell = nn.LSTM(2, SIZE, forget_gate=False, input_gate=False, output_gate=False)
    variables = cell.init(jax.random.key(0))
    variables["recurrent"] = jnp.zeros_like(variables["recurrent"])
    np.testing.assert_allclose(log_gains(cell, variables, X), 0.0, atol=1e-6)


def test_a_thousand_halvings_neither_underflow_nor_stop():
    cell = nn.SimpleRNN(1, 3, activation=lambda u: u)
    variables = {"input": jnp.zeros((3, 1)), "recurrent": jnp.eye(3) / 2, "bias": jnp.zeros(3)}
    gains = log_gains(cell, variables, jnp.zeros((1, 1000, 1)))
    np.testing.assert_allclose(gains, -np.log10(2) * np.arange(1, 1001), rtol=1e-4)
