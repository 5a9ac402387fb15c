"""The gradient bandit algorithm."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.rl.bandits.algorithm import BanditAlgorithm


class Preferences(NamedTuple):
    """The preference of each arm, the number of pulls and the sum of all rewards."""

    preferences: Float[Array, " arms"]
    pulls: Float[Array, ""]
    total: Float[Array, ""]


class GradientBandit(BanditAlgorithm):
    r"""Softmax preferences that follow the gradient of the expected reward.

    $\pi = \mathrm{softmax}(H)$ and $H \leftarrow H + \alpha (r - b) (e_a - \pi)$, where $e_a$ is 1 at the arm that was
    pulled and b is the baseline: the mean of all rewards before this one, or 0.

    Args:
        step_size: $\alpha$.
        baseline: whether there is one.

    Source: Sutton and Barto, 2018, section 2.8.

    >>> algorithm = GradientBandit(step_size=0.4, baseline=False)
    >>> state = algorithm.learn(algorithm.init(2, 0), None, jnp.array([1.0, 0.0]), jnp.array(1.0))
    >>> [round(float(h), 3) for h in state.preferences]
    [0.2, -0.2]
    """

    step_size: float = 0.1
    baseline: bool = True

    def init(self, arms: int, features: int) -> Preferences:
        """Equal preferences."""
        return Preferences(jnp.zeros(arms), jnp.zeros(()), jnp.zeros(()))

    def choose(self, state: Preferences, features: Any, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """An arm drawn from the softmax of the preferences."""
        noise = jax.random.gumbel(key, state.preferences.shape)
        return jax.nn.one_hot(jnp.argmax(state.preferences + noise), state.preferences.shape[0])

    def learn(
        self, state: Preferences, features: Any, choice: Float[Array, " arms"], reward: Float[Array, ""]
    ) -> Preferences:
        """One step along the gradient."""
        mean = state.total / jnp.maximum(state.pulls, 1) if self.baseline else 0.0
        step = self.step_size * (reward - mean) * (choice - jax.nn.softmax(state.preferences))
        return Preferences(state.preferences + step, state.pulls + 1, state.total + reward)
