"""Baselines: what REINFORCE subtracts from returns, which lowers the variance of its gradient and not its mean."""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from waza.core.recipe import Recipe
from waza.nn import Layer


class Baseline(Recipe):
    r"""b, which may depend on the observation and the time of a step, and not on its action.

    Then $E[b \nabla \log \pi(a | s)] = b \nabla \sum_a \pi(a | s) = 0$: the gradient's mean does not depend on b.

    Source: Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", 1992;
    Sutton and Barto (2018), section 13.4.
    """


class Learned(Baseline):
    """A state-value function, trained on the returns by their squared error.

    Args:
        model: maps an observation to its value, (rows, inputs) to (rows, 1).
        weight: of the squared error in the loss.
    """

    model: Layer
    weight: float = 0.5


class Followed(NamedTuple):
    """The mean return at each time of an episode, and the weight of what it has seen."""

    mean: Float[Array, " steps"]
    weight: Float[Array, " steps"]


class MovingAverage(Baseline):
    """The mean of the returns of earlier updates, for each time of an episode (0 before any was seen).

    Args:
        rate: by which the mean follows the returns of an update; the first one counts fully.
    """

    rate: float = 0.1

    def start(self, steps: int) -> Followed:
        """Nothing seen, for episodes of at most so many steps."""
        return Followed(jnp.zeros(steps), jnp.zeros(steps))

    def follow(self, seen: Followed, returns: Float[Array, "steps copies"], live: Bool[Array, "steps copies"]) -> Any:
        """The means after an update's returns; a time that no episode has reached keeps its mean."""
        count = jnp.sum(live, 1)
        mean = jnp.sum(jnp.where(live, returns, 0), 1) / jnp.maximum(count, 1)
        weight = jnp.where(count > 0, seen.weight + self.rate * (1 - seen.weight), seen.weight)
        moved = seen.mean + self.rate / jnp.maximum(weight, self.rate) * (mean - seen.mean)
        return Followed(jnp.where(count > 0, moved, seen.mean), weight)
