"""GymnasiumEnv: an environment of waza as a `gymnasium.Env`. Importing this file needs gymnasium."""

from typing import Any

import gymnasium
import jax
import numpy as np

from waza.rl.environments.environment import Environment
from waza.rl.environments.gymnasium_spaces import as_gymnasium
from waza.rl.environments.pictures import has_pictures, pace, render
from waza.rl.environments.spaces import Discrete


class GymnasiumEnv(gymnasium.Env):
    """An environment of waza as a `gymnasium.Env`, for agents of other libraries.

    As in Gymnasium, the time limit is that of the wrapper `TimeLimit`, which `gymnasium.make` adds.

    Args:
        environment: which.
        render_mode: None, or "rgb_array" for images.

    Raises:
        Error: images are asked for, and there are none of this environment.

    >>> from waza.rl.environments import CartPole
    >>> env = GymnasiumEnv(CartPole())
    >>> observation, _ = env.reset(seed=0)
    >>> env.step(1)[1:]
    (1.0, False, False, {})
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}  # noqa: RUF012  # as Gymnasium declares it

    def __init__(self, environment: Environment, render_mode: str | None = None):
        self.environment, self.render_mode = environment, render_mode
        if render_mode is not None:
            self.metadata = {**self.metadata, "render_fps": pace(environment)}
        elif not has_pictures(environment):
            self.metadata = {**self.metadata, "render_modes": []}
        self.action_space = as_gymnasium(environment.actions)
        self.observation_space = as_gymnasium(environment.observations)
        self._reset, self._step = jax.jit(environment.reset), jax.jit(environment.step)
        self._observe = jax.jit(environment.observe)
        self._state: Any = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """A first observation."""
        super().reset(seed=seed)
        self._state = self._reset(self._key())
        return self._seen(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Observation, reward, terminated, truncated, and an empty dict."""
        dtype = np.int32 if isinstance(self.environment.actions, Discrete) else np.float32
        after = self._step(self._state, np.asarray(action, dtype), self._key())
        self._state = after.state
        return self._seen(), float(after.reward), bool(after.terminated), bool(after.truncated), {}

    def render(self) -> Any:
        """The state as an image, where the render mode asks for one."""
        return None if self.render_mode is None else render(self.environment, self._state)

    def _key(self) -> jax.Array:
        return jax.random.key(self.np_random.integers(2**32, dtype=np.uint32))

    def _seen(self) -> Any:
        observation = self._observe(self._state)
        return int(observation) if isinstance(self.environment.observations, Discrete) else np.asarray(observation)
