"""Learner: everything that learns, as four pure functions."""

from typing import Any

from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.recipe import Recipe

Measures = dict[str, Float[Array, ""] | dict[str, Float[Array, ""]]]


class Learner(Recipe):
    """A frozen recipe with four pure functions. Data are an argument, never a field.

    The engine compiles `update` and `evaluate` once for all variants of one structure, stacks their numbers and
    states, and maps over them; so no function may branch on a number. `update` and `evaluate` are compiled
    without the initializers, which only `init` may read.
    """

    def init(self, key: PRNGKeyArray, data: Any) -> PyTree[Array]:
        """The state before the first step: a tree of arrays."""
        raise NotImplementedError(f"{type(self).__name__} has no init(key, data)")

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> PyTree[Array] | None:
        """What one step learns from; None where `update` makes its own, as on-policy learning does.

        Drawn once a seed and shared by all variants: it may not read a number that varies. The step's number says where
        a stream that is read in order has come to.
        """
        raise NotImplementedError(f"{type(self).__name__} has no batch(data, key)")

    def update(self, state: PyTree[Array], batch: Any, key: PRNGKeyArray) -> tuple[PyTree[Array], Measures]:
        """The next state, and records of the step: scalars by name, averaged between evaluations."""
        raise NotImplementedError(f"{type(self).__name__} has no update(state, batch, key)")

    def evaluate(self, state: PyTree[Array], data: Any, key: PRNGKeyArray) -> Measures:
        """Measures by name: a scalar, or scalars by layer."""
        raise NotImplementedError(f"{type(self).__name__} has no evaluate(state, data, key)")

    def chance(self, data: Any) -> dict[str, float]:
        """The level at which a diverged trial counts, for each measure that has one."""
        return {}
