"""Greedy choice, with neutral or optimistic initial values."""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.rl.bandits.algorithm import BanditAlgorithm
from waza.rl.bandits.estimates import Estimates, averages, counted, greatest, no_estimates


class GreedyState(NamedTuple):
    """The pulls and rewards of each arm, and its estimated value."""

    estimates: Estimates
    values: Float[Array, " arms"]


class Greedy(BanditAlgorithm):
    r"""The arm with the greatest estimated value; one of them at random where several are equal.

    With `step_size` 0 the estimate is the mean of the arm's rewards, $Q_a = (w Q_1 + \sum r) / (w + n_a)$; else it
    follows them, $Q_a \leftarrow Q_a + \alpha (r - Q_a)$. It is optimistic where $Q_1$ is higher than any mean: then
    each arm disappoints, and the others are tried.

    Args:
        initial: the estimate $Q_1$ before the first pull of an arm.
        weight: the number of rewards w that `initial` counts as in the mean.
        step_size: $\alpha$; 0 for the mean.

    Source: Sutton and Barto, 2018, sections 2.2, 2.5 and 2.6 (`Greedy(initial=5.0, step_size=0.1)` is its example).

    >>> import jax
    >>> algorithm = Greedy()
    >>> state = algorithm.learn(algorithm.init(2, 0), None, jnp.array([0.0, 1.0]), jnp.array(1.0))
    >>> algorithm.choose(state, None, jax.random.key(0)).tolist()
    [0.0, 1.0]
    """

    initial: float = 0.0
    weight: float = 0.0
    step_size: float = 0.0

    def init(self, arms: int, features: int) -> GreedyState:
        """No pulls, and the initial values."""
        return GreedyState(no_estimates(arms), jnp.full((arms,), self.initial, jnp.float32))

    def choose(self, state: GreedyState, features: Any, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The best arm so far."""
        return greatest(state.values, key)

    def learn(
        self, state: GreedyState, features: Any, choice: Float[Array, " arms"], reward: Float[Array, ""]
    ) -> GreedyState:
        """The new estimate of the arm."""
        estimates = counted(state.estimates, choice, reward)
        mean = averages(estimates, self.initial, self.weight)
        followed = state.values + self.step_size * choice * (reward - state.values)
        values = jnp.where(jnp.asarray(self.step_size) > 0, followed, mean)
        return GreedyState(estimates, values.astype(jnp.float32))
