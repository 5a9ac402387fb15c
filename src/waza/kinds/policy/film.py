"""An episode as an animated GIF."""

import io
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from PIL import Image

from waza.core.recipe import replace
from waza.kinds.policy.model import PolicyModel
from waza.rl.environments.hosted import Hosted
from waza.rl.environments.pictures import pace, render
from waza.rl.rollouts import time_limit_of

MOST, COLOURS = 250, 64
FASTEST, LAST = 20, 1000  # milliseconds that browsers show a frame at least, and that the last one is shown


def film(model: PolicyModel, seed: int = 0, most: int = MOST) -> bytes:
    """One episode of the policy, from its first state to its last; of a long one, every second, third, ... state.

    Args:
        model: the policy.
        seed: of the episode.
        most: the largest number of frames.

    Raises:
        Error: there are no pictures of the environment.
    """
    environment: Any = model.environment
    if isinstance(environment, Hosted):
        environment = replace(environment, pictures=True)
    milliseconds = 1000 / pace(environment)
    states = _states(model, environment, seed)
    every = max(-(-len(states) // (most - 1)), round(FASTEST / milliseconds), 1)
    shown = [*states[:-1:every], states[-1]]
    frames = [Image.fromarray(render(environment, state)).quantize(COLOURS) for state in shown]
    file = io.BytesIO()
    duration = round(milliseconds * every / 10) * 10  # in hundredths of a second, as the format counts
    durations = [duration] * (len(frames) - 1) + [LAST]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return file.getvalue()


def _states(model: PolicyModel, environment: Any, seed: int) -> list[Any]:
    """The states of an episode, with the one in which it ends."""
    first_key, run_key = jax.random.split(jax.random.key(seed))

    def step(running: Any, key: Any) -> tuple[Any, Any]:
        def go(state: Any) -> tuple[Any, Any]:
            action = model.action(variables, environment.observe(state))
            after = environment.step(state, action, key)
            return after.state, after.terminated | after.truncated

        state, over = running
        return jax.lax.cond(over, lambda state: (state, over), go, state), running

    variables = jax.device_put(model.variables)
    keys = jax.random.split(run_key, time_limit_of(environment))
    begin = environment.reset(first_key), jnp.bool_(False)
    (last, _), (states, over) = jax.device_get(jax.jit(lambda: jax.lax.scan(step, begin, keys))())
    count = int(np.argmax(over)) if over.any() else len(over)
    ended = jax.tree.map(lambda leaf: leaf[count], states) if over.any() else last
    return [*(jax.tree.map(lambda leaf, i=i: leaf[i], states) for i in range(count)), ended]
