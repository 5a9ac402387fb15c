"""The lesson's backward pass against automatic differentiation, and its windows against gradients that are stopped."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza import models, nn

SIGMOID = (nn.sigmoid, lambda u: nn.sigmoid(u) * (1 - nn.sigmoid(u)))
TANH = (nn.tanh, lambda u: 1 - nn.tanh(u) ** 2)


def problem(seed, time, inputs, units, outputs):
    rng = np.random.default_rng(seed)
    shapes = {
        "input": (units, inputs), "recurrent": (units, units), "bias": (units,), "output": (outputs, units),
        "output_bias": (outputs,),
    }  # fmt: skip
    weights = {name: jnp.asarray(rng.normal(size=shape), jnp.float32) for name, shape in shapes.items()}
    x, targets = (jnp.asarray(rng.normal(size=(time, size)), jnp.float32) for size in (inputs, outputs))
    return weights, x, targets


def loss(weights, x, targets, f, g, window=None):
    """The same network through waza's layers, from window to window with a state whose gradient is stopped."""
    layer = nn.Recurrent(nn.SimpleRNN(x.shape[1], weights["bias"].size, activation=f))
    cell = {name: weights[name] for name in ("input", "recurrent", "bias")}
    state, total = layer.start(1), 0.0
    for first in range(0, x.shape[0], window or x.shape[0]):
        piece = slice(first, first + (window or x.shape[0]))
        z, state = layer.scan({"cell": cell}, x[None, piece], nn.Pass(), jax.lax.stop_gradient(state))
        y = g(z[0] @ weights["output"].T + weights["output_bias"])
        total += jnp.sum((y - targets[piece]) ** 2) / 2
    return total


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 1000),
    sizes=st.tuples(*[st.integers(1, 3)] * 3),
    time=st.integers(1, 6),
    window=st.sampled_from([None, 1, 2, 3]),
)
def test_by_hand_is_automatic_differentiation(seed, sizes, time, window):
    weights, x, targets = problem(seed, time, *sizes)
    by_hand = jax.jit(nn.bptt, static_argnums=(3, 4, 5))(weights, x, targets, TANH, SIGMOID, window)._asdict()
    automatic = jax.jit(jax.value_and_grad(loss), static_argnums=(3, 4, 5))
    value, slopes = automatic(weights, x, targets, nn.tanh, nn.sigmoid, window)
    assert by_hand.pop("loss") == pytest.approx(float(value), rel=1e-5)
    for name, slope in slopes.items():
        np.testing.assert_allclose(by_hand[name], slope, rtol=1e-4, atol=1e-5, err_msg=name)


def test_by_hand_is_the_course_s_network():
    """2-16-1 without biases on one pair of 8-bit numbers, as `models.SequenceModel` has it."""
    weights, x, targets = problem(0, 8, 2, 16, 1)
    cell = nn.SimpleRNN(2, 16, activation=nn.sigmoid, use_bias=False)
    model = models.SequenceModel(nn.Recurrent(cell), 1, activation=nn.sigmoid, use_bias=False)
    variables = {
        "recurrent": {"cell": {name: weights[name] for name in ("input", "recurrent")}},
        "output": {"weight": weights["output"]},
    }

    def course(variables):
        measures = nn.BitwiseSquaredError()(model.apply(variables, x[None], nn.Pass()), targets[None, :, 0])
        return measures["loss"][0]

    weights |= {"bias": jnp.zeros(16), "output_bias": jnp.zeros(1)}
    by_hand, slopes = nn.bptt(weights, x, targets, SIGMOID, SIGMOID), jax.grad(course)(variables)
    for name in ("input", "recurrent"):
        np.testing.assert_allclose(getattr(by_hand, name), slopes["recurrent"]["cell"][name], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(by_hand.output, slopes["output"]["weight"], rtol=1e-4, atol=1e-6)
