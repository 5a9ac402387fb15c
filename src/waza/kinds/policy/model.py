"""A trained policy: the actions for observations, and whole episodes."""

import dataclasses
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.data.given import array_of
from waza.kinds.model import Model
from waza.kinds.option import check_given
from waza.kinds.pieces import in_pieces
from waza.kinds.policy.options import EPISODES, PlayOptions
from waza.nn import Pass
from waza.rl.environments import Discrete, Environment, Played, play
from waza.rl.rollouts import as_inputs

ROWS = 1024  # observations at once


@dataclasses.dataclass(frozen=True, repr=False)
class PolicyModel(Model):
    """A trained policy, which takes the action that it holds for the best; its preparation is a `PolicyPreparation`."""

    @property
    def environment(self) -> Environment:
        """Where it was trained."""
        environment: Environment = self.preparation.environment
        return environment

    def action(self, variables: PyTree[Array], observation: Array, key: PRNGKeyArray | None = None) -> Any:
        """The action for one observation; nothing is drawn.

        Of a discrete action the network gives the value or the logit, and the largest one is taken; of others it gives
        the mean, which is cut off at the bounds.
        """
        x = as_inputs(self.environment.observations, observation)
        outputs = self.model.apply(variables, x[None], Pass())[0]
        actions = self.environment.actions
        if isinstance(actions, Discrete):
            return jnp.argmax(outputs).astype(jnp.int32)
        low, high = (jnp.asarray(bound, jnp.float32) for bound in (actions.low, actions.high))
        return jnp.clip(outputs.reshape(actions.shape), low, high)

    def predict(self, x: Any) -> np.ndarray:
        """The actions for observations (n, *shape).

        Raises:
            Error: the observations have another shape.
        """
        space = self.environment.observations
        observations = array_of("x", x)
        if observations.ndim != 1 + len(space.shape) or observations.shape[1:] != space.shape:
            raise Error(f"observations have the shape {observations.shape}; expected (n, *{space.shape})")
        found = in_pieces(lambda piece: self._actions(self.variables, piece), observations, ROWS)
        return np.zeros((0, *self._action_shape), np.float32) if found is None else found

    def predict_proba(self, x: Any) -> np.ndarray:
        """Nothing: the policy always takes the same action for an observation.

        Raises:
            Error: always.
        """
        raise Error("a policy takes one action for an observation: use predict(x)")

    def play(self, episodes: int = EPISODES, seed: int = 0) -> Played:
        """The returns and lengths of whole episodes, as NumPy arrays.

        Raises:
            Error: the number of episodes or the seed is out of range.
        """
        check_given(PlayOptions, episodes=episodes, seed=seed)
        played: Played = jax.device_get(self._play(jax.device_put(self.variables), jax.random.key(seed), episodes))
        return played

    def render(self, file: str | Path, seed: int = 0) -> None:
        """Write an episode to a file, as an animated GIF.

        Raises:
            Error: there are no pictures of the environment.
        """
        from waza.kinds.policy.film import film

        write_whole(file, film(self, seed))

    @property
    def _action_shape(self) -> tuple[int, ...]:
        actions = self.environment.actions
        return () if isinstance(actions, Discrete) else actions.shape

    @cached_property
    def _actions(self) -> Any:
        return jax.jit(lambda variables, x: jax.vmap(partial(self.action, variables))(x))

    @cached_property
    def _play(self) -> Any:
        def played(variables: PyTree[Array], key: PRNGKeyArray, episodes: int) -> Played:
            return play(self.environment, partial(self.action, variables), key, episodes)

        return jax.jit(played, static_argnums=2)
