"""REINFORCE's gradient against the exact one, by enumeration of all episodes, and by sampling."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn, optim
from waza.rl import tabular
from waza.rl.policies import CategoricalPolicy, Discounted, Learned, MovingAverage, Reinforce
from waza.rl.policies.baselines import Followed
from waza.rl.policies.enumeration import every_episode, gradient_estimates
from waza.rl.policies.exact import (
    average_gradient,
    discounted_gradient,
    discounted_objective,
    softmax_policy,
)

from ..problems import OfModel

STEPS, DISCOUNT = 4, 0.8
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(3, 2))


class Three(OfModel):
    """Three states and two actions with random probabilities; a tenth of all steps end the process."""

    time_limit: int | None = STEPS

    def table(self):
        rng = np.random.default_rng(1)
        transition = 0.9 * rng.dirichlet(np.ones(3), size=(3, 2))
        return tabular.TabularModel(transition, 1 + rng.normal(size=(3, 2)), np.eye(3)[0])


MODEL = tabular.checked(Three().table())


def learner(baseline=None, **fields):
    policy = CategoricalPolicy(nn.Dense(3, 2, nn.Constant(0.0), use_bias=False))
    return Reinforce(Three(), policy, optim.SGD(1.0), baseline=baseline, objective=Discounted(DISCOUNT), **fields)


def exact_gradient():
    """By central differences of the exact return of an episode of four steps."""

    def value(logits):
        return tabular.episode_return(MODEL, softmax_policy(logits), STEPS, DISCOUNT)

    gradient = np.zeros_like(LOGITS)
    for at in np.ndindex(*LOGITS.shape):
        shift = np.zeros_like(LOGITS)
        shift[at] = 1e-5
        gradient[at] = (value(LOGITS + shift) - value(LOGITS - shift)) / 2e-5
    return gradient


VARIABLES = {"policy": {"model": {"weight": jnp.asarray(LOGITS.T, jnp.float32)}}}
EPISODES = every_episode(MODEL, softmax_policy(LOGITS), STEPS)


def mean_returns():
    """The mean return from each time on, over the episodes that get there."""
    to_go = np.zeros((len(EPISODES.reward), STEPS + 1))
    for t in reversed(range(STEPS)):
        to_go[:, t] = EPISODES.reward[:, t] + DISCOUNT * to_go[:, t + 1]
    weight = EPISODES.probability[:, None] * EPISODES.live
    return (weight * to_go[:, :STEPS]).sum(0) / weight.sum(0)


def estimates(name):
    if name == "whole return":
        return gradient_estimates(learner(copies=1, to_go=False), VARIABLES, EPISODES)
    if name == "to go":
        return gradient_estimates(learner(copies=1, discount_steps=True), VARIABLES, EPISODES)
    if name == "moving average":
        seen = Followed(jnp.asarray(mean_returns(), jnp.float32), jnp.ones(STEPS))
        one = learner(MovingAverage(), copies=1, discount_steps=True)
        return gradient_estimates(one, VARIABLES, EPISODES, seen)
    values = tabular.state_values(MODEL, softmax_policy(LOGITS), DISCOUNT)
    critic = {"weight": jnp.asarray(values[None], jnp.float32)}
    one = learner(Learned(nn.Dense(3, 1, use_bias=False)), copies=1, discount_steps=True)
    return gradient_estimates(one, VARIABLES | {"critic": critic}, EPISODES)


def test_all_episodes_are_found():
    assert EPISODES.probability.sum() == pytest.approx(1)
    returns = (EPISODES.reward * DISCOUNT ** np.arange(STEPS)).sum(1)
    expected = tabular.episode_return(MODEL, softmax_policy(LOGITS), STEPS, DISCOUNT)
    assert EPISODES.probability @ returns == pytest.approx(expected)
    paths = {
        tuple(map(tuple, np.where(e[1], e[0], -1).T))
        for e in zip(np.stack([EPISODES.state, EPISODES.action], 1), np.stack([EPISODES.live] * 2, 1), strict=True)
    }
    assert len(paths) <= len(EPISODES.probability) <= 2 * len(paths)  # ended or cut off at the last step


@pytest.mark.parametrize("name", ["whole return", "to go", "moving average", "learned"])
def test_the_mean_is_the_exact_gradient(name):
    found = estimates(name).mean.reshape(2, 3).T
    np.testing.assert_allclose(found, exact_gradient(), rtol=1e-4, atol=1e-5)


def test_each_improvement_lowers_the_variance():
    names = ["whole return", "to go", "moving average", "learned"]
    variances = [estimates(name).variance for name in names]
    assert all(later < earlier for earlier, later in itertools.pairwise(variances)), variances


def test_without_discounted_steps_the_gradient_is_another_one():
    found = gradient_estimates(learner(copies=1), VARIABLES, EPISODES).mean.reshape(2, 3).T
    assert np.abs(found - exact_gradient()).max() > 0.01


@pytest.mark.parametrize("baseline", [None, MovingAverage()])
def test_what_is_sampled_has_the_same_mean(baseline):
    one = learner(baseline, copies=4000, discount_steps=True)
    state = one.init(jax.random.key(0), None)
    state = state._replace(variables=VARIABLES)
    gradients, (_, _, records) = jax.jit(one.gradients)(state, jax.random.key(1))
    found = -np.asarray(gradients["policy"]["model"]["weight"]).T
    deviation = np.sqrt(estimates("to go").variance / 4000)
    np.testing.assert_allclose(found, exact_gradient(), atol=4 * deviation)
    assert int(records["return"].weight) == 4000


def test_the_theorem_gives_the_slope_of_the_objectives():
    discounted = discounted_gradient(MODEL, LOGITS, DISCOUNT)
    endless = tabular.restarted(MODEL)
    average = average_gradient(endless, LOGITS)
    for at in np.ndindex(*LOGITS.shape):
        shift = np.zeros_like(LOGITS)
        shift[at] = 1e-5
        up, down = LOGITS + shift, LOGITS - shift
        slope = (discounted_objective(MODEL, up, DISCOUNT) - discounted_objective(MODEL, down, DISCOUNT)) / 2e-5
        assert discounted[at] == pytest.approx(slope, rel=1e-4, abs=1e-8)
        gains = [tabular.average_values(endless, softmax_policy(one)).gain[0] for one in (up, down)]
        assert average[at] == pytest.approx((gains[0] - gains[1]) / 2e-5, rel=1e-4, abs=1e-8)
