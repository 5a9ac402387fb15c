"""An episode as an animated GIF."""

import io
from typing import Any

import jax
import numpy as np
from PIL import Image

from waza.core.recipe import replace
from waza.kinds.policy.model import PolicyModel
from waza.rl.environments import advance, begin
from waza.rl.environments.hosted import Hosted
from waza.rl.environments.pictures import pace, render
from waza.rl.rollouts import time_limit_of

MOST, COLOURS = 250, 64
FASTEST = 20  # milliseconds that browsers show a frame at least


def film(model: PolicyModel, seed: int = 0, most: int = MOST) -> bytes:
    """One episode of the policy, from its first state on; of a long episode, every second, third, ... state.

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
    every = max(-(-len(states) // most), round(FASTEST / milliseconds), 1)
    frames = [Image.fromarray(render(environment, state)).quantize(COLOURS) for state in states[::every]]
    file = io.BytesIO()
    duration = round(milliseconds * every / 10) * 10  # in hundredths of a second, as the format counts
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=duration, loop=0)
    return file.getvalue()


def _states(model: PolicyModel, environment: Any, seed: int) -> list[Any]:
    """The states of an episode, up to the one before its end."""
    first_key, run_key = jax.random.split(jax.random.key(seed))

    def step(running: Any, key: Any) -> tuple[Any, Any]:
        action = model.action(variables, environment.observe(running.state))
        after, transition = advance(environment, running, action, key)
        return after, (running.state, transition.done)

    variables = jax.device_put(model.variables)
    keys = jax.random.split(run_key, time_limit_of(environment))
    run = jax.jit(lambda: jax.lax.scan(step, begin(environment, first_key), keys)[1])
    states, done = jax.device_get(run())
    return [jax.tree.map(lambda leaf, i=i: leaf[i], states) for i in range(1 + int(np.argmax(done)))]
