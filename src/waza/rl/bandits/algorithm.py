"""BanditAlgorithm: how arms are chosen and what is learned from their rewards."""

from typing import Any, ClassVar

from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.recipe import Recipe


class BanditAlgorithm(Recipe):
    """Three pure functions of a state of fixed size. A subclass defines them.

    A choice is a row of zeros with 1 at the arm that is pulled, so that no function gathers or scatters; its index is
    `jnp.argmax(choice)`. A number may be a `Schedule` of the number of pulls, such as `InverseDecay`.

    Attributes:
        contextual: whether it needs the features of the arms.
    """

    contextual: ClassVar[bool] = False

    def init(self, arms: int, features: int) -> PyTree[Array]:
        """The state before the first pull."""
        raise NotImplementedError(f"{type(self).__name__} has no init(arms, features)")

    def choose(
        self, state: Any, features: Float[Array, "arms features"] | None, key: PRNGKeyArray
    ) -> Float[Array, " arms"]:
        """The arm that is pulled, as a row of zeros with a 1."""
        raise NotImplementedError(f"{type(self).__name__} has no choose(state, features, key)")

    def learn(
        self,
        state: Any,
        features: Float[Array, "arms features"] | None,
        choice: Float[Array, " arms"],
        reward: Float[Array, ""],
    ) -> PyTree[Array]:
        """The state after a pull."""
        raise NotImplementedError(f"{type(self).__name__} has no learn(state, features, choice, reward)")
