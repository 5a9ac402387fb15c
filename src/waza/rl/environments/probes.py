"""Probe environments: the smallest problems, each of which needs one more part of a learner than the one before.

An agent that fails a probe has a fault in the part that the probe adds: the loss of the value and its optimiser, the
dependence of the value on the observation, discounting, the policy, and all of them together. All have known values.

Source: Jones, "Debugging reinforcement learning systems", 2021.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.spaces import Box, Discrete

SIGN = Box((1,), -1.0, 1.0)


class ConstantValue(Environment):
    """One action, one observation (0), one step, the reward 1: the value is 1."""

    time_limit: int | None = 2

    @property
    def actions(self) -> Discrete:
        """The only action."""
        return Discrete(1)

    @property
    def observations(self) -> Box:
        """A number from -1 to 1."""
        return SIGN

    def reset(self, key: PRNGKeyArray) -> Float[Array, ""]:
        """Always the same state."""
        return jnp.zeros(())

    def step(self, state: Float[Array, ""], action: Array, key: PRNGKeyArray) -> Step:
        """The end, with the reward 1."""
        return Step(state, jnp.ones(()), jnp.bool_(True))

    def observe(self, state: Float[Array, ""]) -> Float[Array, "1"]:
        """The state."""
        return state[None]


class ObservedValue(ConstantValue):
    """One action, a random observation of -1 or 1, one step, the observation as reward: it is the value too."""

    def reset(self, key: PRNGKeyArray) -> Float[Array, ""]:
        """-1 or 1, equally probable."""
        return jax.random.rademacher(key, (), jnp.float32)

    def step(self, state: Float[Array, ""], action: Array, key: PRNGKeyArray) -> Step:
        """The end, with the observation as reward."""
        return Step(state, state, jnp.bool_(True))


class DiscountedValue(ConstantValue):
    """One action, two steps, observations 0 and then 1, the reward 1 at the end: the values are gamma and 1."""

    def step(self, state: Float[Array, ""], action: Array, key: PRNGKeyArray) -> Step:
        """The second state without a reward, then the end with the reward 1."""
        return Step(jnp.ones(()), state, state > 0)


class ActionReward(ConstantValue):
    """Two actions, one observation, one step, the reward -1 for action 0 and 1 for action 1: the best value is 1."""

    @property
    def actions(self) -> Discrete:
        """0 or 1."""
        return Discrete(2)

    def step(self, state: Float[Array, ""], action: Array, key: PRNGKeyArray) -> Step:
        """The end, with the reward -1 or 1."""
        return Step(state, 2.0 * action - 1, jnp.bool_(True))


class ObservedActionReward(ObservedValue):
    """Two actions, an observation of -1 or 1, one step, the reward 1 for the action that fits it (0 or 1), else -1."""

    @property
    def actions(self) -> Discrete:
        """0 or 1."""
        return Discrete(2)

    def step(self, state: Float[Array, ""], action: Array, key: PRNGKeyArray) -> Step:
        """The end, with the reward -1 or 1."""
        return Step(state, state * (2.0 * action - 1), jnp.bool_(True))
