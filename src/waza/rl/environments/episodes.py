"""Episodes: an environment with its time limit, begun again after each end."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from waza.rl.environments.environment import Environment


class Running(NamedTuple):
    """A running episode: the state, the steps done, and the sum of its rewards so far."""

    state: PyTree[Array]
    steps: Int[Array, ""]
    earned: Float[Array, ""]


class Transition(NamedTuple):
    """One step, as an agent learns from it.

    Attributes:
        observation: before the action.
        action: what was done.
        reward: what it brought.
        next_observation: after the action, before a new episode begins. After a truncation its value counts
            (bootstrapping); after a termination it does not.
        terminated: whether the process has ended.
        truncated: whether the time limit cut the episode off, and the process had not ended.
        steps: the length of the episode up to here.
        earned: the undiscounted return of the episode up to here.
    """

    observation: Array
    action: Any
    reward: Float[Array, ""]
    next_observation: Array
    terminated: Bool[Array, ""]
    truncated: Bool[Array, ""]
    steps: Int[Array, ""]
    earned: Float[Array, ""]

    @property
    def done(self) -> Bool[Array, "..."]:
        """Whether the episode is over, for either reason."""
        return self.terminated | self.truncated


def begin(environment: Environment, key: PRNGKeyArray) -> Running:
    """A new episode."""
    return Running(environment.reset(key), jnp.int32(0), jnp.float32(0))


def advance(environment: Environment, running: Running, action: Any, key: PRNGKeyArray) -> tuple[Running, Transition]:
    """One step of an episode; after its end, the next episode has begun.

    The functions are those of one copy: `jax.vmap(partial(advance, environment))` steps many.
    """
    step_key, reset_key = jax.random.split(key)
    return proceed(environment, running, action, step_key, begin(environment, reset_key))


def proceed(
    environment: Environment, running: Running, action: Any, key: PRNGKeyArray, first: Running
) -> tuple[Running, Transition]:
    """`advance` with the key of the step alone, and the episode that begins if this one ends.

    A loop over many steps draws the first states before it begins: small random draws are expensive within loops.
    """
    observation = environment.observe(running.state)
    after = environment.step(running.state, action, key)
    steps, earned = running.steps + 1, running.earned + after.reward
    late = jnp.bool_(False) if environment.time_limit is None else steps >= environment.time_limit
    truncated = late & ~after.terminated
    transition = Transition(
        observation,
        action,
        after.reward,
        environment.observe(after.state),
        after.terminated,
        truncated,
        steps,
        earned,
    )
    going = Running(after.state, steps, earned)
    running = jax.tree.map(lambda new, old: jnp.where(transition.done, new, old), first, going)
    return running, transition
