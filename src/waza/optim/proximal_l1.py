"""The proximal step of the L1 penalty."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.masks import Mask, chosen, weights
from waza.core.recipe import later, like
from waza.optim.optimizer import Wrapper, rate_of


class ProximalL1(Wrapper):
    r"""$w \leftarrow S_{\eta\lambda}(w + u)$ with $S_t(w) = \text{sign}(w) \max(|w| - t, 0)$.

    $u$ is the inner optimiser's update and $\eta$ its learning rate. The result minimises
    $\frac{1}{2\eta} \lVert z - w - u \rVert^2 + \lambda \lVert z \rVert_1$ over z: weights with little effect on the
    loss become exactly zero, where a subgradient step (`waza.nn.L1`) makes them alternate around zero. With SGD this
    is proximal gradient descent (ISTA); with an adaptive optimiser the same threshold is taken for every weight.
    Biases, and scales and shifts of a normalisation, are left alone unless the mask chooses them.

    Source: Daubechies, Defrise and De Mol, "An iterative thresholding algorithm for linear inverse problems", 2004.

    Args:
        optimizer: the inner one, which sees the loss alone.
        strength: lambda.
        mask: which parameters are penalised, a function of the path, such as "output.weight", and the parameter.
        rate: eta; None for the inner optimiser's learning rate. An inner optimiser without a `learning_rate` (a
            `FromOptax` whose settings have none) needs it.

    Raises:
        Error: there is neither a `rate` nor an inner learning rate.

    >>> from waza.optim import SGD
    >>> optimizer, w = ProximalL1(SGD(0.1), 1.0), jnp.array([[0.05, 1.0]])
    >>> (w + optimizer.update(0 * w, optimizer.init(w), w)[0]).round(3).tolist()[0][0]
    0.0
    """

    strength: float = 0.001
    mask: Mask = later(weights)
    rate: float | None = later(None)

    def __check_init__(self):
        rate_of(self)

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """The thresholded parameters minus the parameters: exactly -w where the result is zero."""
        updates, state = self.optimizer.update(gradients, state, parameters)
        rate = rate_of(self)

        def step(update, parameter, penalised):
            if not penalised:
                return update
            return soft_threshold(parameter + update, like(rate * self.strength, parameter)) - parameter

        return jax.tree.map(step, updates, parameters, chosen(self.mask, parameters)), state


def soft_threshold(x: Float[Array, "..."], threshold: Float[Array, ""] | float) -> Float[Array, "..."]:
    """Each element moved towards zero by the threshold, and no further.

    >>> soft_threshold(jnp.array([-3.0, 0.5]), 1.0).tolist()
    [-2.0, 0.0]
    """
    return jnp.sign(x) * jnp.maximum(jnp.abs(x) - threshold, 0)
