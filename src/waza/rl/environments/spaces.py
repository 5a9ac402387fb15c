"""Spaces: what an action or an observation can be."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Discrete:
    """The whole numbers 0, 1, ..., n - 1, as int32 scalars.

    Args:
        n: how many.
    """

    n: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one element: a scalar."""
        return ()


@dataclass(frozen=True)
class Box:
    """Arrays of real numbers, float32, each coordinate between two bounds.

    Args:
        shape: of one element.
        low: the least value, of all coordinates or a number a coordinate.
        high: the greatest value.
    """

    shape: tuple[int, ...]
    low: float | tuple[float, ...] = -math.inf
    high: float | tuple[float, ...] = math.inf
