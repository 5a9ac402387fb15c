"""LetterMap: a map of cells, each with a letter, on which an agent moves in four directions."""

import equinox as eqx
import numpy as np

from waza.core.errors import Error
from waza.rl.environments.finite import Finite
from waza.rl.environments.spaces import Discrete

START = "S"  # the letter of a first cell


class LetterMap(Finite):
    """A map of cells, each with a letter. A state is the number of its cell, row * columns + column.

    A subclass has the field `rows`, the map, a text a row; it names the `letters` that a map may have and the
    `directions` of the four actions, (down, right) each, and defines `outcomes` and `starts`.

    Raises:
        Error: the map is empty, is no rectangle, has another letter, or has no cell to begin in.
    """

    letters: eqx.AbstractClassVar[str]
    directions: eqx.AbstractClassVar[tuple[tuple[int, int], ...]]

    rows: eqx.AbstractVar[tuple[str, ...]]

    def __check_init__(self):
        kind, rows = type(self).__name__, self.rows
        if not isinstance(rows, tuple) or not rows or not all(isinstance(row, str) and row for row in rows):
            raise Error(f"{kind}: the map is {rows!r}; expected a tuple of texts, one a row")
        for row in rows:
            if len(row) != len(rows[0]):
                raise Error(
                    f"{kind}: the row {row!r} has {len(row)} cells, the first one {len(rows[0])}: make them equal"
                )
            for cell in row:
                if cell not in self.letters:
                    raise Error(
                        f"{kind}: the row {row!r} has the cell {cell!r}; expected one of {' '.join(self.letters)}"
                    )
        if not len(self.starts()):
            raise Error(f"{kind}: the map {rows} has no cell to begin in: add {START!r}")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the map."""
        return len(self.rows), len(self.rows[0])

    @property
    def cells(self) -> np.ndarray:
        """The letter of each state."""
        return np.array(list("".join(self.rows)))

    @property
    def actions(self) -> Discrete:
        """The four directions."""
        return Discrete(len(self.directions))

    def starts(self) -> np.ndarray:
        """The cells `S`."""
        return np.flatnonzero(self.cells == START)
