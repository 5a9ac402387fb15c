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
from waza.rl.environments import Box, Discrete, Environment, Running, Transition, begin, proceed

# The actions of all copies for their observations, one draw of noise, and what else is to be kept of the choice.
Act = Callable[[Array, Any], tuple[Any, Any]]


PIECE = 64  # steps that whole episodes make at a time, at most


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
    copies, steps = running.steps.shape[0], jax.tree.leaves(noise)[0].shape[0]
    return _scanned(environment, running, act, noise, jax.random.split(key, (steps, copies)), unroll)


def _scanned(
    environment: Environment, running: Running, act: Act, noise: PyTree[Array], keys: Array, unroll: int = 1
) -> tuple[Running, Rollout]:
    """The steps with these keys (steps, copies)."""
    observe, run = jax.vmap(environment.observe), jax.vmap(partial(proceed, environment))
    step_keys, reset_keys = jnp.moveaxis(jax.vmap(jax.vmap(jax.random.split))(keys), -1, 0)
    first = jax.vmap(jax.vmap(partial(begin, environment)))(reset_keys)

    def step(running: Running, given: Any) -> tuple[Running, Rollout]:
        noise, keys, first = given
        actions, kept = act(observe(running.state), noise)
        running, transition = run(running, actions, keys, first)
        return running, Rollout(transition, kept)

    return jax.lax.scan(step, running, (noise, step_keys, first), unroll=unroll)


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

    Steps are made in pieces of at most 64, until all episodes have ended. Other rows hold what is to be ignored.

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
    piece = max(size for size in range(1, PIECE + 1) if steps % size == 0)
    start_key, run_key = jax.random.split(key)
    keys = jax.random.split(run_key, (steps, copies))

    def part(running: Running, first: Any) -> tuple[Running, Rollout]:
        given = jax.tree.map(lambda leaf: jax.lax.dynamic_slice_in_dim(leaf, first, piece), (noise, keys))
        return _scanned(environment, running, act, *given)

    def go(carry: Any) -> Any:
        first, running, live, rows = carry
        running, some = part(running, first)
        # Mapped over seeds, the loop selects whole arrays at each turn; so a turn makes many steps.
        rows = jax.tree.map(lambda all, new: jax.lax.dynamic_update_slice_in_dim(all, new, first, 0), rows, some)
        return first + piece, running, live & ~jnp.any(some.transition.done, 0), rows

    def goes_on(carry: Any) -> Any:
        return (carry[0] < steps) & jnp.any(carry[2])

    running = begin_copies(environment, start_key, copies)
    shapes = jax.eval_shape(part, running, jnp.int32(0))[1]
    rows = jax.tree.map(lambda leaf: jnp.zeros((steps, *leaf.shape[1:]), leaf.dtype), shapes)
    *_, rows = jax.lax.while_loop(goes_on, go, (jnp.int32(0), running, jnp.ones(copies, bool), rows))
    over = jnp.cumsum(rows.transition.done, 0) - rows.transition.done  # episodes that ended before this step
    return rows, over == 0


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
