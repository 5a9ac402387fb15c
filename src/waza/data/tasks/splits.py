"""How rows are drawn that differ from each other, and dealt to train, validation and test."""

from collections.abc import Callable

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split
from waza.data.tasks.sizes import check_size

ROUNDS = 20  # a space of twice as many rows as are asked for needs two or three


def checked_total(rows: int, validation_rows: int, test_rows: int) -> int:
    """How many rows there are in all.

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

    Rows are drawn until there are enough. In a large space hardly any is drawn twice, so the rows are
    distributed as `draw` has them.

    Raises:
        Error: so few different rows exist that 20 rounds of `total` draws do not find enough of them.

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
    raise Error(
        f"{total} rows asked for that all differ, and only {len(found)} found: choose fewer rows, or a larger task"
    )


def deal(
    name: str, x: np.ndarray, y: np.ndarray, rows: int, validation_rows: int, classes: tuple[str, ...] = ()
) -> Dataset:
    """The first `rows` rows to train on, the next `validation_rows` (None for 0) to tune on, the others to test on.

    >>> five = deal("five", np.arange(5), np.arange(5), rows=2, validation_rows=1)
    >>> five.train.x.tolist(), five.validation.x.tolist(), five.test.x.tolist()
    ([0, 1], [2], [3, 4])
    """
    train, validation, test = (
        Split(x[part], y[part])
        for part in (slice(rows), slice(rows, rows + validation_rows), slice(rows + validation_rows, None))
    )
    return Dataset(name, train, test, validation if validation_rows else None, classes)
