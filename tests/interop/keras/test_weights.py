"""Weights in Keras's layout: the equations that Keras documents, in NumPy, and round trips of any size."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza import nn
from waza.interop.keras import weights as there

SIZES = st.integers(1, 7)


def on_device(variables):
    return {name: jnp.asarray(value) for name, value in variables.items()}


def drawn(shapes, seed=0):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(inputs, units):
    return {"input": (4 * units, inputs), "recurrent": (4 * units, units), "bias": (4 * units,)}


def gru(inputs, units, after):
    shapes = {"input": (3 * units, inputs), "recurrent": (2 * units, units), "candidate": (units, units)}
    return shapes | {"bias": (3 * units,)} | ({"candidate_bias": (units,)} if after else {})


def rnn(inputs, units):
    return {"input": (units, inputs), "recurrent": (units, units), "bias": (units,)}


def test_an_lstm_in_keras_order():
    """Keras: z = x K + h U + b, and the four parts of z are i, f, c, o."""
    cell, variables = nn.LSTM(3, 2), drawn(lstm(3, 2))
    kernel, recurrent, bias = there.lstm_there(variables)
    x, h, c = (np.random.default_rng(i).normal(size=(5, n)).astype(np.float32) for i, n in enumerate((3, 2, 2)))
    i, f, candidate, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    new = sigmoid(f) * c + sigmoid(i) * np.tanh(candidate)
    state, output = cell.step(on_device(variables), nn.LSTMState(jnp.array(h), jnp.array(c)), jnp.array(x))
    np.testing.assert_allclose(state.cell, new, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(output, sigmoid(o) * np.tanh(new), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reset", ["after", "before"])
def test_a_gru_in_keras_order(reset):
    """Keras: the parts are z, r, h; with the reset after, both products have a bias."""
    cell, variables = nn.GRU(3, 2, reset=reset), drawn(gru(3, 2, reset == "after"))
    kernel, recurrent, bias = there.gru_there(variables)
    first, second = bias if reset == "after" else (bias, np.zeros_like(bias))
    x, h = (np.random.default_rng(i).normal(size=(5, n)).astype(np.float32) for i, n in enumerate((3, 2)))
    given, met = np.split(x @ kernel + first, 3, axis=1), np.split(h @ recurrent + second, 3, axis=1)
    z, r = sigmoid(given[0] + met[0]), sigmoid(given[1] + met[1])
    candidate = np.tanh(given[2] + (r * met[2] if reset == "after" else (r * h) @ recurrent[:, 4:]))
    _, output = cell.step(on_device(variables), jnp.array(h), jnp.array(x))
    np.testing.assert_allclose(output, z * h + (1 - z) * candidate, rtol=1e-5, atol=1e-6)


def equal(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)


@settings(max_examples=20, deadline=None)
@given(SIZES, SIZES, st.booleans(), st.booleans())
def test_weights_come_back(inputs, units, biased, after):
    for shapes, out, back in (
        (lstm(inputs, units), there.lstm_there, there.lstm_here),
        (gru(inputs, units, after), there.gru_there, there.gru_here),
        (rnn(inputs, units), there.rnn_there, there.rnn_here),
        ({"weight": (units, inputs), "bias": (units,)}, there.dense_there, there.dense_here),
    ):
        variables = {name: one for name, one in drawn(shapes).items() if biased or "bias" not in name}
        equal(back(out(variables)), variables)


@settings(max_examples=20, deadline=None)
@given(SIZES, SIZES, SIZES)
def test_heads_come_back(heads, depth, memory):
    size = heads * depth
    features = {"query": size, "key": memory, "value": memory, "output": size}
    variables = {name: drawn({"weight": (size, n), "bias": (size,)}, n) for name, n in features.items()}
    found = there.multi_head_there(variables, heads)
    assert [one.shape for one in found[:2]] == [(size, heads, depth), (heads, depth)]
    assert found[6].shape == (heads, depth, size)
    for name, one in there.multi_head_here(found).items():
        equal(one, variables[name])


def test_a_second_bias_of_a_gru_s_gates_is_added_to_the_first():
    kernels = [np.zeros((1, 3), np.float32), np.zeros((1, 3), np.float32)]
    bias = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    variables = there.gru_here([*kernels, bias])
    assert variables["bias"].tolist() == [22.0, 11.0, 3.0] and variables["candidate_bias"].tolist() == [30.0]
