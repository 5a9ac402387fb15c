"""Taxi: a passenger is picked up and brought to a destination."""

from typing import ClassVar

import numpy as np

from waza.rl.environments.finite import Finite, Outcomes, moves
from waza.rl.environments.spaces import Discrete

STANDS = np.array([0, 4, 20, 23])  # the cells red, green, yellow and blue, numbered row * 5 + column
WALLS = ((1, 2), (6, 7), (15, 16), (20, 21), (17, 18), (22, 23))  # pairs of cells with a wall between them
ABOARD = 4  # the passenger's place, after the four stands


class Taxi(Finite):
    """A taxi on a 5 x 5 map picks a passenger up at one of four stands, and brings them to another one.

    Actions: 0 south, 1 north, 2 east, 3 west, 4 pick up, 5 drop off. The state is
    ((row * 5 + column) * 5 + passenger) * 4 + destination, where the passenger is at a stand (0 red, 1 green, 2 yellow,
    3 blue) or in the taxi (4). A step pays -1, dropping off at the destination 20 (and ends the process), a wrong
    pick-up or drop-off -10. In the rain a move that no wall stops goes as intended with probability `steady`, and to
    each of its two sides with (1 - steady) / 2. At first the passenger waits at a stand that is not the destination.

    Equal to Gymnasium's Taxi-v4, which in dry weather is Taxi-v3. Source: Dietterich (2000).

    Args:
        rainy: whether a move may go to a side.
        steady: the probability that a move in the rain goes as intended.

    >>> import jax
    >>> Taxi().step(16, 5, jax.random.key(0)).reward.item()  # with the passenger, at the destination
    20.0
    """

    directions: ClassVar[tuple[tuple[int, int], ...]] = ((1, 0), (-1, 0), (0, 1), (0, -1))
    shape: ClassVar[tuple[int, int]] = (5, 5)

    rainy: bool = False
    steady: float = 0.8
    time_limit: int | None = 200

    @property
    def actions(self) -> Discrete:
        """Four moves, pick up, drop off."""
        return Discrete(6)

    def starts(self) -> np.ndarray:
        """All states with a passenger who waits, and not at the destination."""
        _, passenger, destination = _parts(np.arange(500))
        return np.flatnonzero((passenger != ABOARD) & (passenger != destination))

    def outcomes(self) -> Outcomes:
        """Moves, in the rain with their sides, and what picking up and dropping off lead to."""
        cell, passenger, destination = _parts(np.arange(500))
        to = moves(*self.shape, self.directions)
        for west, east in WALLS:
            to[west, 2], to[east, 3] = west, east
        stopped = to == np.arange(25)[:, None]
        # Both sides of south and north are east and west, and the other way round; a move that is stopped has no sides.
        sides = [np.where(stopped, to, to[:, order]) for order in ((2, 2, 0, 0), (3, 3, 1, 1))]
        drives = np.stack((to, *sides), -1)[cell]  # (500, 4, 3)
        driven = (drives * 5 + passenger[:, None, None]) * 4 + destination[:, None, None]

        stand = np.argmax(cell[:, None] == STANDS, 1)
        at_stand = np.isin(cell, STANDS)
        boards = at_stand & (passenger == stand)
        leaves = at_stand & (passenger == ABOARD)
        arrives = leaves & (stand == destination)
        picked = (cell * 5 + np.where(boards, ABOARD, passenger)) * 4 + destination
        dropped = (cell * 5 + np.where(leaves, stand, passenger)) * 4 + destination

        handled = np.stack((picked, dropped), 1)[..., None].repeat(3, -1)
        reward = np.full((500, 6), -1.0)
        reward[:, 4] = np.where(boards, -1, -10)
        reward[:, 5] = np.where(arrives, 20, np.where(leaves, -1, -10))
        terminated = np.zeros((500, 6), bool)
        terminated[:, 5] = arrives
        straight, side = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.5, 0.5])
        return Outcomes(
            state=np.concatenate((driven, handled), 1),
            probability=self.steady * straight + (1 - self.steady) * side if self.rainy else straight,
            reward=reward[..., None],
            terminated=terminated[..., None],
        )


def _parts(states: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The taxi's cell, the passenger's place and the destination."""
    return states // 20, states // 4 % 5, states % 4
