"""Paths on landscapes against closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import optim
from waza.core.errors import Error
from waza.learners import Descent
from waza.models.landscapes import Quadratic, Saddle, Slope, TwoMinima


def path(learner, steps):
    key = jax.random.key(0)
    state, states = learner.init(key, None), []
    for step in range(steps):
        states.append(state)
        state, _ = learner.update(state, learner.batch(None, jax.random.fold_in(key, step), step), key)
    return [*states, state]


def test_gradient_descent_on_a_quadratic_is_its_closed_form():
    states = path(Descent(Quadratic((1.0, 10.0)), optim.SGD(0.15)), 12)
    shrink = (1 - 0.15 * np.array([1.0, 10.0])) ** 12
    np.testing.assert_allclose(states[-1].w, shrink * states[0].w, rtol=1e-4)


def test_a_start_lies_in_its_box():
    learner = Descent(Saddle(), optim.SGD(0.1), low=(1.0, -0.5), high=(1.0, 0.5))
    starts = np.stack([learner.init(jax.random.key(i), None).w for i in range(50)])
    assert np.all(starts[:, 0] == 1.0)
    assert np.ptp(starts[:, 1]) > 0.5 and np.abs(starts[:, 1]).max() <= 0.5


@pytest.mark.parametrize(
    ("landscape", "minima"),
    [
        (TwoMinima(0.0), [(-1.0, 0.0), (1.0, 0.0)]),
        (Saddle(), [(0.0, 1.0), (0.0, -1.0)]),
        (Saddle(45), [(-(0.5**0.5), 0.5**0.5), (0.5**0.5, -(0.5**0.5))]),
        (Quadratic(), [(0.0, 0.0)]),
    ],
)
def test_the_minima_are_where_the_docstring_says(landscape, minima):
    for minimum in minima:
        w = jnp.array(minimum)
        np.testing.assert_allclose(jax.grad(landscape)(w), 0, atol=1e-6)
        assert np.all(np.linalg.eigvalsh(jax.hessian(landscape)(w)) > 0)


@pytest.mark.parametrize("turn", [0, 30, 45])
def test_a_turned_saddle_goes_up_one_way_and_down_the_other(turn):
    curvatures, directions = np.linalg.eigh(jax.hessian(Saddle(turn))(jnp.zeros(2)))
    np.testing.assert_allclose(curvatures, [-1, 1], atol=1e-5)
    angle = np.radians(turn)
    np.testing.assert_allclose(abs(directions[:, 1]), [np.cos(angle), np.sin(angle)], atol=1e-5)


def test_noise_has_the_stated_spread_and_no_mean():
    states = path(Descent(Slope((0.0, 0.0)), optim.SGD(1.0), noise=0.5), 400)
    moved = np.stack([state.moved for state in states[1:]])
    assert moved.std() == pytest.approx(0.5, rel=0.1)
    assert abs(moved.mean()) < 0.06


def test_a_lopsided_box_is_refused():
    with pytest.raises(Error, match="as many lows as highs"):
        Descent(Saddle(), optim.SGD(0.1), low=(1.0,), high=(1.0, 2.0))
