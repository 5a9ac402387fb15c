"""The corridor whose states look alike (Sutton and Barto, 2018, example 13.1), and its exact values."""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray

from waza.core.measure import Measure, Measures
from waza.rl.environments import Discrete
from waza.rl.environments.finite import Finite, Outcomes
from waza.rl.policies import Reinforce
from waza.rl.policies.policy_agent import PolicyState
from waza.rl.tabular import episode_return

LEFT, RIGHT = 0, 1
BEST = 2 - math.sqrt(2)  # the probability of going right that maximises the value


class Corridor(Finite):
    """Three states in a row before the goal, -1 for each step; in the middle one the two actions are exchanged.

    All states give the same observation, so that a policy is a single number, the probability of going right.
    """

    time_limit: int | None = 1000

    @property
    def actions(self) -> Discrete:
        """Left and right."""
        return Discrete(2)

    @property
    def observations(self) -> Discrete:
        """One for all states."""
        return Discrete(1)

    def outcomes(self) -> Outcomes:
        """Of left and right: stay or go right; right or left, exchanged; left or the goal."""
        following = np.array([[0, 1], [2, 0], [1, 2]])[..., None]
        goal = np.zeros((3, 2, 1), bool)
        goal[2, RIGHT] = True
        return Outcomes(following, np.ones(1), -np.ones(1), goal)

    def starts(self) -> np.ndarray:
        """The state on the left."""
        return np.array([0])

    def observe(self, state: Int[Array, ""]) -> Int[Array, ""]:
        """The same in each state."""
        return jnp.zeros_like(state)


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
    """REINFORCE on the corridor.

    Measures "value", the policy's exact J, and "right", its probability of going right.
    """

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
        distribution = self.policy.distribution(state.variables["policy"], jnp.ones((1, 1)))
        right = jnp.exp(distribution.log_probability(jnp.array([RIGHT])))[0]
        return {"value": value(right), "right": right}
