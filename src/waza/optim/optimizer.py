"""Optimizer: what turns gradients into updates."""

from typing import Any

import jax
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.core.recipe import Recipe


class Optimizer(Recipe):
    """Two pure functions, as in optax. The numbers are leaves: changing one does not compile again.

    An optimiser that has a learning rate shows it as `learning_rate`, a field or a property, for the wrappers that
    multiply by it (`WeightDecay`, `ProximalL1`).
    """

    def init(self, parameters: PyTree) -> Any:
        """The state before the first step."""
        raise NotImplementedError(f"{type(self).__name__} has no init(parameters)")

    def update(self, gradients: PyTree, state: Any, parameters: PyTree) -> tuple[PyTree, Any]:
        """What to add to the parameters, and the next state."""
        raise NotImplementedError(f"{type(self).__name__} has no update(gradients, state, parameters)")


class Wrapper(Optimizer):
    """An optimiser that changes the gradients or the updates of another one. Wrappers may be nested in any order.

    Args:
        optimizer: the inner optimiser, of any kind; its state is the wrapper's state.
    """

    optimizer: Optimizer

    @property
    def learning_rate(self) -> Any:
        """The inner optimiser's learning rate; None where it has none."""
        return getattr(self.optimizer, "learning_rate", None)

    def init(self, parameters: PyTree) -> Any:
        """The inner optimiser's state."""
        return self.optimizer.init(parameters)


def rate_of(wrapper: Any) -> Any:
    """The rate that a wrapper with a field `rate` multiplies by: that field, or else the inner learning rate.

    Raises:
        Error: there is neither.
    """
    rate = wrapper.learning_rate if wrapper.rate is None else wrapper.rate
    if rate is None:
        name, inner = type(wrapper).__name__, type(wrapper.optimizer).__name__
        raise Error(f"{name} multiplies by the learning rate, but its {inner} has none: give {name}(..., rate=0.001)")
    return rate


def add(parameters: PyTree, updates: PyTree) -> PyTree:
    """The parameters after the updates.

    >>> add({"w": 1.0}, {"w": -0.5})
    {'w': 0.5}
    """
    return jax.tree.map(lambda parameter, update: parameter + update, parameters, updates)


def zeros(parameters: PyTree) -> PyTree:
    """Zeros of the parameters' shapes and dtypes: the usual initial state."""
    return jax.tree.map(jax.numpy.zeros_like, parameters)
