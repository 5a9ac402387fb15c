"""Draws of rows without repeats, and their division into training, validation and test."""

from collections.abc import Callable

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split
from waza.data.tasks.sizes import check_size

ROUNDS = 20  # two or three are enough if twice as many rows exist as are requested


def checked_total(rows: int, validation_rows: int, test_rows: int) -> int:
    """The total number of rows.

    Raises:
        Error: `rows` or `test_rows` is not a whole number of 1 or more, or `validation_rows` of 0 or more.

    >>> checked_total(20, 0, 3)
    23
    """
    check_size("rows", rows, 1)
    check_size("validation_rows", validation_rows, 0)
    check_size("test_rows", test_rows, 1)
    return rows + validation_rows + test_rows


def distinct(draw: Callable[[int], np.ndarray], total: int) -> np.ndarray:
    """`total` rows of `draw(count)` (count, ...), no two of them equal: of equal rows, the first is kept.

    Rows are drawn until there are enough. In a large space repeats are rare, so the rows have the distribution of
    `draw`.

    Raises:
        Error: 20 rounds of `total` draws do not give enough different rows.

    >>> rng = np.random.RandomState(0)
    >>> sorted(distinct(lambda count: rng.randint(4, size=(count, 1)), 4).ravel().tolist())
    [0, 1, 2, 3]
    """
    found: dict[bytes, np.ndarray] = {}
    for _ in range(ROUNDS):
        for row in draw(total):
            found.setdefault(row.tobytes(), row)
        if len(found) >= total:
            return np.stack(list(found.values())[:total])
    raise Error(f"{total} different rows requested, but only {len(found)} found: choose fewer rows, or a larger task")


def deal(
    name: str, x: np.ndarray, y: np.ndarray, rows: int, validation_rows: int, classes: tuple[str, ...] = ()
) -> Dataset:
    """The first `rows` rows for training, the next `validation_rows` for validation (None for 0), the others for test.

    >>> five = deal("five", np.arange(5), np.arange(5), rows=2, validation_rows=1)
    >>> five.train.x.tolist(), five.validation.x.tolist(), five.test.x.tolist()
    ([0, 1], [2], [3, 4])
    """
    train, validation, test = (
        Split(x[part], y[part])
        for part in (slice(rows), slice(rows, rows + validation_rows), slice(rows + validation_rows, None))
    )
    return Dataset(name, train, test, validation if validation_rows else None, classes)
