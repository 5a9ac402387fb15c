"""Every episode of a small finite model, and with it the exact distribution of REINFORCE's gradient estimates."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Bool, Float, Int, PyTree

from waza.core.errors import Error
from waza.rl.environments import Transition
from waza.rl.policies.reinforce import Reinforce
from waza.rl.tabular import TabularModel, checked

MOST = 200_000


class Episodes(NamedTuple):
    """All possible episodes of at most so many steps, and their probabilities.

    Attributes:
        probability (n,): of each episode; they sum to 1.
        state, action, reward (n, steps): what happens; zeros after the end.
        live (n, steps): whether the step belongs to the episode.
        terminated (n, steps): whether it ends the process.
    """

    probability: Float[np.ndarray, " n"]
    state: Int[np.ndarray, "n steps"]
    action: Int[np.ndarray, "n steps"]
    reward: Float[np.ndarray, "n steps"]
    live: Bool[np.ndarray, "n steps"]
    terminated: Bool[np.ndarray, "n steps"]


def every_episode(model: TabularModel, policy: Any, steps: int) -> Episodes:
    """All episodes that a policy (S, A) can have in a model within a number of steps.

    Raises:
        Error: there are more than 200,000.

    >>> coin = TabularModel(np.array([[[0.5], [0.0]]]), np.array([[1.0, 2.0]]), np.ones(1))
    >>> found = every_episode(coin, [[0.5, 0.5]], steps=2)
    >>> found.probability.tolist(), found.reward.tolist()
    ([0.25, 0.5, 0.0625, 0.0625, 0.125], [[1.0, 0.0], [2.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 2.0]])
    """
    model, policy = checked(model), np.asarray(policy, np.float64)
    ends: list[Episodes] = []
    starts = np.flatnonzero(model.start)
    probability, at, path = model.start[starts], starts, np.zeros((len(starts), 0, 2), int)
    for step in range(steps):
        last = step == steps - 1
        going = []
        for action in range(model.actions):
            chance = probability * policy[at, action]
            taken = np.concatenate([path, np.stack([at, np.full_like(at, action)], -1)[:, None]], axis=1)
            nexts = [(-1, chance * model.ending[at, action])]
            if last:
                nexts.append((-2, chance * (1 - model.ending[at, action])))  # cut off, wherever it would have led
            else:
                nexts += [(s, chance * model.transition[at, action, s]) for s in range(model.states)]
            going += [(state, chance[chance > 0], taken[chance > 0]) for state, chance in nexts if (chance > 0).any()]
        ends += [_finished(model, p, taken, steps, state == -1) for state, p, taken in going if state < 0]
        going = [one for one in going if one[0] >= 0]
        if not going:
            break
        probability = np.concatenate([p for _, p, _ in going])
        at = np.concatenate([np.full(len(p), state) for state, p, _ in going])
        path = np.concatenate([taken for _, _, taken in going])
        if len(at) > MOST:
            raise Error(f"there are more than {MOST:,} episodes of {steps} steps: give fewer steps or a smaller model")
    return Episodes(*(np.concatenate(parts) for parts in zip(*ends, strict=True)))


def _finished(model: TabularModel, probability: Any, path: np.ndarray, steps: int, terminated: bool) -> Episodes:
    """Episodes that have ended after these states and actions, padded to a number of steps."""
    count, length = path.shape[:2]
    padded = np.pad(path, ((0, 0), (0, steps - length), (0, 0)))
    live = np.broadcast_to(np.arange(steps) < length, (count, steps))
    state, action = padded[..., 0], padded[..., 1]
    reward = np.where(live, np.asarray(model.reward)[state, action], 0)
    last = np.broadcast_to(np.arange(steps) == length - 1, (count, steps))
    return Episodes(probability, state, action, reward, live, last & terminated)


class Estimates(NamedTuple):
    """All values of an estimate, one an episode, and their probabilities."""

    probability: Float[np.ndarray, " n"]
    value: Float[np.ndarray, "n parameters"]

    @property
    def mean(self) -> Float[np.ndarray, " parameters"]:
        """The expectation."""
        return self.probability @ self.value

    @property
    def variance(self) -> float:
        """The sum of the variances of all parameters."""
        return float(self.probability @ ((self.value - self.mean) ** 2).sum(1))


def gradient_estimates(
    learner: Reinforce, variables: dict[str, PyTree], episodes: Episodes, baseline: Any = None
) -> Estimates:
    """The policy's gradient that a learner takes from each episode, uphill, as a vector of the policy's parameters.

    Args:
        learner: of one copy, on an environment with the states as observations.
        variables: of the policy and, for a learned baseline, of the critic.
        episodes: that the policy has.
        baseline: what a moving average has seen.
    """

    def one(state: Any, action: Any, reward: Any, live: Any, terminated: Any) -> Any:
        steps = jnp.arange(1, len(state) + 1)
        last = live & ~jnp.append(live[1:], False)
        earned = jnp.cumsum(reward)
        transition = Transition(state, action, reward, state, terminated, last & ~terminated, steps, earned)
        rows: Transition = jax.tree.map(lambda leaf: leaf[:, None], transition)
        live = live[:, None]
        returns = learner.returns(rows, live, jnp.zeros(()))

        def loss(policy: PyTree) -> Any:
            return learner.loss(variables | {"policy": policy}, rows, rows.action, live, returns, baseline)[0]

        return -ravel_pytree(jax.grad(loss)(variables["policy"]))[0]

    arrays = (jnp.asarray(episodes.state, jnp.int32), jnp.asarray(episodes.action, jnp.int32))
    rest = (jnp.asarray(episodes.reward, jnp.float32), jnp.asarray(episodes.live), jnp.asarray(episodes.terminated))
    found = jax.jit(jax.vmap(one))(*arrays, *rest)
    return Estimates(episodes.probability, np.asarray(found, np.float64))
