"""A learner whose environment is on the host obeys the laws of learners: purity, resuming, mapping over trials."""

from functools import partial

import jax
import jax.numpy as jnp
import pytest

import waza as wz
from waza.rl.environments import Environment, Hosted, advance, begin


class Walker(wz.Learner):
    """Pushes at random, and learns the mean reward of a step."""

    environment: Environment = Hosted(name="CartPole-v1", time_limit=50)
    learning_rate: float = 0.1

    def measures(self, data):
        return (wz.Measure("mean", "higher"),)

    def init(self, key, data):
        return {"running": jax.vmap(partial(begin, self.environment))(jax.random.split(key, 2)), "mean": jnp.zeros(())}

    def batch(self, data, key, step):
        return None

    def update(self, state, batch, key):
        choose, keys = jax.random.split(key)
        actions = jax.random.randint(choose, (2,), 0, 2)
        step = jax.vmap(partial(advance, self.environment))
        running, after = step(state["running"], actions, jax.random.split(keys, 2))
        gain = jnp.mean(after.earned) - state["mean"]
        return {"running": running, "mean": state["mean"] + self.learning_rate * gain}, {}

    def evaluate(self, state, data, key):
        return {"mean": state["mean"]}


@pytest.mark.slow
def test_the_laws_of_learners():
    wz.testing.check_learner(Walker(), data=None)
