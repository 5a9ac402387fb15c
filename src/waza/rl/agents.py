"""Agent: a learner that acts in an environment, and is judged by whole episodes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray, PyTree

from waza.core.measure import Mean, Measure, Measures
from waza.learners import Learner
from waza.rl.environments import Environment, play


class Agent(Learner):
    """A learner whose data are the steps that it makes in an environment; its data argument is None.

    Measures: "return", the mean undiscounted return of whole episodes, and "length", their mean number of steps. The
    records "batch_return" and "batch_length" are those of the episodes that end while the agent learns.

    A subclass has a field `episodes`, how many episodes an evaluation plays, and defines `init`, `update`, `kept` and
    `act`.

    Args:
        environment: where it acts. Its time limit ends the episodes of evaluations.
    """

    environment: Environment
    episodes: eqx.AbstractVar[int]

    def act(self, variables: PyTree[Array], observation: Array, key: PRNGKeyArray) -> Any:
        """The action for one observation in an evaluation; `variables` are what `kept` returns."""
        raise NotImplementedError(f"{type(self).__name__} has no act(variables, observation, key)")

    def player(self, variables: PyTree[Array]) -> Callable[[Array, PRNGKeyArray], Any]:
        """The agent with these variables as a function of observation and key, as `environments.play` takes it."""
        return partial(self.act, variables)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The return, which is to be high, and the length of episodes; and those of episodes while it learns."""
        returns = Measure("return", "higher"), Measure("length", unit="steps")
        return *returns, Measure("batch_return", "higher"), Measure("batch_length", unit="steps")

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> None:
        """Nothing: `update` acts."""
        return None

    def evaluate(self, state: Any, data: Any, key: PRNGKeyArray) -> Measures:
        """The mean return and length of `episodes` episodes."""
        played = play(self.environment, self.player(self.kept(state)), key, self.episodes)
        return {
            "return": Mean(jnp.sum(played.returns), self.episodes),
            "length": Mean(jnp.sum(played.lengths).astype(jnp.float32), self.episodes),
        }
