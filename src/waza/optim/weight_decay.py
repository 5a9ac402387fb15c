"""Decoupled weight decay."""

from typing import Any

import jax
from jaxtyping import PyTree

from waza.core.masks import Mask, chosen, weights
from waza.core.recipe import later, like
from waza.optim.optimizer import Wrapper, rate_of


class WeightDecay(Wrapper):
    r"""$w \leftarrow w + u - \eta \lambda w$; $u$ is the inner optimiser's update and $\eta$ its learning rate.

    Weights shrink by the same share whatever their gradient. Under SGD that is the L2 penalty
    $\frac{\lambda}{2} \lVert w \rVert^2$; under an adaptive optimiser it is not, since there the penalty's gradient
    is divided by the gradient's size. Biases, and scales and shifts of a normalisation, do not decay unless the mask
    chooses them.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.

    Args:
        optimizer: the inner one.
        decay: lambda.
        mask: which parameters decay, a function of the path, such as "output.weight", and the parameter.
        rate: eta; None for the inner optimiser's learning rate. With 1 the decay does not depend on that rate, as in
            the paper's equation. An inner optimiser without a `learning_rate` (a `FromOptax` whose settings have
            none) needs it.

    Raises:
        Error: there is neither a `rate` nor an inner learning rate.

    >>> from waza.optim import SGD
    >>> optimizer, w = WeightDecay(SGD(0.1), 0.5), jax.numpy.ones((1, 1))
    >>> round(optimizer.update(0 * w, optimizer.init(w), w)[0].item(), 4)
    -0.05
    """

    decay: float = 0.01
    mask: Mask = later(weights)
    rate: float | None = later(None)

    def __check_init__(self):
        rate_of(self)

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """The inner update, less a share of each parameter that the mask chooses."""
        updates, state = self.optimizer.update(gradients, state, parameters)
        rate = rate_of(self)

        def decayed(update, parameter, decays):
            return update - like(rate * self.decay, parameter) * parameter if decays else update

        return jax.tree.map(decayed, updates, parameters, chosen(self.mask, parameters)), state
