"""Hosted: an environment of Gymnasium, stepped on the host, within compiled programs."""

from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int, PRNGKeyArray, UInt

from waza.core.errors import Error
from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.host import Episode, Host, host
from waza.rl.environments.spaces import Box, Discrete


class HostedState(NamedTuple):
    """The state of an environment on the host: what it has shown, and the seed and actions that lead to it."""

    observation: Array
    digest: UInt[Array, "2"]
    seed: UInt[Array, ""]
    actions: Array
    steps: Int[Array, ""]


class Hosted(Environment):
    """An environment of Gymnasium, stepped on the host: one call for all copies, within compiled programs.

    A state is the seed of the episode's reset and its actions since then, and the host keeps a running copy for each
    state in use. So `reset` and `step` are pure functions, can be mapped over copies and seeds, and a training can be
    resumed: where the host has no copy at a state, the episode is repeated up to there. This holds for an environment
    that is deterministic for the seed of its reset. One that is not trains too, but its resumed episodes differ.

    Truncations of the environment itself, such as those of its own time limit, are reported as truncations. Actions of
    a box are clipped to its bounds. Observations are float32 or, of a Discrete space, numbers from 0.

    Args:
        name: in Gymnasium's registry, such as "LunarLander-v3", or "module:name" to import the module first.
        pictures: whether states can be rendered.
        time_limit: the most steps of an episode; also the number of actions that a state has room for.

    Raises:
        Error: there is no time limit. The name is unknown, a package is missing, or a space is not supported: when the
            spaces are first asked for.

    >>> cart = Hosted(name="CartPole-v1", time_limit=500)
    >>> cart.actions, cart.observations.shape
    (Discrete(n=2), (4,))
    >>> state = cart.reset(jax.random.key(0))
    >>> cart.step(state, jnp.int32(1), jax.random.key(1)).reward
    Array(1., dtype=float32)
    """

    name: str = eqx.field(kw_only=True)
    pictures: bool = False
    time_limit: int | None = 1000

    def __check_init__(self):
        if self.time_limit is None:
            raise Error(f"Hosted(name={self.name!r}, time_limit=None); expected a number of steps, such as 1000")

    @property
    def host(self) -> Host:
        """The running copies of this process."""
        return host(self.name, self.pictures)

    @property
    def actions(self) -> Discrete | Box:
        """What an action can be."""
        return self.host.actions

    @property
    def observations(self) -> Discrete | Box:
        """What an observation can be."""
        return self.host.observations

    def reset(self, key: PRNGKeyArray) -> HostedState:
        """A first state."""
        seed = _seed(key)
        observation, digest = _call(self._begin, self._shapes[:2], seed)
        return HostedState(observation, digest, seed, jnp.zeros(self._room.shape, self._room.dtype), jnp.int32(0))

    def restart(self, state: HostedState, done: Bool[Array, ""], key: PRNGKeyArray) -> HostedState:
        """A first state where the episode is over, else the state; in one call for all copies."""
        seed = _seed(key)
        observation, digest = _call(self._restart, self._shapes[:2], done, seed, state.observation, state.digest)
        seed, steps = jnp.where(done, seed, state.seed), jnp.where(done, 0, state.steps)
        return HostedState(observation, digest, seed, state.actions, steps)

    def step(self, state: HostedState, action: Any, key: PRNGKeyArray) -> Step:
        """One step on the host. The key is not used: what is random follows from the seed of the reset."""
        action = jnp.asarray(action, self._room.dtype)
        given = (state.digest, state.seed, state.actions, state.steps, action)
        observation, digest, reward, terminated, truncated = _call(self._step, self._shapes, *given)
        actions = state.actions.at[state.steps].set(action)
        state = HostedState(observation, digest, state.seed, actions, state.steps + 1)
        return Step(state, reward, terminated, truncated)

    def observe(self, state: HostedState) -> Array:
        """What the environment has shown last."""
        return state.observation

    @property
    def _room(self) -> jax.ShapeDtypeStruct:
        """For the actions of an episode."""
        dtype = jnp.int32 if isinstance(self.actions, Discrete) else jnp.float32
        return jax.ShapeDtypeStruct((self.time_limit or 0, *self.actions.shape), dtype)

    @property
    def _shapes(self) -> tuple[jax.ShapeDtypeStruct, ...]:
        """Of an observation, a digest, a reward, a termination and a truncation."""
        dtype = jnp.int32 if isinstance(self.observations, Discrete) else jnp.float32
        flag = jax.ShapeDtypeStruct((), bool)
        return (
            jax.ShapeDtypeStruct(self.observations.shape, dtype),
            jax.ShapeDtypeStruct((2,), jnp.uint32),
            jax.ShapeDtypeStruct((), jnp.float32),
            flag,
            flag,
        )

    def _begin(self, seeds: np.ndarray) -> tuple[np.ndarray, ...]:
        return self.host.begin(seeds)

    def _restart(self, *rows: np.ndarray) -> tuple[np.ndarray, ...]:
        return self.host.restart(*rows)

    def _step(self, *rows: np.ndarray) -> tuple[np.ndarray, ...]:
        *episodes, actions = rows
        observations, rewards, terminated, truncated, digests = self.host.step(Episode(*episodes), actions)
        return observations, digests, rewards, terminated, truncated


def _seed(key: PRNGKeyArray) -> UInt[Array, ""]:
    """A seed that any environment takes: 31 bits."""
    return jax.random.bits(key) >> 1


def _call(function: Any, shapes: tuple[jax.ShapeDtypeStruct, ...], *given: Array) -> Any:
    """What a function of rows on the host returns for these arguments of one copy, or of all that are mapped over."""
    ranks = tuple(jnp.ndim(array) for array in given)
    return jax.pure_callback(partial(_by_rows, function, ranks), shapes, *given, vmap_method="broadcast_all")


def _by_rows(function: Any, ranks: tuple[int, ...], *given: Any) -> tuple[np.ndarray, ...]:
    """Call a function of rows with all leading axes of mapped arguments as one, and give them back to its results."""
    arrays = [np.asarray(array) for array in given]
    leading = arrays[0].shape[: arrays[0].ndim - ranks[0]]
    rows = [array.reshape(-1, *array.shape[len(leading) :]) for array in arrays]
    return tuple(result.reshape(*leading, *result.shape[1:]) for result in function(*rows))
