"""Linear decay."""

import jax.numpy as jnp

from waza.core.recipe import Schedule


class LinearDecay(Schedule):
    r"""$\eta_t = \eta_0 + (\eta_T - \eta_0)\, t/T$, and $\eta_T$ from step $T$ on.

    Args:
        initial: the first value.
        steps: T, the length of the decay.
        final: the value at its end.

    >>> schedule = LinearDecay(0.2, steps=100)
    >>> [round(float(schedule(step)), 3) for step in (0, 25, 100, 200)]
    [0.2, 0.15, 0.0, 0.0]
    """

    initial: float
    steps: float
    final: float = 0.0

    def __call__(self, step):
        """The value at a step."""
        return self.initial + (self.final - self.initial) * jnp.minimum(step / self.steps, 1)
