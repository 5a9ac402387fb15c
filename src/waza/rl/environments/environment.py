"""Environment: a Markov decision process as pure functions."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray, PyTree

from waza.core.recipe import Recipe
from waza.rl.environments.spaces import Box, Discrete


class Step(NamedTuple):
    """What an action leads to.

    Attributes:
        state: the next state.
        reward: of this step.
        terminated: whether the process has ended: no reward follows. A time limit is no end of the process.
        truncated: whether the environment itself cuts the episode off, though the process goes on. The `time_limit` of
            an environment is not reported here.
    """

    state: PyTree[Array]
    reward: Float[Array, ""]
    terminated: Bool[Array, ""]
    truncated: Bool[Array, ""] | bool = False


class Environment(Recipe):
    """A Markov decision process. A subclass defines the two spaces, `reset`, `step` and `observe`.

    All three are pure functions of one copy; `jax.vmap` makes them functions of thousands. No function may branch on a
    number or on a state in Python. `waza.rl.environments.advance` adds the time limit and begins again after an end.

    Args:
        time_limit: after how many steps an episode is cut off ("truncated"); None: never.
    """

    time_limit: int | None = None

    @property
    def actions(self) -> Discrete | Box:
        """What an action can be."""
        raise NotImplementedError(f"{type(self).__name__} has no actions")

    @property
    def observations(self) -> Discrete | Box:
        """What an observation can be."""
        raise NotImplementedError(f"{type(self).__name__} has no observations")

    def reset(self, key: PRNGKeyArray) -> PyTree[Array]:
        """A first state."""
        raise NotImplementedError(f"{type(self).__name__} has no reset(key)")

    def restart(self, state: PyTree[Array], done: Bool[Array, ""], key: PRNGKeyArray) -> PyTree[Array]:
        """A first state where the episode is over, else the state."""
        return jax.tree.map(lambda new, old: jnp.where(done, new, old), self.reset(key), state)

    def step(self, state: PyTree[Array], action: Any, key: PRNGKeyArray) -> Step:
        """The next state, the reward, and whether the process has ended."""
        raise NotImplementedError(f"{type(self).__name__} has no step(state, action, key)")

    def observe(self, state: PyTree[Array]) -> Array:
        """What an agent sees of a state."""
        raise NotImplementedError(f"{type(self).__name__} has no observe(state)")
