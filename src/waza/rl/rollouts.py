"""Rollouts: what an agent meets in copies of an environment, in one compiled loop."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measures
from waza.rl.environments import Box, Discrete, Environment, Running, Transition, advance, begin

# The actions of all copies for their observations, one draw of noise, and what else is to be kept of the choice.
Act = Callable[[Array, Any], tuple[Any, Any]]


class Rollout(NamedTuple):
    """Steps of several copies, each array with the axes (steps, copies, ...).

    Attributes:
        transition: what happened. `next_observation` is that of the same episode, also after its last step.
        kept: what `act` returned beside the actions.
    """

    transition: Transition
    kept: PyTree[Array]


def begin_copies(environment: Environment, key: PRNGKeyArray, copies: int) -> Running:
    """New episodes in copies of an environment, with the axis of copies in front."""
    return jax.vmap(partial(begin, environment))(jax.random.split(key, copies))


def roll_out(
    environment: Environment, running: Running, act: Act, noise: PyTree[Array], key: PRNGKeyArray, unroll: int = 1
) -> tuple[Running, Rollout]:
    """A number of steps of all copies; episodes that end begin again.

    What is random about the choice of actions is drawn before the loop, in one operation: small random draws are
    expensive within loops.

    Args:
        environment: where.
        running: the episodes of the copies.
        act: the actions of all copies for their observations (copies, ...) and the noise of one step.
        noise: a tree of arrays whose first axis is the step; as many steps are made.
        key: of the environment's own draws.
        unroll: steps of the loop's body.
    """
    observe, run = jax.vmap(environment.observe), jax.vmap(partial(advance, environment))
    copies, steps = running.steps.shape[0], jax.tree.leaves(noise)[0].shape[0]

    def step(running: Running, given: Any) -> tuple[Running, Rollout]:
        noise, keys = given
        actions, kept = act(observe(running.state), noise)
        running, transition = run(running, actions, keys)
        return running, Rollout(transition, kept)

    return jax.lax.scan(step, running, (noise, jax.random.split(key, (steps, copies))), unroll=unroll)


def ended(transition: Transition) -> Measures:
    """Records of the episodes that ended in these steps: "return" (undiscounted) and "length"."""
    done, count = transition.done, jnp.sum(transition.done)
    return {
        "return": Mean(jnp.sum(jnp.where(done, transition.earned, 0)), count),
        "length": Mean(jnp.sum(jnp.where(done, transition.steps, 0)).astype(jnp.float32), count),
    }


def whole_episodes(
    environment: Environment, act: Act, noise: PyTree[Array], key: PRNGKeyArray, copies: int
) -> tuple[Rollout, Bool[Array, "steps copies"]]:
    """One episode of each copy from its beginning to its end, and which steps belong to it.

    The loop ends with the longest episode. Other rows hold what is to be ignored.

    Args:
        environment: where; its time limit is the number of steps of the arrays.
        act: the actions of all copies for their observations and the noise of one step.
        noise: a tree of arrays whose first axis is the step, as many as the time limit.
        key: of the environment's own draws.
        copies: how many episodes.

    Raises:
        Error: the environment has no time limit.
    """
    steps = time_limit_of(environment)
    start_key, run_key = jax.random.split(key)
    observe, run = jax.vmap(environment.observe), jax.vmap(partial(advance, environment))

    def step(running: Running, at: Any) -> tuple[Running, Rollout]:
        noise_now = jax.tree.map(lambda leaf: leaf[at], noise)
        actions, kept = act(observe(running.state), noise_now)
        keys = jax.random.split(jax.random.fold_in(run_key, at), copies)
        running, transition = run(running, actions, keys)
        return running, Rollout(transition, kept)

    def go(carry: Any) -> Any:
        at, running, live, rows, seen = carry
        running, one = step(running, at)
        rows = jax.tree.map(lambda all, new: all.at[at].set(new), rows, one)
        return at + 1, running, live & ~one.transition.done, rows, seen.at[at].set(live)

    def goes_on(carry: Any) -> Any:
        return (carry[0] < steps) & jnp.any(carry[2])

    running = begin_copies(environment, start_key, copies)
    shapes = jax.eval_shape(step, running, jnp.int32(0))[1]
    rows = jax.tree.map(lambda leaf: jnp.zeros((steps, *leaf.shape), leaf.dtype), shapes)
    carry = (jnp.int32(0), running, jnp.ones(copies, bool), rows, jnp.zeros((steps, copies), bool))
    *_, rows, live = jax.lax.while_loop(goes_on, go, carry)
    return rows, live


def time_limit_of(environment: Environment) -> int:
    """The time limit of an environment; an `Error` where it has none."""
    if environment.time_limit is None:
        name = type(environment).__name__
        raise Error(f"{name} has no time limit, and whole episodes are needed: give {name}(time_limit=500)")
    return environment.time_limit


def input_size(space: Discrete | Box) -> int:
    """The number of inputs of a model that sees observations of this space, as `as_inputs` gives them.

    >>> input_size(Discrete(16)), input_size(Box((2, 3)))
    (16, 6)
    """
    return space.n if isinstance(space, Discrete) else math.prod(space.shape)


def as_inputs(space: Discrete | Box, observations: Array) -> Float[Array, "... inputs"]:
    """Observations as a model's inputs: one-hot vectors of discrete ones, others as flat float32 vectors.

    >>> as_inputs(Discrete(3), jnp.array([2, 0])).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    >>> as_inputs(Box((2, 2)), jnp.ones((5, 2, 2))).shape
    (5, 4)
    """
    if isinstance(space, Discrete):
        return jax.nn.one_hot(observations, space.n)
    leading = observations.shape[: observations.ndim - len(space.shape)]
    return observations.reshape(*leading, -1).astype(jnp.float32)
