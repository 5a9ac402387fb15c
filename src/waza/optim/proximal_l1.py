"""The proximal step of the L1 penalty."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.recipe import like
from waza.core.variables import is_weight
from waza.optim.optimizer import Optimizer


class ProximalL1(Optimizer):
    r"""$w \leftarrow S_{\eta\lambda}(w + u)$ for weights, with $S_t(w) = \text{sign}(w) \max(|w| - t, 0)$.

    The minimiser of $\frac{1}{2\eta} \lVert z - w \rVert^2 + \lambda \lVert z \rVert_1$: weights that the data do not
    hold become exactly zero, where a subgradient step (`waza.nn.L1`) only makes them jump around it. With SGD this is
    proximal gradient descent (ISTA); with an adaptive optimiser the same threshold is taken for every weight.
    Biases, and scales and shifts of a normalisation, are left alone.

    Source: Daubechies, Defrise and De Mol, "An iterative thresholding algorithm for linear inverse problems", 2004.

    Args:
        optimizer: what steps on the loss alone; it needs a `learning_rate`.
        strength: lambda.

    >>> from waza.optim import SGD
    >>> optimizer, w = ProximalL1(SGD(0.1), 1.0), jnp.array([[0.05, 1.0]])
    >>> (w + optimizer.update(0 * w, optimizer.init(w), w)[0]).round(3).tolist()[0][0]
    0.0
    """

    optimizer: Optimizer
    strength: float = 0.001

    @property
    def learning_rate(self) -> Any:
        """The inner optimiser's."""
        return self.optimizer.learning_rate  # type: ignore[attr-defined]

    def init(self, parameters: PyTree) -> Any:
        """The inner optimiser's state."""
        return self.optimizer.init(parameters)

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """What leads from the weights to the thresholded ones; -w where the result is zero, so that it is exact."""
        updates, state = self.optimizer.update(gradients, state, parameters)

        def step(update, parameter):
            if not is_weight(parameter):
                return update
            threshold = like(self.learning_rate * self.strength, parameter)
            return soft_threshold(parameter + update, threshold) - parameter

        return jax.tree.map(step, updates, parameters), state


def soft_threshold(x: Float[Array, "..."], threshold: Float[Array, ""]) -> Float[Array, "..."]:
    """Each element moved towards zero by the threshold, and no further.

    >>> soft_threshold(jnp.array([-3.0, 0.5]), 1.0).tolist()
    [-2.0, 0.0]
    """
    return jnp.sign(x) * jnp.maximum(jnp.abs(x) - threshold, 0)
