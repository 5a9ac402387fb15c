"""Every switch of the LSTM, and both resets of the GRU, against the equations written out in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn

INPUTS, SIZE, BATCH, TIME = 3, 4, 2, 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(BATCH, TIME, INPUTS))

VARIANTS = {
    "vanilla": {},
    "1997": {"forget_gate": False},
    "bare CEC": {"forget_gate": False, "input_gate": False, "output_gate": False},
    "2002": {"peepholes": True},
    "no input gate": {"peepholes": True, "input_gate": False},
    "no forget gate": {"peepholes": True, "forget_gate": False},
    "no output gate": {"peepholes": True, "output_gate": False},
    "no input activation": {"peepholes": True, "input_activation": None},
    "no output activation": {"peepholes": True, "output_activation": None},
    "other activations": {"input_activation": nn.relu, "output_activation": nn.sigmoid},
    "coupled": {"peepholes": True, "coupled": True},
    "full gate recurrence": {"peepholes": True, "full_gate_recurrence": True},
    "full, without forget gate or peepholes": {"full_gate_recurrence": True, "forget_gate": False},
    "no biases": {"use_bias": False},
}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def random_variables(cell):
    return {name: RNG.normal(size=leaf.shape) for name, leaf in cell.init(jax.random.key(0)).items()}


def lstm_by_hand(cell, variables, x):
    """Greff et al.'s equations, gate by gate and row by row."""
    gates, size = list(cell.gates), cell.hidden_size

    def rows(name, of):
        at = [*gates, "candidate"].index(of)
        return variables[name][at * size : (at + 1) * size]

    def function(activation, value):
        return value if activation is None else np.asarray(activation(jnp.asarray(value, jnp.float32)), np.float64)

    outputs = np.zeros((*x.shape[:2], size))
    for row in range(x.shape[0]):
        h, c = np.zeros(size), np.zeros(size)
        last = {gate: np.zeros(size) for gate in gates}
        for t in range(x.shape[1]):
            now = dict(last)

            def before(of, x_t=x[row, t], h=h, last=last):
                a = rows("input", of) @ x_t + rows("recurrent", of) @ h
                if cell.use_bias:
                    a = a + rows("bias", of)
                if cell.full_gate_recurrence and of != "candidate":
                    for i, gate in enumerate(gates):
                        a = a + rows("gates", of)[:, i * size : (i + 1) * size] @ last[gate]
                return a

            def gate(of, c, before=before, now=now):
                if of not in gates:
                    return np.ones(size)
                a = before(of) + (variables["peephole"][gates.index(of)] * c if cell.peepholes else 0)
                now[of] = sigmoid(a)
                return now[of]

            i = gate("input", c)
            f = 1 - i if cell.coupled else gate("forget", c)
            c = f * c + i * function(cell.input_activation, before("candidate"))
            o = gate("output", c)
            h = o * function(cell.output_activation, c)
            last = now
            outputs[row, t] = h
    return outputs, h, c


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_lstm_is_its_equations(variant):
    cell = nn.LSTM(INPUTS, SIZE, **VARIANTS[variant])
    variables = random_variables(cell)
    expected, h, c = lstm_by_hand(cell, variables, X)
    as_floats = {name: jnp.asarray(value, jnp.float32) for name, value in variables.items()}
    outputs, state = nn.Recurrent(cell).scan({"cell": as_floats}, jnp.asarray(X, jnp.float32), nn.Pass())
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(state.hidden[-1], h, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(state.cell[-1], c, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("reset", ["before", "after"])
def test_each_gru_is_its_equations(reset, use_bias):
    cell = nn.GRU(INPUTS, SIZE, reset=reset, use_bias=use_bias)
    variables = random_variables(cell)
    w, b = np.split(variables["input"], 3), np.split(variables["bias"], 3) if use_bias else np.zeros((3, SIZE))
    r_weight, z_weight = np.split(variables["recurrent"], 2)
    expected = np.zeros((BATCH, TIME, SIZE))
    for row in range(BATCH):
        h = np.zeros(SIZE)
        for t in range(TIME):
            x = X[row, t]
            r = sigmoid(w[0] @ x + r_weight @ h + b[0])
            z = sigmoid(w[1] @ x + z_weight @ h + b[1])
            if reset == "before":
                n = np.tanh(w[2] @ x + variables["candidate"] @ (r * h) + b[2])
            else:
                inner = variables["candidate"] @ h + (variables["candidate_bias"] if use_bias else 0)
                n = np.tanh(w[2] @ x + b[2] + r * inner)
            h = expected[row, t] = z * h + (1 - z) * n
    as_floats = {name: jnp.asarray(value, jnp.float32) for name, value in variables.items()}
    outputs = nn.Recurrent(cell).apply({"cell": as_floats}, jnp.asarray(X, jnp.float32), nn.Pass())
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-4)


def test_the_cell_of_1997_keeps_what_it_has_and_that_of_2000_may_forget():
    def later(cell):
        variables = jax.tree.map(jnp.zeros_like, cell.init(jax.random.key(0)))
        state = cell.start(1)._replace(cell=jnp.ones((1, SIZE)))
        for _ in range(10):
            state, _ = cell.step(variables, state, jnp.zeros((1, INPUTS)))
        return float(state.cell[0, 0])

    assert later(nn.LSTM(INPUTS, SIZE, forget_gate=False)) == 1
    assert later(nn.LSTM(INPUTS, SIZE)) == pytest.approx(0.5**10)


def test_a_cell_starts_by_remembering():
    for coupled in (False, True):
        cell = nn.LSTM(INPUTS, SIZE, coupled=coupled, forget_bias=3)
        variables = cell.init(jax.random.key(0))
        state = cell.start(1)._replace(cell=jnp.ones((1, SIZE)))
        state, _ = cell.step(variables, state, jnp.zeros((1, INPUTS)))
        np.testing.assert_allclose(state.cell, sigmoid(3.0), rtol=1e-6)


def test_a_gate_is_drawn_alike_whichever_others_there_are():
    key = jax.random.key(1)
    all_gates, fewer = nn.LSTM(INPUTS, SIZE, peepholes=True), nn.LSTM(INPUTS, SIZE, input_gate=False, peepholes=True)
    for name in ("input", "recurrent"):
        np.testing.assert_array_equal(all_gates.init(key)[name][SIZE:], fewer.init(key)[name])
    np.testing.assert_array_equal(all_gates.init(key)["peephole"][1:], fewer.init(key)["peephole"])
    paper, usual = (nn.GRU(INPUTS, SIZE, reset=reset).init(key) for reset in ("before", "after"))
    assert all((paper[name] == usual[name]).all() for name in paper)


def test_initial_values_follow_the_initializers():
    cell = nn.LSTM(300, 200, initializer=nn.Gaussian(0.3), recurrent_initializer=nn.Xavier())
    variables = cell.init(jax.random.key(0))
    assert float(variables["input"].std()) == pytest.approx(0.3, rel=0.02)
    assert float(variables["recurrent"].std()) == pytest.approx(200**-0.5, rel=0.02)
