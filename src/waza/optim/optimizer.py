"""Optimizer: what turns gradients into updates."""

from typing import Any

import jax
from jaxtyping import PyTree

from waza.core.recipe import Recipe


class Optimizer(Recipe):
    """A pair of pure functions, as in optax; its numbers are leaves, so changing one never compiles again."""

    def init(self, parameters: PyTree) -> Any:
        """The state before the first step."""
        raise NotImplementedError(f"{type(self).__name__} has no init(parameters)")

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """What to add to the parameters, and the next state."""
        raise NotImplementedError(f"{type(self).__name__} has no update(gradients, state, parameters)")


def add(parameters: PyTree, updates: PyTree) -> PyTree:
    """The parameters after the updates.

    >>> add({"w": 1.0}, {"w": -0.5})
    {'w': 0.5}
    """
    return jax.tree.map(lambda parameter, update: parameter + update, parameters, updates)


def zeros(parameters: PyTree) -> PyTree:
    """Zeros of the parameters' shapes and dtypes: the usual initial state."""
    return jax.tree.map(jax.numpy.zeros_like, parameters)
