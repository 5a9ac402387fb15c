"""Exponential decay."""

import jax.numpy as jnp

from waza.core.recipe import Schedule


class ExponentialDecay(Schedule):
    r"""$\eta_t = \eta_0 \, f^{t/s}$: multiplied by $f$ over every $s$ steps, smoothly.

    Args:
        initial: the first rate.
        every: s, the steps over which the rate shrinks by the factor.
        factor: f.

    >>> schedule = ExponentialDecay(0.1, every=100, factor=0.25)
    >>> [round(float(schedule(step)), 4) for step in (0, 50, 100)]
    [0.1, 0.05, 0.025]
    """

    initial: float
    every: float
    factor: float = 0.5

    def __call__(self, step):
        """The rate at a step."""
        return self.initial * jnp.power(self.factor, step / self.every)
