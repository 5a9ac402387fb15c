"""An on-policy learner: the gradient bandit algorithm, which draws its own arms."""

import math

import jax
import jax.numpy as jnp

import waza as wz


class Bandit(wz.Learner):
    """Softmax preferences that follow the gradient of the expected reward (Sutton and Barto, 2018, section 2.8)."""

    arms: int = 10
    episode: int = 10  # steps
    learning_rate: float = 0.1
    baseline_rate: float = 0.1  # of the running mean of rewards; 0: no baseline

    def measures(self, data):
        return wz.Measure("regret", "lower", bounds=(0, math.inf)), wz.Measure("batch_reward", "higher")

    def init(self, key, data):
        means = 4 + jax.random.normal(key, (self.arms,))  # of each arm's rewards; a problem of its own for each seed
        zero = jnp.zeros(())
        return {"preferences": 0 * means, "means": means, "baseline": zero, "earned": zero, "step": jnp.int32(0)}

    def batch(self, data, key, step):
        return None  # `update` draws an arm and its reward

    def update(self, state, batch, key):
        draw, noise = jax.random.split(key)
        policy, arm = jax.nn.softmax(state["preferences"]), jax.random.categorical(draw, state["preferences"])
        reward = state["means"][arm] + jax.random.normal(noise)
        advantage = reward - state["baseline"]
        earned, step = state["earned"] + reward, state["step"] + 1
        ends = step % self.episode == 0
        new = {
            "preferences": state["preferences"]
            + self.learning_rate * advantage * (jax.nn.one_hot(arm, self.arms) - policy),
            "means": state["means"],
            "baseline": state["baseline"] + self.baseline_rate * advantage,
            "earned": jnp.where(ends, 0, earned),
            "step": step,
        }
        return new, {"reward": wz.Mean(jnp.where(ends, earned, 0), ends)}  # weight 0 at nine of ten steps

    def evaluate(self, state, data, key):
        return {"regret": jnp.max(state["means"]) - jax.nn.softmax(state["preferences"]) @ state["means"]}

    def kept(self, state):
        return {"preferences": state["preferences"]}
