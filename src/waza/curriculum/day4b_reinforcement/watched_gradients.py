"""REINFORCE that also measures how much its gradient estimates vary from episode to episode."""

from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.measure import Measure, Measures
from waza.core.recipe import at
from waza.nn import named_key
from waza.rl.policies import Reinforce
from waza.rl.policies.policy_agent import PolicyState
from waza.rl.rollouts import time_limit_of, whole_episodes

EPISODES = 64


class WatchedGradients(Reinforce):
    """REINFORCE with the measures "variance" and "variance_ratio" of the policy's gradient of a single episode.

    "variance" is the sum of the variances of all parameters, over 64 episodes of the present policy. "variance_ratio"
    is it divided by that of the same episodes without the baseline.
    """

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """All other measures, and the two."""
        return *super().measures(data), Measure("variance", "lower"), Measure("variance_ratio", "lower")

    def evaluate(self, state: PolicyState, data: Any, key: PRNGKeyArray) -> Measures:
        """The mean return, and the two variances."""
        own, plain = at(self, state.step).variances(state, named_key(key, "gradients"))
        return super().evaluate(state, data, key) | {"variance": own, "variance_ratio": own / plain}

    def variances(self, state: PolicyState, key: PRNGKeyArray) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """With and without the baseline."""
        noise_key, run_key = jax.random.split(key)
        steps = time_limit_of(self.environment)
        noise = self.policy.noise(noise_key, (steps, EPISODES), self.environment.actions)
        act = self.acting(state.variables["policy"])
        (transition, drawn), live = whole_episodes(self.environment, act, noise, run_key, EPISODES)
        returns = self.returns(transition, live, state.gain)
        compared = self.compared(state.variables, transition, state.baseline) + jnp.zeros_like(returns)

        def of_episode(x: Array, drawn: Array, weights: Array) -> Array:
            def gained(policy: Any) -> Array:
                return jnp.sum(weights * self.policy.distribution(policy, x).log_probability(drawn))

            return ravel_pytree(jax.grad(gained)(state.variables["policy"]))[0]

        def total(weights: Array) -> Array:
            weights = jnp.where(live, weights, 0)
            gradients = jax.vmap(of_episode, in_axes=1)(transition.observation, drawn, weights)
            return jnp.sum(jnp.var(gradients, axis=0, ddof=1))

        return total(returns - compared), total(returns)
