"""Whole episodes of a fixed behaviour: the evaluation of an agent."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from waza.core.errors import Error
from waza.rl.environments.environment import Environment
from waza.rl.environments.episodes import advance, begin


class Played(NamedTuple):
    """Episodes that were played.

    Attributes:
        returns: the undiscounted return of each episode, as far as it was played.
        lengths: steps of each episode.
        finished: whether the episode ended, by a termination or by the environment's time limit.
    """

    returns: Float[Array, " episodes"]
    lengths: Int[Array, " episodes"]
    finished: Bool[Array, " episodes"]


def play(
    environment: Environment,
    act: Callable[[Any, PRNGKeyArray], Any],
    key: PRNGKeyArray,
    episodes: int,
    steps: int | None = None,
) -> Played:
    """Play `episodes` episodes side by side, each from its beginning to its end, in one compiled loop.

    Each episode has a copy of the environment and counts once. Counting the first N episodes that end would be biased
    towards short ones.

    Args:
        environment: where.
        act: the action for an observation of one copy; the key is for its random draws.
        key: of all random draws.
        episodes: how many.
        steps: the most steps of an episode; by default the environment's time limit.

    Raises:
        Error: there are no episodes, or neither a time limit nor `steps`.

    >>> from waza.rl.environments import GridWorld
    >>> played = play(GridWorld(rows=("S.G",)), lambda observation, key: 1, jax.random.key(0), 3)  # 1: right
    >>> played.returns.tolist(), played.lengths.tolist()
    ([1.0, 1.0, 1.0], [2, 2, 2])
    """
    most = environment.time_limit if steps is None else steps
    kind = type(environment).__name__
    if most is None:
        raise Error(f"{kind} has no time limit, so an episode may never end: give steps=, the most steps of an episode")
    if episodes < 1 or most < 1:
        raise Error(f"{episodes} episodes of at most {most} steps; expected at least 1 of both")
    reset_key, run_key = jax.random.split(key)
    run = jax.vmap(partial(advance, environment))

    def go(carry):
        step, running, played = carry
        act_keys, step_keys = jax.random.split(jax.random.fold_in(run_key, step), (2, episodes))
        actions = jax.vmap(act)(jax.vmap(environment.observe)(running.state), act_keys)
        running, after = run(running, actions, step_keys)
        new = Played(after.earned, after.steps, after.done)
        played = jax.tree.map(lambda old, new: jnp.where(played.finished, old, new), played, new)
        return step + 1, running, played

    def goes_on(carry):
        step, _, played = carry
        return (step < most) & ~jnp.all(played.finished)

    running = jax.vmap(partial(begin, environment))(jax.random.split(reset_key, episodes))
    none = Played(running.earned, running.steps, jnp.zeros(episodes, bool))
    return jax.lax.while_loop(goes_on, go, (jnp.int32(0), running, none))[2]
