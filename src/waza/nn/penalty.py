"""Penalty: what is added to the loss for the sake of the weights alone."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.recipe import Recipe, like
from waza.core.variables import is_weight


class Penalty(Recipe):
    """A function of the weights that is added to the loss. Biases and normalisations are left alone."""

    def of(self, weight: Float[Array, "..."]) -> Float[Array, ""]:
        """The penalty of one weight."""
        raise NotImplementedError(f"{type(self).__name__} has no of(weight)")

    def __call__(self, parameters: PyTree[Array]) -> Float[Array, ""]:
        """The sum over all weights."""
        weights = [leaf for leaf in jax.tree.leaves(parameters) if is_weight(leaf)]
        return sum((self.of(weight) for weight in weights), jnp.zeros(()))


class L2(Penalty):
    r"""Ridge: $\frac{\lambda}{2} \sum w^2$, whose gradient $\lambda w$ pulls a weight in proportion to its size.

    Source: Hoerl and Kennard, "Ridge regression", 1970.

    >>> float(L2(0.1)({"weight": jnp.array([[3.0, 4.0]]), "bias": jnp.array([9.0])}))
    1.25
    """

    strength: float = 0.01

    def of(self, weight: Float[Array, "..."]) -> Float[Array, ""]:
        """Half the strength times the squared norm."""
        return like(self.strength, weight) * jnp.sum(weight * weight) / 2


class L1(Penalty):
    r"""Lasso: $\lambda \sum |w|$, whose subgradient $\lambda\, \text{sign}(w)$ pulls all weights equally.

    A subgradient step does not stop at zero but jumps over it: for exact zeros, `waza.optim.ProximalL1`.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso", 1996.

    >>> float(L1(0.5)({"weight": jnp.array([[3.0, -4.0]]), "bias": jnp.array([9.0])}))
    3.5
    """

    strength: float = 0.001

    def of(self, weight: Float[Array, "..."]) -> Float[Array, ""]:
        """The strength times the sum of absolute values."""
        return like(self.strength, weight) * jnp.sum(jnp.abs(weight))


class Penalties(Penalty):
    """The sum of several penalties, such as the elastic net's L1 and L2.

    >>> float(Penalties((L1(0.5), L2(0.1)))({"weight": jnp.array([[3.0, -4.0]])}))
    4.75
    """

    parts: tuple[Penalty, ...]

    def of(self, weight: Float[Array, "..."]) -> Float[Array, ""]:
        """The parts' sum."""
        return sum((part.of(weight) for part in self.parts), jnp.zeros((), weight.dtype))
