"""UCB1: upper confidence bounds."""

import math
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.rl.bandits.algorithm import BanditAlgorithm
from waza.rl.bandits.estimates import Estimates, averages, counted, greatest, no_estimates


class UCB1(BanditAlgorithm):
    r"""The arm with the greatest $\bar x_a + c \sqrt{\log t / n_a}$ after t pulls; arms without a pull come first.

    With $c = \sqrt 2$ and rewards from 0 to 1, the expected regret after T pulls is at most
    $8 \sum_a \log T / \Delta_a + (1 + \pi^2/3) \sum_a \Delta_a$ for the gaps $\Delta_a > 0$.

    Args:
        width: c. For rewards with other ranges it is multiplied by the range.

    Source: Auer, Cesa-Bianchi and Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, theorem 1.

    >>> state = Estimates(jnp.array([1.0, 3.0]), jnp.array([0.5, 2.0]))
    >>> [round(float(index), 3) for index in UCB1().index(state)]
    [2.165, 1.628]
    """

    width: float = math.sqrt(2)

    def init(self, arms: int, features: int) -> Estimates:
        """No pulls."""
        return no_estimates(arms)

    def index(self, state: Estimates) -> Float[Array, " arms"]:
        """The upper confidence bound of each arm; infinity for an arm without a pull."""
        pulls = jnp.maximum(state.pulls, 1)
        bonus = self.width * jnp.sqrt(jnp.log(jnp.maximum(jnp.sum(state.pulls), 1)) / pulls)
        return jnp.where(state.pulls > 0, averages(state) + bonus, jnp.inf)

    def choose(self, state: Estimates, features: Any, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The arm with the greatest upper confidence bound."""
        return greatest(self.index(state), key)

    def learn(
        self, state: Estimates, features: Any, choice: Float[Array, " arms"], reward: Float[Array, ""]
    ) -> Estimates:
        """Count the pull."""
        return counted(state, choice, reward)
