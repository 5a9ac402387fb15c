"""k-armed bandits: Bernoulli and Gaussian rewards."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray
from scipy.special import rel_entr

from waza.core.errors import Error
from waza.rl.bandits.means import Means
from waza.rl.bandits.problem import BanditProblem


class Armed(BanditProblem):
    """A k-armed bandit: each arm has one expected reward in all rounds.

    Args:
        means: the expected rewards, or the distribution from which each seed draws its own.
    """

    means: tuple[float, ...] | Means

    def __check_init__(self):
        if isinstance(self.means, tuple) and len(self.means) < 2:
            raise Error(
                f"{type(self).__name__} has {len(self.means)} expected rewards; expected at least 2, such as (0.5, 0.6)"
            )

    @property
    def arms(self) -> int:
        """The number of arms."""
        return self.means.arms if isinstance(self.means, Means) else len(self.means)

    def draw(self, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The expected rewards of a trial."""
        if isinstance(self.means, Means):
            return self.means.draw(key)
        return jnp.stack([jnp.asarray(mean, jnp.float32) for mean in self.means])


class Bernoulli(Armed):
    """Rewards of 1 with the probability of the arm, else 0: whether a customer answers a mail.

    Raises:
        Error: a probability is not between 0 and 1.

    >>> mails = Bernoulli((0.1, 0.2))
    >>> mails.arms, round(float(mails.divergence(0.1, 0.2)), 4)
    (2, 0.0367)
    """

    def __check_init__(self):
        super().__check_init__()
        for mean in self.means if isinstance(self.means, tuple) else ():
            if isinstance(mean, int | float) and not 0 <= mean <= 1:
                raise Error(f"Bernoulli has an arm with the probability {mean:g}; expected numbers from 0 to 1")

    def reward(self, mean: Float[Array, ""], key: PRNGKeyArray) -> Float[Array, ""]:
        """1 with the probability `mean`, else 0."""
        return (jax.random.uniform(key) < mean).astype(jnp.float32)

    def divergence(self, mean: Any, other: Any) -> Any:
        r"""$p \log(p/q) + (1 - p) \log((1 - p)/(1 - q))$ for the probabilities p and q."""
        return rel_entr(mean, other) + rel_entr(1 - mean, 1 - other)


class Gaussian(Armed):
    """Normal rewards around the expected reward of the arm.

    Args:
        std: their standard deviation.

    Raises:
        Error: the standard deviation is not positive.

    >>> Gaussian((0.0, 1.0), std=2.0).divergence(0.0, 1.0)
    0.125
    """

    std: float = 1.0

    def __check_init__(self):
        super().__check_init__()
        if isinstance(self.std, float) and not self.std > 0:
            raise Error(f"Gaussian(std={self.std:g}); expected a standard deviation above 0")

    def reward(self, mean: Float[Array, ""], key: PRNGKeyArray) -> Float[Array, ""]:
        """A normal reward."""
        return mean + self.std * jax.random.normal(key)

    def divergence(self, mean: Any, other: Any) -> Any:
        r"""$(\mu - \nu)^2 / (2 \sigma^2)$."""
        return (mean - other) ** 2 / (2 * self.std**2)
