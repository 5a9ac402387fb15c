"""Each learner of policies solves the probe environments; a diverging one ends as the engine says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import waza as wz
from waza import nn, optim
from waza.rl.environments import probes
from waza.rl.policies import A2C, PPO, CategoricalPolicy, Discounted, Learned, MovingAverage, Reinforce, mlp_critic

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
    state = jax.jit(learner.init)(jax.random.key(0), None)

    @jax.jit
    def train(state):
        def one(state, key):
            return learner.update(state, None, key)[0], None

        return jax.lax.scan(one, state, jax.random.split(jax.random.key(1), 250))[0]

    state = train(state)
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


@pytest.mark.parametrize("name", ["reinforce", "moving average", "a2c", "ppo"])
def test_the_laws_of_learners(name):
    wz.testing.check_learner(learners(probes.ObservedActionReward())[name], None, steps=3)


def test_a_training_that_diverges_ends_as_diverged(tmp_path):
    environment = probes.ObservedActionReward()
    learner = wz.vary(learners(environment)["a2c"], optimizer=optim.SGD(1e30))
    study = wz.Study(name="d", data=None, variants={"a": learner}, seeds=2, steps=20, evaluate_every=10)
    results = wz.run(study, tmp_path)
    assert (results["diverged_at"].values >= 0).all()
