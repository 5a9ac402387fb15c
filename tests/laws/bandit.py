"""An on-policy learner: the gradient bandit algorithm, which draws its own arms."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

import waza as wz

EPISODE = 10  # steps


class State(NamedTuple):
    """The preferences for the arms, the running mean of rewards, the arms' true means, and this episode's rewards."""

    preferences: jax.Array
    baseline: jax.Array
    means: jax.Array
    earned: jax.Array
    step: jax.Array


class Bandit(wz.Learner):
    """Softmax preferences that follow the gradient of the expected reward (Sutton and Barto, 2018, section 2.8)."""

    arms: int = 10
    learning_rate: float = 0.1
    baseline_rate: float = 0.1  # 0: no baseline

    def measures(self, data):
        return wz.Measure("regret", "lower", bounds=(0, float("inf"))), wz.Measure("batch_reward", "higher")

    def init(self, key, data):
        means = 4 + jax.random.normal(key, (self.arms,))
        return State(jnp.zeros(self.arms), jnp.zeros(()), means, jnp.zeros(()), jnp.zeros((), jnp.int32))

    def batch(self, data, key, step):
        return None  # `update` draws an arm and its reward

    def update(self, state, batch, key):
        draw, noise = jax.random.split(key)
        arm = jax.random.categorical(draw, state.preferences)
        reward = state.means[arm] + jax.random.normal(noise)
        gradient = jax.nn.one_hot(arm, self.arms) - jax.nn.softmax(state.preferences)
        preferences = state.preferences + self.learning_rate * (reward - state.baseline) * gradient
        baseline = state.baseline + self.baseline_rate * (reward - state.baseline)
        earned, step = state.earned + reward, state.step + 1
        ends = step % EPISODE == 0
        records = {"reward": wz.Mean(jnp.where(ends, earned, 0), ends)}  # weight 0 at 9 of 10 steps
        return State(preferences, baseline, state.means, jnp.where(ends, 0, earned), step), records

    def evaluate(self, state, data, key):
        return {"regret": jnp.max(state.means) - jnp.sum(jax.nn.softmax(state.preferences) * state.means)}

    def kept(self, state):
        return {"preferences": state.preferences}
