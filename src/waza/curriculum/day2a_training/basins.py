"""The two minima of a quartic: how many starts end in the global one, and how soon noise leads there."""

import functools

import numpy as np
from scipy import stats

from waza.curriculum.day2a_training.descents import end_of, line
from waza.models.landscapes import TwoMinima
from waza.optim import Optimizer

TILTS = (0.3, 1.0)
NOISE = 2.0
FAR_SIDE = -0.5  # a path that is below this has reached the side of the global minimum
STARTS, SETTLED = 8000, 4000
HIGHEST, COARSEST = 1.8, 0.02  # of the grid on which a chain is computed; it is at least twice as fine as the noise


def share_global(optimizer: Optimizer) -> float:
    """The share of starts in [-2, 2] from which descent without noise ends in the global minimum, mean of both tilts.

    The coordinates of the landscape do not influence each other, so that starts along the first one are enough.
    """
    return float(np.mean([_share_global(optimizer, tilt) for tilt in TILTS]))


def crossed(rate: float, steps: int) -> float:
    """The probability that SGD with noise, started in the local minimum, has reached the global side within `steps`.

    Mean of both tilts. The position is a Markov chain: a step moves x to x - rate (f'(x) + noise xi) with xi standard
    normal. Its transition matrix on a grid is raised to the power `steps`; who reaches the global side stays there.
    """
    return float(np.mean([_crossed(rate, tilt, steps) for tilt in TILTS]))


@functools.cache
def _share_global(optimizer: Optimizer, tilt: float) -> float:
    ends = end_of(TwoMinima(tilt), optimizer, line(-2.0, 2.0, STARTS), SETTLED)
    return float(np.mean(ends[:, 0] < 0))


@functools.cache
def _crossed(rate: float, tilt: float, steps: int) -> float:
    spread = rate * NOISE
    x = np.arange(FAR_SIDE, HIGHEST, min(COARSEST, spread / 2))
    reached = (x - rate * (4 * x * (x**2 - 1) + tilt))[:, None]
    below = stats.norm.cdf((x[0] - reached) / spread)  # one state for the whole global side
    stays = stats.norm.pdf((x - reached) / spread)
    stays *= (1 - below) / stays.sum(axis=1, keepdims=True)
    local = np.sort(np.roots([4.0, 0.0, -4.0, tilt]).real)[-1]
    still = np.linalg.matrix_power(stays, steps)[np.abs(x - local).argmin()].sum()
    return float(1 - still)
