"""Epsilon-greedy choice, and a decaying epsilon."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.recipe import Schedule
from waza.rl.bandits.estimates import any_arm
from waza.rl.bandits.greedy import Greedy, GreedyState


class EpsilonGreedy(Greedy):
    r"""With probability $\epsilon$ an arm at random, each with the same probability; else the greedy one.

    Args:
        epsilon: $\epsilon$; 1 chooses at random always. A schedule counts the pulls: `InverseDecay(20.0)`.

    Source: Sutton and Barto, 2018, sections 2.2 and 2.4.

    >>> algorithm = EpsilonGreedy(epsilon=0.1, initial=1.0)
    >>> algorithm.init(2, 0).values.tolist()
    [1.0, 1.0]
    """

    epsilon: float = 0.1

    def choose(self, state: GreedyState, features, key: PRNGKeyArray) -> Float[Array, " arms"]:
        """A random arm or the best one so far."""
        whether, which, ties = jax.random.split(key, 3)
        explores = jax.random.uniform(whether) < self.epsilon
        return jnp.where(explores, any_arm(state.values.shape[0], which), super().choose(state, features, ties))


class InverseDecay(Schedule):
    r"""$\epsilon_t = \min(1, s / (t + 1))$ after t pulls: the sum of all explorations grows as a logarithm.

    Regret is logarithmic where $s \ge 5 k / d^2$ for k arms, rewards from 0 to 1 and gaps of at least d.

    Args:
        scale: s.

    Source: Auer, Cesa-Bianchi and Fischer, "Finite-time analysis of the multiarmed bandit problem", 2002, theorem 3.

    >>> [float(InverseDecay(10.0)(t)) for t in (0, 19, 99)]
    [1.0, 0.5, 0.10000000149011612]
    """

    scale: float

    def __call__(self, step):
        """The probability after `step` pulls."""
        return jnp.minimum(1.0, self.scale / (jnp.asarray(step, jnp.float32) + 1))
