"""The corridor whose states look alike (Sutton and Barto, 2018, example 13.1), and its exact values."""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.core.measure import Measure, Measures
from waza.rl.environments import Box
from waza.rl.policies import Reinforce
from waza.rl.policies.policy_agent import PolicyState
from waza.rl.tabular import TabularEnvironment, TabularModel, episode_return

LEFT, RIGHT = 0, 1
BEST = 2 - math.sqrt(2)  # the probability of going right that maximises the value


class Corridor(TabularEnvironment):
    """Three states in a row before the goal, -1 for each step; in the middle one the two actions are exchanged.

    All states give the same observation, so that a policy is a single number, the probability of going right.
    """

    time_limit: int | None = 1000

    @property
    def observations(self) -> Box:
        """The number 1."""
        return Box((1,), 0.0, 1.0)

    def model(self) -> TabularModel:
        """From the left: stay or go right; right or left, exchanged; left or the goal."""
        transition = jnp.zeros((3, 2, 3))
        for state, action, after in ((0, LEFT, 0), (0, RIGHT, 1), (1, LEFT, 2), (1, RIGHT, 0), (2, LEFT, 1)):
            transition = transition.at[state, action, after].set(1.0)
        return TabularModel(transition, -jnp.ones((3, 2)), jnp.eye(3)[0])

    def observe(self, state: Int[Array, ""]) -> Float[Array, "1"]:
        """The same in each state."""
        return jnp.ones(1)


def value(right: Any) -> Any:
    r"""$J(p) = -2 (2 - p) / (p (1 - p))$, the expected return where p is the probability of going right.

    >>> round(value(0.5), 2), round(value(BEST), 2)
    (-12.0, -11.66)
    """
    return -2 * (2 - right) / (right * (1 - right))


def limited_return(right: float) -> float:
    """The expected return of an episode that is cut off after 1,000 steps.

    >>> round(limited_return(BEST), 2), limited_return(1.0)
    (-11.66, -1000.0)
    """
    limit = Corridor().time_limit
    assert limit is not None
    return episode_return(Corridor().model(), np.array([[1 - right, right]] * 3), limit)


class OnCorridor(Reinforce):
    """REINFORCE on the corridor. Measures "value", the policy's exact J, and "right", its probability of going right."""

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """J, which is to be high, the probability, and the returns of the episodes that it learns from."""
        best = float(value(BEST))
        return (
            Measure("value", "higher", bounds=(-math.inf, best + 1e-3)),
            Measure("right", bounds=(0, 1)),
            Measure("batch_return", "higher"),
        )

    def evaluate(self, state: PolicyState, data: Any, key: PRNGKeyArray) -> Measures:
        """Both, exactly."""
        logits = self.policy.distribution(state.variables["policy"], jnp.ones((1, 1))).logits[0]
        right = 1 / (1 + jnp.exp(logits[LEFT] - logits[RIGHT]))
        return {"value": value(right), "right": right}
