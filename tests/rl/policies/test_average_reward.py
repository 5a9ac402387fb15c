"""The average reward against exact gains and differential values, and where it wants another policy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import nn, optim
from waza.rl import tabular
from waza.rl.environments import Step
from waza.rl.policies import A2C, PPO, AverageReward, CategoricalPolicy, Discounted, Reinforce

from ..problems import OfModel, trained


class Chain(OfModel):
    """Three states and one action; the process ends now and then, and begins again in state 0."""

    def table(self):
        transition = np.array([[[0.1, 0.8, 0.1]], [[0.3, 0.0, 0.6]], [[0.5, 0.2, 0.1]]])
        return tabular.TabularModel(transition, np.array([[1.0], [-1.0], [4.0]]), np.eye(3)[0])


class Mails(OfModel):
    """A customer who is fresh (0) or tired (1) of mails: waiting pays in the long run only (from a discount of 5/6)."""

    time_limit: int | None = 60

    def table(self):
        transition = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.3, 0.7], [0.0, 1.0]]])
        return tabular.TabularModel(transition, np.array([[0.0, 1.0], [0.0, 0.2]]), np.eye(2)[0])


def policy(states, actions):
    return CategoricalPolicy(nn.Dense(states, actions, nn.Constant(0.0), use_bias=False))


def test_gain_and_differential_values_are_the_exact_ones():
    learner = A2C(
        Chain(),
        policy(3, 1),
        optim.Adam(0.01),
        nn.Dense(3, 1, nn.Constant(0.0), use_bias=False),
        AverageReward(rate=0.01),
        copies=32,
        steps=8,
        trace=0.5,
    )
    state = trained(learner, 1500)
    model = tabular.restarted(Chain().table())
    exact = tabular.average_values(model, np.ones((3, 1)))
    assert float(state.gain) == pytest.approx(exact.gain[0], abs=0.05)
    values = state.variables["critic"]["weight"][0]
    np.testing.assert_allclose(values - values[0], exact.bias - exact.bias[0], atol=0.2)
    assert abs(float(jnp.mean(values))) < 2  # the constant does not drift away


def probability_of_mail(state, learner):
    logits = learner.policy.distribution(state.variables["policy"], jnp.eye(2)).logits
    return jax.nn.softmax(logits)[:, 1].round(2).tolist()


@pytest.mark.parametrize("kind", [A2C, PPO])
def test_the_average_reward_waits_and_a_small_discount_rate_does_not(kind):
    model = Mails().table()
    assert tabular.average_policy_iteration(model).policy.tolist() == [[0, 1], [1, 0]]
    assert tabular.policy_iteration(model, 0.6).policy.tolist() == [[0, 1], [0, 1]]
    fields = {"copies": 16, "steps": 16, "trace": 0.9}
    fields |= {"epochs": 2, "minibatches": 2, "normalize": False} if kind is PPO else {}
    for objective, tired in ((AverageReward(), 0.0), (Discounted(0.6), 1.0)):
        critic = nn.Dense(2, 1, nn.Constant(0.0))
        learner = kind(Mails(), policy(2, 2), optim.Adam(0.03), critic, objective, **fields)
        fresh_mail, tired_mail = probability_of_mail(trained(learner, 400), learner)
        assert fresh_mail > 0.9 and tired_mail == pytest.approx(tired, abs=0.15)


def test_reinforce_follows_the_average_reward_over_cycles():
    """Cycles of a random length; an action that ends them earlier pays less and gains more in the long run."""

    class Cycle(OfModel):
        time_limit: int | None = 100

        def table(self):
            transition = np.array([[[0.9], [0.5]]])
            return tabular.TabularModel(transition, np.array([[0.5, 0.6]]), np.ones(1))

        def step(self, state, action, key):
            after = super().step(state, action, key)
            return Step(after.state, after.reward + 1.0 * after.terminated, after.terminated)

    for objective, early in ((AverageReward(), True), (Discounted(1.0), False)):
        learner = Reinforce(Cycle(), policy(1, 2), optim.Adam(0.02), objective, copies=64)
        state = trained(learner, 150)
        logits = state.variables["policy"]["model"]["weight"][:, 0]
        assert bool(logits[1] > logits[0]) is early
