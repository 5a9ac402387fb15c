"""Thompson sampling: the arm that is best in a draw from the posterior."""

from typing import Any

import jax
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.rl.bandits.algorithm import BanditAlgorithm
from waza.rl.bandits.beta import draw_beta
from waza.rl.bandits.estimates import Estimates, counted, greatest, no_estimates


class BernoulliThompson(BanditAlgorithm):
    r"""Thompson sampling with beta posteriors, for rewards of 0 and 1.

    The posterior of an arm with s ones and f zeros is $\mathrm{Beta}(a + s, b + f)$. Regret reaches the lower bound of
    Lai and Robbins.

    Args:
        ones: a of the prior, at least 1.
        zeros: b of the prior, at least 1; 1 and 1 are the uniform distribution.

    Raises:
        Error: the prior is below 1.

    Source: Thompson, 1933; Kaufmann, Korda and Munos, "Thompson sampling: an asymptotically optimal finite-time
    analysis", 2012.

    >>> algorithm = BernoulliThompson()
    >>> algorithm.choose(algorithm.init(2, 0), None, jax.random.key(0)).shape
    (2,)
    """

    ones: float = 1.0
    zeros: float = 1.0

    def __check_init__(self):
        for name in ("ones", "zeros"):
            value = getattr(self, name)
            if isinstance(value, float) and not value >= 1:
                raise Error(f"BernoulliThompson({name}={value:g}); expected at least 1: 1 is the uniform prior")

    def init(self, arms: int, features: int) -> Estimates:
        """No pulls."""
        return no_estimates(arms)

    def choose(self, state: Estimates, features: Any, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The arm with the greatest draw."""
        draws, ties = jax.random.split(key)
        failed = state.pulls - state.totals
        return greatest(draw_beta(draws, self.ones + state.totals, self.zeros + failed), ties)

    def learn(
        self, state: Estimates, features: Any, choice: Float[Array, " arms"], reward: Float[Array, ""]
    ) -> Estimates:
        """Count the pull."""
        return counted(state, choice, reward)


class GaussianThompson(BanditAlgorithm):
    r"""Thompson sampling with normal posteriors, for rewards with a known standard deviation.

    After n rewards with the sum s, the posterior of an arm has the precision
    $1 / \sigma_0^2 + n / \sigma^2$ and the mean $(\mu_0 / \sigma_0^2 + s / \sigma^2)$ / precision.

    Args:
        std: $\sigma$, of the rewards.
        prior_mean: $\mu_0$.
        prior_std: $\sigma_0$.

    Source: Russo, Van Roy, Kazerouni, Osband and Wen, "A tutorial on Thompson sampling", 2018.

    >>> algorithm = GaussianThompson(std=1.0, prior_std=1.0)
    >>> mean, std = algorithm.posterior(Estimates(jnp.array([3.0]), jnp.array([2.0])))
    >>> float(mean[0]), float(std[0])
    (0.5, 0.5)
    """

    std: float = 1.0
    prior_mean: float = 0.0
    prior_std: float = 1.0

    def __check_init__(self):
        for name in ("std", "prior_std"):
            value = getattr(self, name)
            if isinstance(value, float) and not value > 0:
                raise Error(f"GaussianThompson({name}={value:g}); expected a standard deviation above 0")

    def init(self, arms: int, features: int) -> Estimates:
        """No pulls."""
        return no_estimates(arms)

    def posterior(self, state: Estimates) -> tuple[Float[Array, " arms"], Float[Array, " arms"]]:
        """The mean and the standard deviation of each arm's expected reward."""
        precision = 1 / self.prior_std**2 + state.pulls / self.std**2
        mean = (self.prior_mean / self.prior_std**2 + state.totals / self.std**2) / precision
        return mean, jax.lax.rsqrt(precision)

    def choose(self, state: Estimates, features: Any, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The arm with the greatest draw."""
        draws, ties = jax.random.split(key)
        mean, std = self.posterior(state)
        return greatest(mean + std * jax.random.normal(draws, mean.shape), ties)

    def learn(
        self, state: Estimates, features: Any, choice: Float[Array, " arms"], reward: Float[Array, ""]
    ) -> Estimates:
        """Count the pull."""
        return counted(state, choice, reward)
