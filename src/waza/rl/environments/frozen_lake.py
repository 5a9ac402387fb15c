"""FrozenLake: across the ice, around the holes."""

from typing import ClassVar

import numpy as np

from waza.rl.environments.finite import Outcomes, moves, slipping
from waza.rl.environments.letter_map import LetterMap

SMALL = ("SFFF", "FHFH", "FFFH", "HFFG")
LARGE = ("SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG")


class FrozenLake(LetterMap):
    """A walk across the ice of a lake to a goal, with holes to avoid.

    Actions: 0 left, 1 down, 2 right, 3 up. On slippery ice a move goes as intended with probability `success`, and to
    each of its two sides with (1 - success) / 2. The state is row * columns + column. The goal pays 1 and ends the
    process; a hole ends it without a reward.

    Equal to Gymnasium's FrozenLake-v1; with `rows=LARGE, time_limit=200` to FrozenLake8x8-v1.

    Args:
        rows: the map, a text a row: `S` a first cell, `F` frozen, `H` a hole, `G` the goal.
        slippery: whether a move may go to a side.
        success: the probability that a move on slippery ice goes as intended.

    Raises:
        Error: the map is empty, is no rectangle, has another letter, or has no `S`.

    >>> FrozenLake().model().transition[14, 1]  # down, from the cell before the goal
    array([0.        , 0.        , 0.        , 0.        , 0.        ,
           0.        , 0.        , 0.        , 0.        , 0.        ,
           0.        , 0.        , 0.        , 0.33333333, 0.33333333,
           0.        ])
    """

    letters: ClassVar[str] = "SFHG"
    directions: ClassVar[tuple[tuple[int, int], ...]] = ((0, -1), (1, 0), (0, 1), (-1, 0))

    rows: tuple[str, ...] = SMALL
    slippery: bool = True
    success: float = 1 / 3
    time_limit: int | None = 100

    def outcomes(self) -> Outcomes:
        """Moves with their slips; holes and the goal lead to themselves, without a reward, as ends."""
        cells = self.cells
        ends = (cells == "G") | (cells == "H")
        to = np.where(ends[:, None], np.arange(len(cells))[:, None], moves(*self.shape, self.directions))
        closed = ends[:, None, None]
        straight, side = np.array([0.0, 1.0, 0.0]), np.array([0.5, 0.0, 0.5])
        chance = self.success * straight + (1 - self.success) * side if self.slippery else straight
        to = slipping(to)
        return Outcomes(to, chance, (cells == "G")[to] * 1.0 * ~closed, ends[to] | closed)
