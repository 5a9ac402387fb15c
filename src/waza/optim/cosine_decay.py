"""Cosine decay."""

import jax.numpy as jnp

from waza.core.recipe import Schedule


class CosineDecay(Schedule):
    r"""$\eta_t = \eta_T + (\eta_0 - \eta_T) (1 + \cos(\pi t/T)) / 2$, and $\eta_T$ from step $T$ on.

    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017 (one cycle).

    Args:
        initial: the first rate.
        steps: T, the length of the decay.
        final: the rate at its end.

    >>> schedule = CosineDecay(0.1, steps=100)
    >>> [round(float(schedule(step)), 4) for step in (0, 50, 100, 200)]
    [0.1, 0.05, 0.0, 0.0]
    """

    initial: float
    steps: float
    final: float = 0.0

    def __call__(self, step):
        """The rate at a step."""
        share = jnp.minimum(step / self.steps, 1)
        return self.final + (self.initial - self.final) * (1 + jnp.cos(jnp.pi * share)) / 2
