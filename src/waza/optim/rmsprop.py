"""RMSProp."""

import jax
import jax.numpy as jnp
from jaxtyping import PyTree

from waza.core.recipe import like
from waza.optim.optimizer import Optimizer, zeros


class RMSProp(Optimizer):
    r"""$h \leftarrow \rho h + (1 - \rho) g^2$, $w \leftarrow w - \eta g / (\sqrt{h} + \epsilon)$.

    For a constant gradient the step tends to $\eta$, whatever the gradient's size; with AdaGrad it keeps shrinking.

    Source: Tieleman and Hinton, Lecture 6.5 of "Neural networks for machine learning", 2012.

    >>> optimizer, g = RMSProp(0.1, decay=0.0), jnp.array(4.0)
    >>> round(optimizer.update(g, optimizer.init(g), g)[0].item(), 4)
    -0.1
    """

    learning_rate: float = 0.01
    decay: float = 0.99
    epsilon: float = 1e-7

    def init(self, parameters: PyTree) -> PyTree:
        """The mean of squared gradients: zero."""
        return zeros(parameters)

    def update(self, gradients: PyTree, state: PyTree, parameters: PyTree) -> tuple[PyTree, PyTree]:
        """A step divided by the root of the running mean of squared gradients."""

        def follow(g, h):
            decay = like(self.decay, h)
            return decay * h + (1 - decay) * g * g

        squares = jax.tree.map(follow, gradients, state)
        updates = jax.tree.map(
            lambda g, h: -like(self.learning_rate, g) * g / (jnp.sqrt(h) + like(self.epsilon, g)),
            gradients,
            squares,
        )
        return updates, squares
