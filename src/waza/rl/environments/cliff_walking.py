"""CliffWalking: the short way is along a cliff."""

from typing import ClassVar

import numpy as np

from waza.rl.environments.finite import Finite, Outcomes, moves, slipping
from waza.rl.environments.spaces import Discrete


class CliffWalking(Finite):
    """A walk along a cliff, from the lower left cell of a 4 x 12 map to the lower right one.

    Actions: 0 up, 1 right, 2 down, 3 left. The state is row * 12 + column. The ten cells between the first cell and the
    goal are the cliff: entering it pays -100 and leads to the first cell. Every other step pays -1. The goal ends the
    process. If it is slippery, a move goes as intended or to either of its sides, with probability 1/3 each.

    Equal to Gymnasium's CliffWalking-v1 and CliffWalkingSlippery-v1, which have no time limit; this one has 1,000 steps
    unless `time_limit=None`. Source: Sutton and Barto (2018, example 6.6).

    Args:
        slippery: whether a move may go to a side.

    >>> model = CliffWalking().model()
    >>> model.reward[36].tolist()
    [-1.0, -100.0, -1.0, -1.0]
    """

    directions: ClassVar[tuple[tuple[int, int], ...]] = ((-1, 0), (0, 1), (1, 0), (0, -1))
    shape: ClassVar[tuple[int, int]] = (4, 12)
    first: ClassVar[int] = 36
    goal: ClassVar[int] = 47

    slippery: bool = False
    time_limit: int | None = 1000

    @property
    def cliff(self) -> np.ndarray:
        """The states that are the cliff."""
        return np.arange(self.first + 1, self.goal)

    @property
    def actions(self) -> Discrete:
        """Up, right, down, left."""
        return Discrete(4)

    def starts(self) -> np.ndarray:
        """The lower left cell."""
        return np.array([self.first])

    def outcomes(self) -> Outcomes:
        """Moves with their slips; the goal leads to itself, without a reward, as an end."""
        to = moves(*self.shape, self.directions)
        to[self.goal] = self.goal
        to = slipping(to) if self.slippery else to[..., None]
        falls, closed = np.isin(to, self.cliff), np.arange(len(to))[:, None, None] == self.goal
        return Outcomes(
            state=np.where(falls, self.first, to),
            probability=np.array(1 / to.shape[-1]),
            reward=np.where(falls, -100.0, -1.0) * ~closed,
            terminated=(to == self.goal) | closed,
        )
