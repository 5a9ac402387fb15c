"""ValueAgent: an agent that learns a value for each action, and takes the best one in evaluations."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.nn import Layer, Pass
from waza.rl.agents import Agent
from waza.rl.environments import Discrete, Running
from waza.rl.rollouts import Rollout, as_inputs, roll_out
from waza.rl.values.exploration import draws, epsilon_greedy


class ValueAgent(Agent):
    """An agent with a network of action values; its variables are what is kept.

    A subclass has the fields `steps` (of each copy in an update) and `copies`, and defines `network`.
    """

    copies: eqx.AbstractVar[int]
    steps: eqx.AbstractVar[int]

    @property
    def network(self) -> Layer:
        """The network from inputs (rows, n) to the values of the actions."""
        raise NotImplementedError(f"{type(self).__name__} has no network")

    def values(self, variables: PyTree[Array], observations: Array) -> Float[Array, "... actions"]:
        """Q(s, .) of observations of any number of leading axes."""
        x = as_inputs(self.environment.observations, observations)
        return self.network.apply(variables, x.reshape(-1, x.shape[-1]), Pass()).reshape(*x.shape[:-1], -1)

    def act(self, variables: PyTree[Array], observation: Array, key: PRNGKeyArray) -> Int[Array, ""]:
        """The action with the largest value."""
        return jnp.argmax(self.values(variables, observation))

    def explore(
        self, variables: PyTree[Array], running: Running, epsilon: Any, key: PRNGKeyArray
    ) -> tuple[Running, Rollout]:
        """`steps` epsilon-greedy steps of all copies."""
        act_key, run_key = jax.random.split(key)
        actions = self.environment.actions
        assert isinstance(actions, Discrete)
        noise = draws(act_key, (self.steps, self.copies), actions.n)

        def act(observations: Array, drawn: Any) -> tuple[Array, None]:
            return epsilon_greedy(self.values(variables, observations), drawn, epsilon), None

        return roll_out(self.environment, running, act, noise, run_key)
