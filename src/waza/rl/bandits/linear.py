"""Linear contextual bandits: LinUCB and linear Thompson sampling."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.rl.bandits.algorithm import BanditAlgorithm
from waza.rl.bandits.estimates import greatest
from waza.rl.bandits.ridge import Ridge, no_rows, widths, with_row


class Linear(BanditAlgorithm):
    r"""Expected rewards $x_a \cdot \theta$ by ridge regression. A subclass defines `choose`.

    Args:
        ridge: the penalty $\lambda$.

    Raises:
        Error: the penalty is not positive.
    """

    contextual = True
    ridge: float = 1.0

    def __check_init__(self):
        if isinstance(self.ridge, float) and not self.ridge > 0:
            raise Error(f"{type(self).__name__}(ridge={self.ridge:g}); expected a penalty above 0")

    def init(self, arms: int, features: int) -> Ridge:
        """No rows."""
        return no_rows(features, self.ridge)

    def learn(
        self,
        state: Ridge,
        features: Float[Array, "arms features"],
        choice: Float[Array, " arms"],
        reward: Float[Array, ""],
    ) -> Ridge:
        """One more row of the regression: the features of the arm."""
        return with_row(state, jnp.sum(choice[:, None] * features, axis=0), reward)


class LinUCB(Linear):
    r"""The arm with the greatest $x_a \cdot \theta + \alpha \sqrt{x_a^T A^{-1} x_a}$, $A = \lambda I + \sum x x^T$.

    Args:
        width: $\alpha$.

    Source: Li, Chu, Langford and Schapire, "A contextual-bandit approach to personalized news article recommendation",
    2010.

    >>> algorithm = LinUCB(width=2.0)
    >>> algorithm.index(algorithm.init(1, 2), jnp.array([[3.0, 4.0]])).tolist()
    [10.0]
    """

    width: float = 1.0

    def index(self, state: Ridge, features: Float[Array, "arms features"]) -> Float[Array, " arms"]:
        """The upper confidence bound of each arm."""
        return jnp.sum(features * state.weights, axis=-1) + self.width * widths(state, features)

    def choose(self, state: Ridge, features: Float[Array, "arms features"], key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The arm with the greatest upper confidence bound."""
        return greatest(self.index(state, features), key)


class LinearThompson(Linear):
    r"""The arm with the greatest $x_a \cdot \tilde\theta$, where $\tilde\theta$ is drawn from $N(\theta, v^2 A^{-1})$.

    Args:
        std: v; that of the noise of the rewards gives the posterior under the prior $N(0, v^2 / \lambda)$.

    Source: Agrawal and Goyal, "Thompson sampling for contextual bandits with linear payoffs", 2013.

    >>> algorithm = LinearThompson(std=0.5)
    >>> algorithm.choose(algorithm.init(3, 2), jnp.ones((3, 2)), jax.random.key(0)).shape
    (3,)
    """

    std: float = 1.0

    def choose(self, state: Ridge, features: Any, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """The arm that is best under a draw of the parameters."""
        draws, ties = jax.random.split(key)
        noise = jax.random.normal(draws, state.weights.shape)
        drawn = state.weights + self.std * jnp.sum(state.root * noise, axis=1)
        return greatest(jnp.sum(features * drawn, axis=-1), ties)
