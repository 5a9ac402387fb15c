"""Warm-up."""

from typing import ClassVar

import jax.numpy as jnp

from waza.core.errors import Error
from waza.core.recipe import Schedule, at


class WarmUp(Schedule):
    r"""$\eta_t = \eta \, (t + 1)/s$ for the first $s$ steps, then the schedule that follows, counted from 0.

    Source: Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.

    Args:
        then: the rate that is reached, or the schedule that follows.
        steps: s, the length of the warm-up; with 0 there is none.

    >>> schedule = WarmUp(0.1, steps=4)
    >>> [round(float(schedule(step)), 3) for step in (0, 1, 3, 10)]
    [0.025, 0.05, 0.1, 0.1]
    """

    then: float
    steps: float
    above_zero: ClassVar[tuple[str, ...]] = ()

    def __check_init__(self):
        if isinstance(self.steps, float) and not self.steps >= 0:
            raise Error(f"WarmUp(steps={self.steps:g}); expected a number of steps of at least 0")

    def __call__(self, step):
        """The rate at a step."""
        after = at(self.then, jnp.maximum(step - self.steps, 0))
        return after * jnp.minimum(jnp.divide(step + 1, self.steps), 1)
