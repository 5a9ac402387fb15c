"""Hosted: an environment of Gymnasium, stepped on the host, within compiled programs."""

import math
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, PRNGKeyArray, UInt

from waza.core.errors import Error
from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.host import Host, Record, host
from waza.rl.environments.spaces import Box, Discrete

_DIGEST, _OUTCOME = jax.ShapeDtypeStruct((2,), jnp.uint32), jax.ShapeDtypeStruct((3,), jnp.float32)


class HostedState(NamedTuple):
    """The state of an environment on the host.

    Attributes:
        observation: what it has shown last.
        first: where the episode is over, the first observation of the next one.
        head: the first numbers of the state's `Record`.
        actions: its room for the actions of the episode.
    """

    observation: Array
    first: Array
    head: UInt[Array, " numbers"]
    actions: UInt[Array, "steps size"]


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
        seed, none = _seed(key), jnp.zeros(4, jnp.uint32)
        observation, digest = _call(self._begin, (self._shown, _DIGEST), seed)
        room = jnp.zeros((self.time_limit, math.prod(self.actions.shape)), jnp.uint32)
        return HostedState(observation, observation, jnp.concatenate((digest, seed[None], none)), room)

    def restart(self, state: HostedState, done: Bool[Array, ""], key: PRNGKeyArray) -> HostedState:
        """The first state of the next episode where this one is over, which the last step has begun; else the state."""
        _, _, _, next_seed, next_digest = Record.parts(state.head)
        new = jnp.concatenate((next_digest, next_seed, jnp.zeros(4, jnp.uint32)))
        observation, head = jnp.where(done, state.first, state.observation), jnp.where(done, new, state.head)
        return state._replace(observation=observation, head=head)

    def step(self, state: HostedState, action: Any, key: PRNGKeyArray) -> Step:
        """One step on the host, and the beginning of the next episode, for which the key is, where this one is over."""
        discrete = isinstance(self.actions, Discrete)
        bits = jnp.asarray(action, jnp.int32 if discrete else jnp.float32).view(jnp.uint32).reshape(-1)
        digest, seed, steps, _, next_digest = Record.parts(state.head)
        now, next_seed = jnp.arange(self.time_limit)[:, None] == steps, _seed(key)[None]
        actions = jnp.where(now, bits, state.actions)
        record = jnp.concatenate((digest, seed, steps, next_seed, next_digest, actions.reshape(-1)))
        shapes = self._shown, _DIGEST, _OUTCOME, self._shown, _DIGEST
        observation, digest, outcome, first, next_digest = _call(self._step, shapes, record)
        head = jnp.concatenate((digest, seed, steps + 1, next_seed, next_digest))
        return Step(HostedState(observation, first, head, actions), outcome[0], outcome[1] > 0, outcome[2] > 0)

    def observe(self, state: HostedState) -> Array:
        """What the environment has shown last."""
        return state.observation

    def picture(self, state: HostedState) -> np.ndarray:
        """The state as an image (height, width, 3), uint8; an `Error` unless the recipe says `pictures=True`."""
        if not self.pictures:
            raise Error(f"Hosted(name={self.name!r}) makes no pictures: give pictures=True")
        return self.host.picture(np.concatenate((state.head, np.ravel(state.actions))))

    @property
    def _shown(self) -> jax.ShapeDtypeStruct:
        """The shape of an observation."""
        dtype = jnp.int32 if isinstance(self.observations, Discrete) else jnp.float32
        return jax.ShapeDtypeStruct(self.observations.shape, dtype)

    def _begin(self, seeds: np.ndarray) -> tuple[np.ndarray, ...]:
        return self.host.begin(seeds)

    def _step(self, records: np.ndarray) -> tuple[np.ndarray, ...]:
        return self.host.step(records)


def _seed(key: PRNGKeyArray) -> UInt[Array, ""]:
    """A seed that any environment takes: 31 bits."""
    return jax.random.bits(key) >> 1


def _call(function: Any, shapes: tuple[jax.ShapeDtypeStruct, ...], given: Array) -> Any:
    """What a function of rows on the host returns for one copy, or for all copies that are mapped over, in one call."""
    rows = partial(_by_rows, function, jnp.ndim(given))
    return jax.pure_callback(rows, shapes, given, vmap_method="broadcast_all")


def _by_rows(function: Any, rank: int, given: Any) -> tuple[np.ndarray, ...]:
    """Call a function of rows, all mapped axes in one."""
    array = np.asarray(given)
    mapped = array.shape[: array.ndim - rank]
    results = function(array.reshape(-1, *array.shape[len(mapped) :]))
    return tuple(result.reshape((*mapped, *result.shape[1:])) for result in results)
