"""Running copies of an environment of Gymnasium, as a cache of the episodes that compiled programs are in."""

import hashlib
import threading
from collections import OrderedDict
from functools import cache
from typing import Any

import numpy as np

from waza.core.errors import Error, nearest
from waza.rl.environments.gymnasium_spaces import actions_of, gymnasium_package, observations_of
from waza.rl.environments.spaces import Box, Discrete

FEWEST = 16  # copies that are kept in any case


class Record:
    """The layout of a state as the host sees it: one vector of uint32, since each argument of a call costs time.

    Numbers 0 and 1 are the state's digest, 2 the seed of the episode's reset, 3 the steps since then, 4 the seed of the
    next episode, 5 and 6 the digest of its first state. The rest has room for the actions of the episode.
    """

    digest, seed, steps = slice(0, 2), 2, 3
    next_seed, head = 4, 7

    @staticmethod
    def parts(head: Any) -> tuple[Any, ...]:
        """Digest, seed, steps, the next seed and the next digest, each as a vector."""
        return head[:2], head[2:3], head[3:4], head[4:5], head[5:7]


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
            self._most = max(self._most, 2 * len(seeds))
            first = [self._begun(self._free(), int(seed)) for seed in seeds]
        observations, digests = zip(*first, strict=True)
        return np.stack(observations), _numbers(digests)

    def step(self, records: np.ndarray) -> tuple[np.ndarray, ...]:
        """One step of each copy, with the action that its record has at the place of its steps.

        Returns:
            The observations; the digests; rewards, terminations and truncations as (copies, 3); and, where the episode
            is over, the first observation and digest of the next one.
        """
        with self._lock:
            self._most = max(self._most, 2 * len(records))
            rows = [self._stepped(record) for record in records]
        observations, digests, outcomes, first, following = zip(*rows, strict=True)
        outcomes = np.array(outcomes, np.float32)
        return np.stack(observations), _numbers(digests), outcomes, np.stack(first), _numbers(following)

    def picture(self, record: np.ndarray) -> np.ndarray:
        """The state as an image (height, width, 3), uint8."""
        with self._lock:
            digest = record[Record.digest].tobytes()
            copy = self._at(digest, record)
            self._keep(digest, copy)
            try:
                return np.asarray(copy.render(), np.uint8)
            except gymnasium_package().error.DependencyNotInstalled as error:
                raise Error(f"{self.name}: {error}") from error

    def _begun(self, copy: Any, seed: int) -> tuple[np.ndarray, bytes]:
        observation = self._seen(copy.reset(seed=seed)[0])
        digest = _digest(seed.to_bytes(8, "little"))
        self._keep(digest, copy)
        return observation, digest

    def _stepped(self, record: np.ndarray) -> tuple[Any, ...]:
        digest, steps = record[Record.digest].tobytes(), int(record[Record.steps])
        copy = self._at(digest, record)
        actions = self._actions_in(record)
        seen, reward, terminated, truncated, _ = copy.step(self._given(actions[steps]))
        observation, digest = self._seen(seen), _digest(digest + actions[steps].tobytes())
        outcome = float(reward), terminated, truncated
        if terminated or truncated or steps + 1 == len(actions):
            return observation, digest, outcome, *self._begun(copy, int(record[Record.next_seed]))
        self._keep(digest, copy)
        return observation, digest, outcome, observation, digest

    def _at(self, digest: bytes, record: np.ndarray) -> Any:
        """A copy at this state of its episode."""
        copies = self._copies.get(digest)
        if copies:
            copy = copies.pop()
            if not copies:
                del self._copies[digest]
            return copy
        copy = self._free()
        copy.reset(seed=int(record[Record.seed]))
        for action in self._actions_in(record)[: int(record[Record.steps])]:
            copy.step(self._given(action))
        return copy

    def _actions_in(self, record: np.ndarray) -> np.ndarray:
        """The room for actions."""
        dtype = np.int32 if isinstance(self.actions, Discrete) else np.float32
        return record[Record.head :].view(dtype).reshape(-1, *self.actions.shape)

    def _keep(self, digest: bytes, copy: Any) -> None:
        self._copies.setdefault(digest, []).append(copy)
        self._copies.move_to_end(digest)

    def _free(self) -> Any:
        """A copy to reset: another one while there is room, else the least recently used one.

        There is room for twice as many as a call has had rows: those of a training and of its evaluation.
        """
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
            return np.asarray(observation - self._start, np.int32)
        return np.asarray(observation, np.float32)

    def _given(self, action: np.ndarray | np.number) -> Any:
        """The action as Gymnasium takes it: those of a box within its bounds."""
        space = self._action_space
        if isinstance(self.actions, Box):
            return np.clip(action, space.low, space.high).astype(space.dtype)
        return int(action + space.start)


@cache
def host(name: str, pictures: bool = False) -> Host:
    """The running copies of this environment in this process."""
    return Host(name, pictures)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()


def _numbers(digests: tuple[bytes, ...]) -> np.ndarray:
    return np.frombuffer(b"".join(digests), np.uint32).reshape(-1, 2)
