"""Rows through a compiled function, in pieces of few sizes: each number of rows would be another program."""

from collections.abc import Callable
from typing import Any

import numpy as np


def in_pieces(compute: Callable[[np.ndarray], Any], rows: np.ndarray, most: int) -> np.ndarray | None:
    """What a compiled function of rows gives for them, each row by itself; None where there are no rows.

    A piece has `most` rows or, filled up with its last row, a power of two, so that there are at most 2 + log2(most)
    programs. A row's values do not depend on the others but for the rounding of the products, which differs between
    programs (relative differences of about 1e-7 in float32).

    >>> sizes = []
    >>> def double(x):
    ...     sizes.append(len(x))
    ...     return 2 * x
    >>> in_pieces(double, np.arange(11), 8).tolist(), sizes
    ([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20], [8, 4])
    """
    found = []
    for first in range(0, len(rows), most):
        piece = rows[first : first + most]
        filled = min(most, 1 << (len(piece) - 1).bit_length())
        if filled > len(piece):
            piece = np.concatenate([piece, np.repeat(piece[-1:], filled - len(piece), axis=0)])
        found.append(np.asarray(compute(piece))[: len(rows) - first])
    return np.concatenate(found) if found else None
