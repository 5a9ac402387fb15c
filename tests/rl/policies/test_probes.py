"""Each learner of policies solves the probe environments; a diverging one ends as the engine says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import nn, optim
from waza.rl.environments import Box, Step, probes
from waza.rl.policies import (
    A2C,
    PPO,
    CategoricalPolicy,
    Discounted,
    GaussianPolicy,
    Learned,
    MovingAverage,
    Reinforce,
    mlp_critic,
)

from ..problems import trained

DISCOUNT = 0.7
VALUES = {  # of each observation
    probes.ConstantValue: {0.0: 1.0},
    probes.ObservedValue: {-1.0: -1.0, 1.0: 1.0},
    probes.DiscountedValue: {0.0: DISCOUNT, 1.0: 1.0},
    probes.ActionReward: {0.0: 1.0},
    probes.ObservedActionReward: {-1.0: 1.0, 1.0: 1.0},
}


def learners(environment):
    """Each algorithm with small networks."""
    policy = CategoricalPolicy(nn.Dense(1, environment.actions.n, nn.Constant(0.0)))
    critic, optimizer = mlp_critic(environment, (16,)), optim.Adam(0.02)
    common = {"objective": Discounted(DISCOUNT), "copies": 16, "episodes": 64}
    return {
        "reinforce": Reinforce(environment, policy, optimizer, baseline=Learned(critic), **common),
        "moving average": Reinforce(environment, policy, optimizer, baseline=MovingAverage(), **common),
        "a2c": A2C(environment, policy, optimizer, critic, steps=4, **common),
        "ppo": PPO(environment, policy, optimizer, critic, steps=8, epochs=4, minibatches=2, **common),
    }


@pytest.mark.parametrize("probe", VALUES)
@pytest.mark.parametrize("name", ["reinforce", "moving average", "a2c", "ppo"])
def test_a_probe_is_solved(probe, name):
    environment = probe()
    learner = learners(environment)[name]
    state = trained(learner, 250)
    values = VALUES[probe]
    best = np.mean(list(values.values())) if probe is not probes.DiscountedValue else 1.0
    measured = jax.jit(lambda state: learner.evaluate(state, None, jax.random.key(2)))(state)
    tolerance = 0.4 if probe is probes.ObservedValue else 0.02  # the mean of 64 rewards of -1 or 1
    assert float(measured["return"].value) == pytest.approx(best, abs=tolerance)
    if "critic" in state.variables:
        seen = jnp.array(list(values))[:, None]
        critic = learner.critic if hasattr(learner, "critic") else learner.baseline.model
        found = critic.apply(state.variables["critic"], seen, nn.Pass())[:, 0]
        np.testing.assert_allclose(found, list(values.values()), atol=0.15)


class Aim(probes.ConstantValue):
    """A number as action, one step, the reward falls with the squared distance from 1.5."""

    @property
    def actions(self):
        return Box((1,), -1.0, 2.0)

    def step(self, state, action, key):
        assert action.shape == (1,)
        allowed = jnp.all((action >= -1) & (action <= 2))
        return Step(state, jnp.where(allowed, -((action[0] - 1.5) ** 2), -jnp.inf), jnp.bool_(True))


@pytest.mark.parametrize("kind", [A2C, PPO])
def test_numbers_as_actions_are_aimed(kind):
    environment = Aim()
    policy = GaussianPolicy(nn.Dense(1, 1, nn.Constant(0.0)))
    critic = nn.Dense(1, 1, nn.Constant(0.0))
    learner = kind(environment, policy, optim.Adam(0.01), critic, copies=16, steps=8, episodes=4)
    state = trained(learner, 600)
    measured = learner.evaluate(state, None, jax.random.key(2))
    assert float(measured["return"].value) > -0.02  # and so no action was out of bounds
    assert float(state.variables["policy"]["log_std"][0]) < -0.5


@pytest.mark.parametrize(
    "name", ["reinforce", *(pytest.param(name, marks=pytest.mark.slow) for name in ("moving average", "a2c", "ppo"))]
)
def test_the_laws_of_learners(name):
    wz.testing.check_learner(learners(probes.ObservedActionReward())[name], None, steps=3)


@pytest.mark.slow
def test_a_training_that_diverges_ends_as_diverged(tmp_path):
    environment = probes.ObservedActionReward()
    learner = wz.vary(learners(environment)["a2c"], optimizer=optim.SGD(1e30))
    study = wz.Study(name="d", data=None, variants={"a": learner}, seeds=2, steps=20, evaluate_every=10)
    results = wz.run(study, tmp_path)
    assert (results["diverged_at"].values >= 0).all()
