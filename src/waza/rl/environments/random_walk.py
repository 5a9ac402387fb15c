"""RandomWalk: a line of states that ends at both sides."""

import numpy as np

from waza.core.errors import Error
from waza.rl.environments.finite import Finite, Outcomes
from waza.rl.environments.spaces import Discrete


class RandomWalk(Finite):
    """A line of states that ends at both sides, which the uniform policy walks at random.

    Actions: 0 left, 1 right. Leaving the line at its left pays -1, at its right 1, and ends the process; all other
    steps pay nothing. An episode begins in the middle. Under the uniform policy the state i = 0, ..., n - 1 has the
    value (2 i + 1 - n) / (n + 1). Sutton and Barto (2018), example 7.1.

    Args:
        states: how many; an odd number.

    >>> RandomWalk(states=3).model().reward.tolist()
    [[-1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]
    """

    states: int = 19

    def __check_init__(self):
        if self.states < 1 or self.states % 2 == 0:
            raise Error(f"RandomWalk(states={self.states}); expected an odd number, so that one is in the middle")

    @property
    def actions(self) -> Discrete:
        """Left and right."""
        return Discrete(2)

    def starts(self) -> np.ndarray:
        """The state in the middle."""
        return np.array([self.states // 2])

    def outcomes(self) -> Outcomes:
        """One certain outcome of each move."""
        to = np.arange(self.states)[:, None, None] + np.array([-1, 1])[:, None]
        left, right = to < 0, to >= self.states
        return Outcomes(np.clip(to, 0, self.states - 1), np.ones(1), right * 1.0 - left * 1.0, left | right)
