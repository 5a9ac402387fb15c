"""Momentum."""

import jax
from jaxtyping import PyTree

from waza.core.recipe import like
from waza.optim.optimizer import Optimizer, zeros


class Momentum(Optimizer):
    r"""$v \leftarrow \mu v - \eta g$, $w \leftarrow w + v$: gradient descent with momentum.

    For a constant gradient the step grows to $\eta / (1 - \mu)$ times the gradient. At a constant rate this equals
    PyTorch's and optax's form, which multiply by the rate last.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.

    >>> optimizer, g = Momentum(0.1, 0.5), jax.numpy.array(1.0)
    >>> _, state = optimizer.update(g, optimizer.init(g), g)
    >>> round(optimizer.update(g, state, g)[0].item(), 4)
    -0.15
    """

    learning_rate: float = 0.01
    momentum: float = 0.9

    def init(self, parameters: PyTree) -> PyTree:
        """The velocity: zero."""
        return zeros(parameters)

    def update(self, gradients: PyTree, state: PyTree, parameters: PyTree) -> tuple[PyTree, PyTree]:
        """The new velocity, as the update and as the state."""
        velocity = jax.tree.map(
            lambda g, v: like(self.momentum, v) * v - like(self.learning_rate, g) * g, gradients, state
        )
        return velocity, velocity
