"""TabularModel: a finite Markov decision process, with its probabilities and rewards as arrays."""

from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error

ROUNDING = 1e-5  # what float32 loses in a sum of probabilities


class TabularModel(NamedTuple):
    """A finite Markov decision process with S states and A actions (Sutton and Barto, 2018, section 3.1).

    A transition into an absorbing end is missing probability: a row of `transition` that sums to 0.9 ends the process
    with probability 0.1. Arrays are NumPy's or JAX's; `checked` tells whether they are a model.

    Attributes:
        transition (S, A, S): p(s' | s, a), the probability of each next state.
        reward (S, A): r(s, a), the expected reward of an action, that of a transition into the end included.
        start (S,): the probability of each first state.
    """

    transition: Any
    reward: Any
    start: Any

    @property
    def states(self) -> int:
        """S, the number of states."""
        return self.transition.shape[0]

    @property
    def actions(self) -> int:
        """A, the number of actions."""
        return self.transition.shape[1]

    @property
    def ending(self) -> np.ndarray:
        """(S, A): the probability that an action ends the process."""
        return np.clip(1 - np.asarray(self.transition, np.float64).sum(-1), 0, 1)


def checked(model: TabularModel) -> TabularModel:
    """The model in float64 on the host, its shapes and probabilities checked; an `Error` says what is wrong.

    >>> two = TabularModel(np.array([[[0.0, 1.0]], [[0.0, 0.0]]]), np.ones((2, 1)), np.array([1.0, 0.0]))
    >>> checked(two).ending.ravel().tolist()
    [0.0, 1.0]
    """
    transition, reward, start = (np.asarray(array, np.float64) for array in model)
    states, actions = reward.shape if reward.ndim == 2 else (0, 0)
    if not states or not actions:
        raise Error(f"a model's reward has the shape {reward.shape}: give (states, actions), one of each or more")
    for name, array, shape in (
        ("transition", transition, (states, actions, states)),
        ("start", start, (states,)),
    ):
        if array.shape != shape:
            raise Error(f"a model's {name} has the shape {array.shape}, its reward {reward.shape}: expected {shape}")
    for name, array in (("transition", transition), ("reward", reward), ("start", start)):
        if not np.isfinite(array).all():
            raise Error(f"a model's {name} has the value {array[~np.isfinite(array)][0]}: give finite numbers")
    for name, array in (("transition", transition), ("start", start)):
        if array.min() < 0:
            raise Error(f"a model's {name} has the probability {array.min():.6g}: give probabilities of 0 or more")
    rows = transition.sum(-1)
    if rows.max() > 1 + ROUNDING:
        state, action = np.unravel_index(rows.argmax(), rows.shape)
        raise Error(
            f"a model's transition from state {state} by action {action} sums to {rows.max():.6g}: "
            "give at most 1; what is missing ends the process"
        )
    if abs(start.sum() - 1) > ROUNDING:
        raise Error(f"a model's start sums to {start.sum():.6g}: give a probability for each first state, 1 in all")
    return TabularModel(_exact(transition), reward, start / start.sum())


def _exact(transition: np.ndarray) -> np.ndarray:
    """The rows that sum to 1 up to rounding, made to sum to 1: what float32 lost is no end of the process."""
    rows = transition.sum(-1, keepdims=True)
    return np.where(np.abs(rows - 1) <= ROUNDING, transition / np.where(rows == 0, 1, rows), transition)
