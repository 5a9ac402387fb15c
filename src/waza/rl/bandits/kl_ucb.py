"""KL-UCB: upper confidence bounds by the divergence of Bernoulli rewards."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.rl.bandits.algorithm import BanditAlgorithm
from waza.rl.bandits.estimates import Estimates, averages, counted, greatest, no_estimates

NEWTON_STEPS = 4  # from the least of four upper bounds; the error is then below 1e-6 (measured over a grid)
SMALLEST = 1e-12  # probability, whose logarithm is taken
BELOW_ONE = 1 - 1e-7


class KLUCB(BanditAlgorithm):
    r"""The arm with the greatest $\max \{q : n_a \, \mathrm{kl}(\bar x_a, q) \le \log t + c \log \log t\}$.

    kl is the divergence of Bernoulli distributions, and t the number of pulls so far. Arms without a pull come first.
    Rewards lie between 0 and 1. For Bernoulli rewards, regret reaches the lower bound of Lai and Robbins.

    Args:
        extra: c; 0 is the authors' choice in practice, and 3 that of their proof.

    Source: Garivier and Cappe, "The KL-UCB algorithm for bounded stochastic bandits and beyond", 2011.

    >>> state = Estimates(jnp.array([1.0, 3.0]), jnp.array([0.0, 2.0]))
    >>> [round(float(index), 3) for index in KLUCB().index(state)]
    [0.75, 0.96]
    """

    extra: float = 0.0

    def init(self, arms: int, features: int) -> Estimates:
        """No pulls."""
        return no_estimates(arms)

    def index(self, state: Estimates) -> Float[Array, " arms"]:
        """The upper confidence bound of each arm; infinity for an arm without a pull."""
        log = jnp.log(jnp.maximum(jnp.sum(state.pulls), 1))
        level = log + self.extra * jnp.log(jnp.maximum(log, 1))
        bound = upper_bound(averages(state), level / jnp.maximum(state.pulls, 1))
        return jnp.where(state.pulls > 0, bound, jnp.inf)

    def choose(self, state: Estimates, features: Any, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The arm with the greatest upper confidence bound."""
        return greatest(self.index(state), key)

    def learn(
        self, state: Estimates, features: Any, choice: Float[Array, " arms"], reward: Float[Array, ""]
    ) -> Estimates:
        """Count the pull."""
        return counted(state, choice, reward)


def upper_bound(p: Float[Array, "..."], level: Float[Array, "..."]) -> Float[Array, "..."]:
    r"""The greatest q with $\mathrm{kl}(p, q) \le$ level, elementwise, to 1e-6.

    Newton's method for the distance $\delta = q - p$. The divergence is convex and increasing in it, so that from an
    upper bound the steps approach the root from above. Written with $\log(1 + x)$ of $\delta / p$, nothing is lost
    where q is close to p. The four upper bounds follow from $\mathrm{kl} \ge 2 \delta^2$, $\ge \delta^2 / 2q$,
    $\ge \delta^2 / 2(1 - p)$, and $\ge -h(p) - (1 - p) \log(1 - q)$ with the entropy h.

    >>> round(float(upper_bound(jnp.array(0.5), jnp.array(0.1))), 5)
    0.7127
    """
    p, rest = jnp.maximum(p, SMALLEST), jnp.maximum(1 - p, SMALLEST)
    entropy = -p * jnp.log(p) - rest * jnp.log(rest)
    delta = jnp.minimum(level + jnp.sqrt(level**2 + 2 * p * level), jnp.sqrt(jnp.minimum(0.5, 2 * rest) * level))
    delta = jnp.minimum(delta, rest * BELOW_ONE)
    delta = jnp.minimum(delta, rest - jnp.exp(-(level + entropy) / rest))
    for _ in range(NEWTON_STEPS):
        divergence = -p * jnp.log1p(delta / p) - rest * jnp.log1p(-delta / rest)
        slope = delta / ((p + delta) * (rest - delta))
        step = jnp.where(slope > 0, (divergence - level) / jnp.where(slope > 0, slope, 1), 0)
        delta = jnp.clip(delta - step, 0, rest * BELOW_ONE)
    return p + delta
