"""Decoupled weight decay."""

from typing import Any

import jax
from jaxtyping import PyTree

from waza.core.recipe import like
from waza.core.variables import is_weight
from waza.optim.optimizer import Optimizer


class WeightDecay(Optimizer):
    r"""$w \leftarrow w + u - \eta \lambda w$ for weights; $u$ is the inner optimiser's update and $\eta$ its rate.

    Weights shrink by the same share whatever their gradient. Under SGD that is the L2 penalty
    $\frac{\lambda}{2} \lVert w \rVert^2$; under an adaptive optimiser it is not, since there the penalty's gradient
    is divided by the gradient's size. Biases, and scales and shifts of a normalisation, do not decay.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.

    Args:
        optimizer: the inner one; it needs a `learning_rate`.
        decay: lambda.

    >>> from waza.optim import SGD
    >>> optimizer, w = WeightDecay(SGD(0.1), 0.5), jax.numpy.ones((1, 1))
    >>> round(optimizer.update(0 * w, optimizer.init(w), w)[0].item(), 4)
    -0.05
    """

    optimizer: Optimizer
    decay: float = 0.01

    @property
    def learning_rate(self) -> Any:
        """The inner optimiser's."""
        return self.optimizer.learning_rate  # type: ignore[attr-defined]

    def init(self, parameters: PyTree) -> Any:
        """The inner optimiser's state."""
        return self.optimizer.init(parameters)

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """The inner update, less a share of each weight."""
        updates, state = self.optimizer.update(gradients, state, parameters)

        def decayed(update, parameter):
            if not is_weight(parameter):
                return update
            return update - like(self.learning_rate * self.decay, parameter) * parameter

        return jax.tree.map(decayed, updates, parameters), state
