"""Step decay."""

import jax.numpy as jnp

from waza.core.recipe import Schedule


class StepDecay(Schedule):
    r"""$\eta_t = \eta_0 \, f^{\lfloor t/s \rfloor}$: constant for $s$ steps, then multiplied by $f$.

    Args:
        initial: the first rate.
        every: s, the steps between two drops.
        factor: f, the factor of each drop.

    >>> schedule = StepDecay(0.1, every=100)
    >>> [round(float(schedule(step)), 4) for step in (0, 99, 100, 250)]
    [0.1, 0.1, 0.01, 0.001]
    """

    initial: float
    every: float
    factor: float = 0.1

    def __call__(self, step):
        """The rate at a step."""
        return self.initial * self.factor ** jnp.floor(step / self.every)
