"""Running copies of an environment of Gymnasium, as a cache of the episodes that compiled programs are in."""

import hashlib
import threading
from collections import OrderedDict
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error, nearest
from waza.rl.environments.gymnasium_spaces import actions_of, gymnasium_package, observations_of
from waza.rl.environments.spaces import Box, Discrete

FEWEST = 16  # copies that are kept in any case


class Episode(NamedTuple):
    """What determines a state of a deterministic environment: the seed of its reset, and the actions since then.

    Attributes:
        digest: of the seed and the actions: the name of the state in the cache.
        seed: of the reset.
        actions: the first `steps` of them count.
        steps: how many.
    """

    digest: np.ndarray
    seed: np.ndarray
    actions: np.ndarray
    steps: np.ndarray


class Host:
    """Running copies of one environment, each at the state that its digest names.

    A step takes the copy that is at the state, and leaves it at the next one. Where no copy is at the state, since a
    training was resumed in another process or a state is used twice, one is reset with the episode's seed and repeats
    its actions. So stepping is a pure function as far as the environment is deterministic for its seed.

    Args:
        name: of the environment in Gymnasium's registry.
        pictures: whether it is made with `render_mode="rgb_array"`.

    Raises:
        Error: gymnasium or a package of the environment is missing, the name is unknown, or a space is not supported.
    """

    def __init__(self, name: str, pictures: bool):
        self.name, self._mode = name, "rgb_array" if pictures else None
        self._copies: OrderedDict[bytes, list[Any]] = OrderedDict()  # by digest, the least recently used first
        self._lock = threading.Lock()  # several devices may call at the same time
        first = self._made()
        self.actions = actions_of(name, first.action_space)
        self.observations = observations_of(name, first.observation_space)
        self._action_space, self._start = first.action_space, getattr(first.observation_space, "start", 0)
        self._count, self._most = 1, FEWEST
        self._copies[b""] = [first]

    def begin(self, seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """New episodes: the observations and digests of their first states."""
        with self._lock:
            return self._begun([self._free() for _ in range(self._room(len(seeds)))], seeds)

    def restart(
        self, done: np.ndarray, seeds: np.ndarray, observations: np.ndarray, digests: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """New episodes where `done`; all else as it is."""
        with self._lock:
            over = np.flatnonzero(done)
            copies = [self._taken(digests[row]) or self._free() for row in over]
            observations, digests = observations.copy(), digests.copy()
            if len(over):
                observations[over], digests[over] = self._begun(copies, seeds[over])
            return observations, digests

    def step(self, episodes: Episode, actions: np.ndarray) -> tuple[np.ndarray, ...]:
        """One step of each episode: observations, rewards, terminations, truncations, digests."""
        with self._lock:
            self._room(len(actions))
            rows = [self._stepped(Episode(*row), action) for *row, action in zip(*episodes, actions, strict=True)]
        observations, rewards, terminated, truncated, digests = zip(*rows, strict=True)
        return (
            np.stack(observations),
            np.array(rewards, np.float32),
            np.array(terminated, bool),
            np.array(truncated, bool),
            np.stack(digests),
        )

    def picture(self, episode: Episode) -> np.ndarray:
        """The state as an image (height, width, 3), uint8."""
        with self._lock:
            copy = self._at(episode)
            self._keep(episode.digest, copy)
            try:
                return np.asarray(copy.render(), np.uint8)
            except gymnasium_package().error.DependencyNotInstalled as error:
                raise Error(f"{self.name}: {error}") from error

    def _begun(self, copies: list[Any], seeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        observations, digests = [], []
        for copy, seed in zip(copies, seeds, strict=True):
            observations.append(self._seen(copy.reset(seed=int(seed))[0]))
            digests.append(_digest(int(seed).to_bytes(8, "little")))
            self._keep(digests[-1], copy)
        return np.stack(observations), np.stack(digests)

    def _stepped(self, episode: Episode, action: np.ndarray) -> tuple[Any, ...]:
        copy = self._at(episode)
        seen, reward, terminated, truncated, _ = copy.step(self._given(action))
        digest = _digest(episode.digest.tobytes() + action.tobytes())
        self._keep(digest, copy)
        return self._seen(seen), reward, terminated, truncated, digest

    def _at(self, episode: Episode) -> Any:
        """A copy at this state of the episode."""
        copy = self._taken(episode.digest)
        if copy is None:
            copy = self._free()
            copy.reset(seed=int(episode.seed))
            for action in episode.actions[: int(episode.steps)]:
                copy.step(self._given(action))
        return copy

    def _taken(self, digest: np.ndarray) -> Any | None:
        copies = self._copies.get(digest.tobytes(), [])
        copy = copies.pop() if copies else None
        if not copies:
            self._copies.pop(digest.tobytes(), None)
        return copy

    def _keep(self, digest: np.ndarray, copy: Any) -> None:
        self._copies.setdefault(digest.tobytes(), []).append(copy)
        self._copies.move_to_end(digest.tobytes())

    def _room(self, rows: int) -> int:
        """Let at least twice as many copies be kept as a call has rows: those of a training and of its evaluation."""
        self._most = max(self._most, 2 * rows)
        return rows

    def _free(self) -> Any:
        """A copy to reset: another one while there is room, else the least recently used one."""
        if self._count < self._most or not self._copies:
            self._count += 1
            return self._made()
        digest, copies = next(iter(self._copies.items()))
        copy = copies.pop()
        if not copies:
            del self._copies[digest]
        return copy

    def _made(self) -> Any:
        gymnasium = gymnasium_package()
        try:
            return gymnasium.make(self.name, disable_env_checker=True, render_mode=self._mode)
        except (gymnasium.error.UnregisteredEnv, ModuleNotFoundError) as error:
            raise Error(f"no environment {self.name!r}: {nearest(self.name, gymnasium.registry)}") from error
        except gymnasium.error.DependencyNotInstalled as error:
            raise Error(f"{self.name}: {error}") from error

    def _seen(self, observation: Any) -> np.ndarray:
        if isinstance(self.observations, Discrete):
            return np.int32(observation - self._start)
        return np.asarray(observation, np.float32)

    def _given(self, action: np.ndarray) -> Any:
        """The action as Gymnasium takes it: those of a box within its bounds."""
        space = self._action_space
        if isinstance(self.actions, Box):
            return np.clip(action, space.low, space.high).astype(space.dtype)
        return int(action + space.start)


@cache
def host(name: str, pictures: bool = False) -> Host:
    """The running copies of this environment in this process."""
    return Host(name, pictures)


def _digest(content: bytes) -> np.ndarray:
    return np.frombuffer(hashlib.blake2b(content, digest_size=8).digest(), np.uint32)
