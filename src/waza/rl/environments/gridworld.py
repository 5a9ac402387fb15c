"""GridWorld: a map of cells with walls, goals and pits."""

from typing import ClassVar

import numpy as np

from waza.rl.environments.finite import Outcomes, moves, slipping
from waza.rl.environments.letter_map import START, LetterMap

WALL, FREE, GOAL, PIT = "#.GX"


class GridWorld(LetterMap):
    """A map of cells on which an agent walks to a goal, and which may be slippery.

    Actions: 0 up, 1 right, 2 down, 3 left. A move goes as intended with the probability 1 - slip, and to each of its
    two sides with slip / 2. A wall or the border stops a move; the agent stays where it is. The state is the number of
    the cell, row * columns + column, so that `values.reshape(environment.shape)` is a map.

    Each step pays `step_reward`. Entering a goal or pit pays its reward too, and ends the process.

    With `slip=0.2, step_reward=-0.04` and a 3 x 4 map this is the world of Russell and Norvig (2021, section 17.1).

    Args:
        rows: the map, a text a row: `#` a wall, `.` a free cell, `S` a first cell (no `S`: any free cell), `G` a goal,
            `1` to `9` a goal that pays this many times as much, `X` a pit.
        slip: the probability that a move goes to a side.
        goal_reward: for entering a goal.
        pit_reward: for entering a pit.
        step_reward: of every step.

    Raises:
        Error: the map is empty, is no rectangle, has another letter, or has no cell to begin in.

    >>> import jax
    >>> world = GridWorld(rows=("S.G", ".#X"))
    >>> world.step(1, 1, jax.random.key(0))[:3]
    (Array(2, dtype=int32), Array(1., dtype=float32), Array(True, dtype=bool))
    >>> world.model().transition[0, 1]
    array([0., 1., 0., 0., 0., 0.])
    """

    letters: ClassVar[str] = WALL + FREE + START + GOAL + PIT + "123456789"
    directions: ClassVar[tuple[tuple[int, int], ...]] = ((-1, 0), (0, 1), (1, 0), (0, -1))

    rows: tuple[str, ...] = ("...G", ".#.X", "S...")
    slip: float = 0.0
    goal_reward: float = 1.0
    pit_reward: float = -1.0
    step_reward: float = 0.0
    time_limit: int | None = 100

    def starts(self) -> np.ndarray:
        """The cells `S`, or all free ones."""
        first = super().starts()
        return first if len(first) else np.flatnonzero(self.cells == FREE)

    def outcomes(self) -> Outcomes:
        """Moves with their slips; walls and ends lead to themselves, without a reward, as ends."""
        cells, here = self.cells, np.arange(len(self.cells))
        prize = np.array([float(cell) if cell.isdigit() else float(cell == GOAL) for cell in cells])
        ends, walls = (prize > 0) | (cells == PIT), cells == WALL
        to = moves(*self.shape, self.directions)
        to = np.where(walls[to], here[:, None], to)
        closed = (ends | walls)[:, None, None]
        to = slipping(np.where((ends | walls)[:, None], here[:, None], to))
        side = self.slip * np.array([0.5, -1.0, 0.5])
        entered = self.goal_reward * prize[to] + self.pit_reward * (cells == PIT)[to]
        return Outcomes(
            state=to,
            probability=side + np.array([0.0, 1.0, 0.0]),
            reward=(entered + self.step_reward) * ~closed,
            terminated=ends[to] | closed,
        )
