"""Probes against the same figures computed by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, optim
from waza.core.variables import trained
from waza.data import Dataset, Split
from waza.learners import Supervised
from waza.learners.probes import activation_measures

RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(60, 5)), jnp.float32)
Y = jnp.asarray(RNG.integers(0, 3, 60), jnp.int32)
DATA = Dataset("noise", Split(X, Y), Split(X[:20], Y[:20]))
LEARNER = Supervised(models.MLP((5, 8, 4, 3)), optim.SGD(0.1), batch_size=60)


@pytest.fixture(scope="module")
def state():
    return LEARNER.init(jax.random.key(0), DATA)


@pytest.fixture(scope="module")
def measures(state):
    return jax.jit(lambda state, key: LEARNER.evaluate(state, DATA, key))(state, jax.random.key(1))


def test_gradient_norms_and_update_ratios_are_those_of_the_loss(state, measures):
    def objective(parameters):
        outputs = LEARNER.model.apply(parameters, X, nn.Pass())
        return LEARNER.loss(outputs, Y)["loss"].mean()

    gradients = jax.grad(objective)(trained(state.variables))
    for name, part in {"hidden.0": gradients["hidden"][0], "output": gradients["output"]}.items():
        norm = np.sqrt(sum(np.sum(np.square(leaf)) for leaf in jax.tree.leaves(part)))
        assert float(measures["gradient_norm"][name]) == pytest.approx(norm, rel=1e-4)
    size = np.sqrt(sum(np.sum(np.square(leaf)) for leaf in jax.tree.leaves(state.variables["output"])))
    ratio = 0.1 * float(measures["gradient_norm"]["output"]) / size
    assert float(measures["update_ratio"]["output"]) == pytest.approx(ratio, rel=1e-4)


def test_the_signal_gradient_is_that_of_one_row(state, measures):
    def of_row(shift, x, y):
        outputs = LEARNER.model.apply(state.variables, x[None], nn.Pass(shifts={"hidden.1.preactivation": shift[None]}))
        return LEARNER.loss(outputs, y[None])["loss"][0]

    rows = jax.vmap(jax.grad(of_row), in_axes=(None, 0, 0))(jnp.zeros(4), X, Y)
    assert float(measures["signal_gradient_square"]["hidden.1"]) == pytest.approx(float((rows**2).mean()), rel=1e-4)


def test_a_unit_that_is_off_on_every_row_is_dead(state):
    variables = jax.tree.map(jnp.array, state.variables)
    variables["hidden"][0]["dense"]["bias"] = variables["hidden"][0]["dense"]["bias"].at[0].set(-1e3)
    measures = activation_measures(LEARNER.model, variables, X)
    hidden = np.maximum(X @ variables["hidden"][0]["dense"]["weight"].T + variables["hidden"][0]["dense"]["bias"], 0)
    assert float(measures["dead"]["hidden.0"]) == pytest.approx((hidden == 0).all(0).mean())
    assert float(measures["saturated"]["hidden.0"]) == pytest.approx((hidden == 0).mean())
    assert float(measures["activation_mean"]["hidden.0"]) == pytest.approx(hidden.mean(), rel=1e-4)


def test_a_channel_is_dead_that_is_off_on_every_row_and_at_every_position():
    model = models.ConvNet((models.Convolution(3, 2),), hidden=(), outputs=2, image=(4, 4, 1))
    variables = model.init(jax.random.key(0))
    convolution = variables["convolutions"][0]["convolution"]
    convolution["weight"] = jnp.zeros((2, 2, 1, 3)).at[0, 0, 0, 1].set(1.0)
    convolution["bias"] = jnp.array([-1.0, 0.0, 1.0])  # always off; on where the picture is; always on
    measures = activation_measures(model, variables, jnp.zeros((5, 4, 4, 1)).at[3, 1, 2, 0].set(1.0))
    assert float(measures["dead"]["convolutions.0"]) == pytest.approx(1 / 3)
    assert float(measures["saturated"]["convolutions.0"]) == pytest.approx((45 + 44) / (3 * 45))


def test_a_convolutional_network_is_measured_layer_by_layer():
    x, y = jnp.asarray(RNG.random((12, 6, 6, 1)), jnp.float32), jnp.asarray(RNG.integers(0, 2, 12), jnp.int32)
    data = Dataset("noise", Split(x, y), Split(x, y))
    described = (models.Convolution(3, 3, pool=nn.MaxPool(2)), models.Convolution(4, 2))
    learner = Supervised(models.ConvNet(described, (5,), 2, (6, 6, 1)), optim.SGD(0.1), batch_size=6)
    state = learner.init(jax.random.key(0), data)
    measures = jax.jit(lambda state, key: learner.evaluate(state, data, key))(state, jax.random.key(1))
    layers = {"convolutions.0", "convolutions.1", "hidden.0"}
    assert set(measures["dead"]) == set(measures["signal_gradient_square"]) == layers
    assert set(measures["gradient_norm"]) == set(measures["update_ratio"]) == layers | {"output"}
    assert all(np.isfinite(leaf) for leaf in jax.tree.leaves(measures))


def test_measures_are_means_over_all_rows_whatever_their_number(state):
    rows = 2345
    x, y = jnp.asarray(RNG.normal(size=(rows, 5)), jnp.float32), jnp.asarray(RNG.integers(0, 3, rows), jnp.int32)
    data = Dataset("noise", Split(X, Y), Split(x, y))
    measured = LEARNER.evaluate(state, data, jax.random.key(1))
    outputs = LEARNER.model.apply(state.variables, x, nn.Pass())
    assert float(measured["test_accuracy"]) == pytest.approx(float((outputs.argmax(1) == y).mean()), abs=1e-6)
