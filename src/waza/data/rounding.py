"""Numbers that differ by less than a computation can tell apart: in 32 bits, by their squares, or beyond 2^53."""

import re
from decimal import Decimal
from typing import Any

import numpy as np

from waza.data.cells import as_texts
from waza.data.notes import Note, short

SMALLEST = 1e-150  # of differences: their square is still a float
NOISE = 1e-14  # of the largest number: a smaller difference comes from rounding, and carries nothing
EXACT = 2**53  # the whole numbers up to here have their own float
WHOLE = re.compile(r"[-+]?\d+")
NORMAL = float(np.finfo(np.float32).tiny)  # smaller ones are 0 on most devices


def spread(numbers: np.ndarray) -> float:
    """The largest difference of the finite numbers; 0 if there are none.

    >>> spread(np.array([1e-310, 3e-310, np.nan]))
    2e-310
    """
    finite = numbers[np.isfinite(numbers)]
    with np.errstate(over="ignore"):
        return float(finite.max() - finite.min()) if len(finite) else 0.0


def lost_in_32_bits(rows: np.ndarray) -> np.ndarray:
    """The columns whose values differ, and are all the same as float32.

    Args:
        rows: (rows, ...) numbers.

    >>> lost_in_32_bits(np.array([[1e-310, 1e9, 1.0], [3e-310, 1e9 + 1e-3, 1.5]])).tolist()
    [0, 1]
    """
    if rows.dtype.kind != "f" or not rows.size:
        return np.empty(0, int)
    low, high = rows.min(axis=0), rows.max(axis=0)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        largest = np.maximum(np.abs(low), np.abs(high)).astype(np.float64)
        differ = high.astype(np.float64) - low > NOISE * largest
        same = _narrow(low) == _narrow(high)
    return np.flatnonzero(differ & same)


def _narrow(numbers: np.ndarray | np.floating) -> np.ndarray:
    return np.where(np.abs(numbers) < NORMAL, 0, numbers.astype(np.float32))


def rounded_notes(column: str, cells: Any, numbers: np.ndarray) -> list[Note]:
    """A note if whole numbers of a column are too large to be kept exactly.

    Args:
        column: its name.
        cells: as they were given.
        numbers: as they are used.

    >>> import pandas as pd
    >>> cells = pd.Series(["9007199254740993", "12"])
    >>> [note.kind for note in rounded_notes("n", cells, cells.astype(float).to_numpy())]
    ['rounded']
    """
    import pandas as pd

    large = np.flatnonzero(np.abs(numbers) >= EXACT)  # NaN is not
    if not large.size or pd.api.types.is_float_dtype(cells):
        return []
    texts = as_texts(cells)[large]
    lost = [text for text in texts if WHOLE.fullmatch(text) and Decimal(text) != Decimal(float(text))]
    return [Note("rounded", {"column": column, "count": len(lost), "example": short(lost[0])})] if lost else []
