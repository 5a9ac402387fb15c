"""Nesterov's momentum."""

import jax
from jaxtyping import PyTree

from waza.core.recipe import like
from waza.optim.optimizer import Optimizer, zeros


class Nesterov(Optimizer):
    r"""$v \leftarrow \mu v - \eta g$, $w \leftarrow w + \mu v - \eta g$: Nesterov's momentum.

    The gradient is taken at the weights plus the velocity. The equations are written for these shifted weights, so
    that only the update of w differs from `Momentum`.

    Source: Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k^2)", 1983;
    in this form Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.

    >>> optimizer, g = Nesterov(0.1, 0.5), jax.numpy.array(1.0)
    >>> round(optimizer.update(g, optimizer.init(g), g)[0].item(), 4)
    -0.15
    """

    learning_rate: float = 0.01
    momentum: float = 0.9

    def init(self, parameters: PyTree) -> PyTree:
        """The velocity: zero."""
        return zeros(parameters)

    def update(self, gradients: PyTree, state: PyTree, parameters: PyTree) -> tuple[PyTree, PyTree]:
        """One more step of the new velocity, as the update; the new velocity, as the state."""

        def ahead(g, v):
            return like(self.momentum, v) * v - like(self.learning_rate, g) * g

        velocity = jax.tree.map(ahead, gradients, state)
        return jax.tree.map(ahead, gradients, velocity), velocity
