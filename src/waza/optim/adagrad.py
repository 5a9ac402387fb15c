"""AdaGrad."""

import jax
import jax.numpy as jnp
from jaxtyping import PyTree

from waza.core.recipe import like
from waza.optim.optimizer import Optimizer, zeros


class AdaGrad(Optimizer):
    r"""$h \leftarrow h + g^2$, $w \leftarrow w - \eta g / (\sqrt{h} + \epsilon)$: a rate for each parameter.

    For a constant gradient the step falls as $1/\sqrt{t}$.

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011.

    >>> optimizer, g = AdaGrad(0.1), jnp.array(4.0)
    >>> round(optimizer.update(g, optimizer.init(g), g)[0].item(), 4)
    -0.1
    """

    learning_rate: float = 0.01
    epsilon: float = 1e-7

    def init(self, parameters: PyTree) -> PyTree:
        """The sum of squared gradients: zero."""
        return zeros(parameters)

    def update(self, gradients: PyTree, state: PyTree, parameters: PyTree) -> tuple[PyTree, PyTree]:
        """A step divided by the root of the sum of all squared gradients so far."""
        squares = jax.tree.map(lambda g, h: h + g * g, gradients, state)
        updates = jax.tree.map(
            lambda g, h: -like(self.learning_rate, g) * g / (jnp.sqrt(h) + like(self.epsilon, g)),
            gradients,
            squares,
        )
        return updates, squares
