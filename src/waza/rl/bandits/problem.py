"""BanditProblem: arms with unknown expected rewards."""

from typing import Any, NamedTuple

from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.recipe import Recipe


class Offer(NamedTuple):
    """What a round offers.

    Attributes:
        means: the expected reward of each arm in this round. Algorithms do not see it; regret is computed from it.
        features: a row an arm, known before the choice; None where nothing is known.
    """

    means: Float[Array, " arms"]
    features: Float[Array, "arms features"] | None = None


class BanditProblem(Recipe):
    """A bandit problem: in each round one of several arms is pulled, and the reward of that arm alone is seen.

    A subclass defines `arms`, `draw`, `offer` and `reward`, and `features` where rounds have contexts.

    Source: Lattimore and Szepesvari, "Bandit Algorithms", 2020, chapter 4.
    """

    @property
    def arms(self) -> int:
        """The number of arms."""
        raise NotImplementedError(f"{type(self).__name__} has no arms")

    @property
    def features(self) -> int:
        """The number of features of an arm; 0 where rounds have no contexts."""
        return 0

    def draw(self, key: PRNGKeyArray) -> PyTree[Array]:
        """What stays the same in all rounds of one trial, such as the expected rewards."""
        raise NotImplementedError(f"{type(self).__name__} has no draw(key)")

    def offer(self, drawn: PyTree[Array], key: PRNGKeyArray) -> Offer:
        """One round; by default `drawn` is the expected rewards, the same in all rounds."""
        return Offer(drawn)

    def reward(self, mean: Float[Array, ""], key: PRNGKeyArray) -> Float[Array, ""]:
        """A reward with this expected value."""
        raise NotImplementedError(f"{type(self).__name__} has no reward(mean, key)")

    def divergence(self, mean: Any, other: Any) -> Any:
        """The Kullback-Leibler divergence of rewards with one expected value from those with another, in nats."""
        raise NotImplementedError(f"{type(self).__name__} has no divergence(mean, other)")
