"""Expected rewards that are drawn anew for each seed."""

import jax
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.core.recipe import Recipe


class Means(Recipe):
    """A distribution of the expected rewards of several arms. A subclass defines `draw`.

    Args:
        arms: how many.
    """

    arms: int = 10

    def __check_init__(self):
        if self.arms < 2:
            raise Error(f"{type(self).__name__}(arms={self.arms}); expected at least 2 arms, between which one chooses")

    def draw(self, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """An expected reward for each arm."""
        raise NotImplementedError(f"{type(self).__name__} has no draw(key)")


class UniformMeans(Means):
    """Expected rewards that are uniform between two bounds.

    >>> UniformMeans(3, low=0.4, high=0.5).draw(jax.random.key(0)).shape
    (3,)
    """

    low: float = 0.0
    high: float = 1.0

    def draw(self, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """An expected reward for each arm."""
        return self.low + (self.high - self.low) * jax.random.uniform(key, (self.arms,))


class NormalMeans(Means):
    """Expected rewards with a normal distribution.

    With `Gaussian` rewards it is the 10-armed testbed.

    Source: Sutton and Barto, 2018, section 2.3.

    >>> NormalMeans(3).draw(jax.random.key(0)).shape
    (3,)
    """

    mean: float = 0.0
    std: float = 1.0

    def draw(self, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """An expected reward for each arm."""
        return self.mean + self.std * jax.random.normal(key, (self.arms,))
