"""Finite environments: numbered states, and for each action in each of them a few possible outcomes."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray

from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.spaces import Discrete
from waza.rl.tabular.model import TabularModel


class Outcomes(NamedTuple):
    """What each of A actions in each of S states may lead to: K outcomes. Shapes broadcast to (S, A, K).

    Attributes:
        state (S, A, K): the next state.
        probability: of the outcome; the sum over the K outcomes is 1.
        reward: of the step.
        terminated: whether it ends the process.
    """

    state: np.ndarray
    probability: np.ndarray | Array
    reward: np.ndarray | Array
    terminated: np.ndarray


class Finite(Environment):
    """A finite Markov decision process. A subclass defines `actions`, `outcomes` and `starts`.

    The state is its number, and so is the observation. `model` gives the exact probabilities and rewards.
    """

    @property
    def actions(self) -> Discrete:
        """What an action can be."""
        raise NotImplementedError(f"{type(self).__name__} has no actions")

    def outcomes(self) -> Outcomes:
        """What each action in each state may lead to. Numbers of the recipe may be traced; all else is NumPy."""
        raise NotImplementedError(f"{type(self).__name__} has no outcomes()")

    def starts(self) -> np.ndarray:
        """The first states, all equally likely."""
        raise NotImplementedError(f"{type(self).__name__} has no starts()")

    @property
    def observations(self) -> Discrete:
        """The numbers of the states."""
        return Discrete(self.outcomes().state.shape[0])

    def reset(self, key: PRNGKeyArray) -> Int[Array, ""]:
        """One of the first states."""
        return jax.random.choice(key, jnp.asarray(self.starts(), jnp.int32))

    def step(self, state: Int[Array, ""] | int, action: Int[Array, ""] | int, key: PRNGKeyArray) -> Step:
        """One of the outcomes, drawn by its probability."""
        outcomes = self.outcomes()
        shape = outcomes.state.shape
        following, probability, reward, terminated = (
            jnp.broadcast_to(jnp.asarray(array), shape)[state, action] for array in outcomes
        )
        drawn = jnp.sum(jax.random.uniform(key) >= jnp.cumsum(probability)[:-1])
        return Step(following[drawn].astype(jnp.int32), reward[drawn].astype(jnp.float32), terminated[drawn])

    def observe(self, state: Int[Array, ""]) -> Int[Array, ""]:
        """The number of the state."""
        return state

    def model(self) -> TabularModel:
        """The exact model, in float64 unless the recipe's numbers are traced."""
        following, probability, reward, terminated = self.outcomes()
        shape = following.shape
        probability = probability + np.zeros(shape)
        goes_on = (probability * ~np.broadcast_to(terminated, shape))[..., None]
        starts = self.starts()
        return TabularModel(
            transition=(goes_on * np.eye(shape[0])[following]).sum(2),
            reward=(probability * reward).sum(2),
            start=np.bincount(starts, minlength=shape[0]) / len(starts),
        )


def moves(rows: int, columns: int, directions: tuple[tuple[int, int], ...]) -> np.ndarray:
    """The cell that each direction leads to from each cell, (cells, directions); the border stops a move.

    A cell has the number row * columns + column.

    >>> moves(2, 2, ((0, 1), (1, 0))).tolist()
    [[1, 2], [1, 3], [3, 2], [3, 3]]
    """
    row, column = np.divmod(np.arange(rows * columns), columns)
    down, right = np.transpose(directions)
    to_row = np.clip(row[:, None] + down, 0, rows - 1)
    return to_row * columns + np.clip(column[:, None] + right, 0, columns - 1)


def slipping(following: np.ndarray) -> np.ndarray:
    """The outcomes (S, 4, 3) of moves (S, 4) that may go to a side: by the direction before, the own, the one after.

    The four directions must be in cyclic order, so that those before and after are perpendicular.
    """
    return np.stack([np.roll(following, 1, 1), following, np.roll(following, -1, 1)], -1)
