"""What the chapters compute instead of sampling, against closed forms, simulations and other algorithms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn, optim
from waza.core.variables import join, trained
from waza.curriculum.day2a_training import basins, learning_rate, limits, starting_weights, step_sizes, xavier_forms
from waza.curriculum.day2a_training.descents import end_of, line, path_of, slopes_of
from waza.data import Dataset, Split
from waza.models.landscapes import Quadratic, TwoMinima

TILT = 0.3


def test_a_path_is_that_of_the_recursion_in_double_precision():
    path = path_of(Quadratic((1.0, 10.0)), optim.Momentum(0.05, 0.9), np.array([[1.0, -2.0]]), 50)
    w, v = np.array([1.0, -2.0]), np.zeros(2)
    for step in range(51):
        np.testing.assert_allclose(path[step, 0], w, rtol=1e-6)  # 0.9 and 0.05 are given in single precision
        v = 0.9 * v - 0.05 * np.array([1.0, 10.0]) * w
        w = w + v
    assert path.dtype == np.float64
    np.testing.assert_allclose(slopes_of(Quadratic((1.0, 10.0)), path), path * np.array([1.0, 10.0]))
    np.testing.assert_array_equal(end_of(Quadratic((1.0, 10.0)), optim.Momentum(0.05, 0.9), path[0], 50), path[50])


def test_small_steps_end_on_the_side_of_the_hill_where_they_start():
    for tilt in basins.TILTS:
        hill = np.sort(np.roots([4.0, 0.0, -4.0, tilt]).real)[1]
        ends = end_of(TwoMinima(tilt), optim.SGD(0.005), line(-2.0, 2.0, 2000), 4000)
        assert np.mean(ends[:, 0] < 0) == pytest.approx((hill + 2) / 4, abs=1e-3)


def test_the_chain_crosses_as_often_as_simulated_paths():
    rng, rate, steps = np.random.default_rng(0), 0.1, 60
    x = np.full(20_000, np.sort(np.roots([4.0, 0.0, -4.0, TILT]).real)[-1])
    there = np.zeros(len(x), bool)
    for _ in range(steps):
        x = x - rate * (4 * x * (x**2 - 1) + TILT + basins.NOISE * rng.normal(size=len(x)))
        there |= x < basins.FAR_SIDE
    assert basins._crossed(rate, TILT, steps) == pytest.approx(there.mean(), abs=0.015)


@pytest.mark.slow
def test_the_limit_of_a_net_is_that_of_its_hessian():
    rng = np.random.default_rng(0)
    rows = Split(rng.normal(size=(30, 4)).astype(np.float32), rng.integers(3, size=30).astype(np.int32))
    data = Dataset("small", rows, rows)
    learner = limits.WholeBatch(models.MLP((4, 5, 3), nn.tanh, nn.He()), probes=False)
    state = learner.init(jax.random.key(1), data)
    flat, back = jax.flatten_util.ravel_pytree(trained(state.variables))

    def loss(flat):
        outputs = learner.model.apply(join(back(flat), state.variables), jnp.asarray(rows.x), nn.Pass(training=True))
        return jnp.mean(nn.CrossEntropy()(outputs, jnp.asarray(rows.y))["loss"])

    greatest = np.linalg.eigvalsh(np.asarray(jax.hessian(loss)(flat)))[-1]
    assert float(state.optimizer) == pytest.approx(2 / greatest, rel=1e-3)
    after, _ = learner.update(state, learner.batch(data, None, 0), jax.random.key(2))
    moved = jax.flatten_util.ravel_pytree(trained(after.variables))[0] - flat
    np.testing.assert_allclose(moved, -state.optimizer * jax.grad(loss)(flat), rtol=1e-3, atol=1e-6)


def test_the_exact_values_are_those_of_algebra():
    assert learning_rate.measured_limit() == pytest.approx(1, abs=1e-3)
    assert learning_rate.shrinks() == pytest.approx(0.998**400, rel=1e-5)
    assert step_sizes.momentum_by_size() == pytest.approx(1)
    assert step_sizes.momentum_by_direction() == pytest.approx(19, rel=1e-5)
    assert step_sizes.later_rate(step_sizes.ADAGRAD) == pytest.approx(0.5**0.5, rel=1e-6)
    values = {part.name: part.value() for part in xavier_forms.C02.parts}
    assert values["in-forward"] == pytest.approx(1)
    assert values["in-backward"] == pytest.approx(1 / 16)
    assert values["average-forward"] == pytest.approx((4 / 3) ** 4)
    assert values["average-backward"] == pytest.approx((2 / 3) ** 4)


def test_units_that_start_equal_stay_equal():
    assert starting_weights.different_units() == 1
