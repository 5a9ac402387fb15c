"""Stochastic gradient descent."""

import jax
from jaxtyping import PyTree

from waza.core.recipe import like
from waza.optim.optimizer import Optimizer


class SGD(Optimizer):
    r"""$w \leftarrow w - \eta g$ with the learning rate $\eta$.

    Source: Robbins and Monro, "A stochastic approximation method", 1951.

    >>> SGD(0.1).update({"w": jax.numpy.array(2.0)}, (), None)[0]["w"].item()
    -0.20000000298023224
    """

    learning_rate: float = 0.01

    def init(self, parameters: PyTree) -> tuple[()]:
        """No state."""
        return ()

    def update(self, gradients: PyTree, state: tuple[()], parameters: PyTree) -> tuple[PyTree, tuple[()]]:
        """The negative gradient times the learning rate."""
        return jax.tree.map(lambda g: -like(self.learning_rate, g) * g, gradients), state
