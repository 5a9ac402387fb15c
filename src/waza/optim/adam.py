"""Adam."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.recipe import like
from waza.optim.optimizer import Optimizer, zeros


class AdamState(NamedTuple):
    """The running moments, and the powers of the decay rates that correct their bias."""

    first: PyTree
    second: PyTree
    power1: Float[Array, ""]
    power2: Float[Array, ""]


class Adam(Optimizer):
    r"""$m \leftarrow \beta_1 m + (1-\beta_1) g$, $v \leftarrow \beta_2 v + (1-\beta_2) g^2$,
    $w \leftarrow w - \eta \hat m / (\sqrt{\hat v} + \epsilon)$ with
    $\hat m = m/(1-\beta_1^t)$ and $\hat v = v/(1-\beta_2^t)$.

    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015 (algorithm 1).

    >>> optimizer, g = Adam(0.1), jnp.array(4.0)
    >>> round(optimizer.update(g, optimizer.init(g), g)[0].item(), 4)
    -0.1
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def init(self, parameters: PyTree) -> AdamState:
        """Both moments zero, both powers one."""
        return AdamState(zeros(parameters), zeros(parameters), jnp.ones(()), jnp.ones(()))

    def update(self, gradients: PyTree, state: AdamState, parameters: PyTree) -> tuple[PyTree, AdamState]:
        """The corrected first moment over the root of the corrected second."""
        power1, power2 = state.power1 * self.beta1, state.power2 * self.beta2

        def follow(decay, old, new):
            decay = like(decay, old)
            return decay * old + (1 - decay) * new

        first = jax.tree.map(lambda g, m: follow(self.beta1, m, g), gradients, state.first)
        second = jax.tree.map(lambda g, v: follow(self.beta2, v, g * g), gradients, state.second)

        # The corrections are numbers for all parameters: one root and one division remain for each.
        root = jnp.sqrt(1 - power2)
        rate, epsilon = self.learning_rate * root / (1 - power1), self.epsilon * root

        def step(m, v):
            return -like(rate, m) * m / (jnp.sqrt(v) + like(epsilon, v))

        return jax.tree.map(step, first, second), AdamState(first, second, power1, power2)
