"""Penalties: terms of the loss that depend on the weights alone."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree

from waza.core.masks import Mask, chooses, path_of, weights
from waza.core.recipe import Recipe, later, like


class Penalty(Recipe):
    """A function of the parameters that is added to the loss.

    It applies to weights, and excludes biases and normalisation parameters. In a subclass with a field `mask`, the user
    chooses the parameters by a function of the path, such as "output.weight", and the parameter.
    """

    def of(self, weight: Float[Array, "..."]) -> Float[Array, ""]:
        """The penalty of one weight."""
        raise NotImplementedError(f"{type(self).__name__} has no of(weight)")

    def terms(self, path: str, parameter: Float[Array, "..."]) -> list[Float[Array, ""]]:
        """The penalties of one parameter: none where the mask leaves it out."""
        return [self.of(parameter)] if chooses(getattr(self, "mask", weights), path, parameter) else []

    def __call__(self, parameters: PyTree[Array]) -> Float[Array, ""]:
        """The sum over all parameters."""
        leaves = jax.tree_util.tree_leaves_with_path(parameters)
        terms = [term for path, leaf in leaves for term in self.terms(path_of(path), leaf)]
        return sum(terms, jnp.zeros(()))


class L2(Penalty):
    r"""Ridge: $\frac{\lambda}{2} \sum w^2$, whose gradient $\lambda w$ shrinks a weight in proportion to its size.

    Source: Hoerl and Kennard, "Ridge regression", 1970.

    >>> float(L2(0.1)({"weight": jnp.array([[3.0, 4.0]]), "bias": jnp.array([9.0])}))
    1.25
    """

    strength: float = 0.01
    mask: Mask = later(weights)

    def of(self, weight: Float[Array, "..."]) -> Float[Array, ""]:
        """Half the strength times the squared norm."""
        return like(self.strength, weight) * jnp.sum(weight * weight) / 2


class L1(Penalty):
    r"""Lasso: $\lambda \sum |w|$, whose subgradient $\lambda\, \text{sign}(w)$ shrinks all weights equally.

    A subgradient step does not stop at zero but steps over it: for exact zeros use `waza.optim.ProximalL1`.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso", 1996.

    >>> float(L1(0.5)({"weight": jnp.array([[3.0, -4.0]]), "bias": jnp.array([9.0])}))
    3.5
    """

    strength: float = 0.001
    mask: Mask = later(weights)

    def of(self, weight: Float[Array, "..."]) -> Float[Array, ""]:
        """The strength times the sum of absolute values."""
        return like(self.strength, weight) * jnp.sum(jnp.abs(weight))


class Penalties(Penalty):
    """The sum of several penalties, such as the elastic net's L1 and L2.

    >>> float(Penalties((L1(0.5), L2(0.1)))({"weight": jnp.array([[3.0, -4.0]])}))
    4.75
    """

    parts: tuple[Penalty, ...]

    def terms(self, path: str, parameter: Float[Array, "..."]) -> list[Float[Array, ""]]:
        """The sum of the parts' penalties of one parameter, each with its own mask."""
        terms = [term for part in self.parts for term in part.terms(path, parameter)]
        return [sum(terms, jnp.zeros((), parameter.dtype))] if terms else []
