"""Distractors: remember a symbol over irrelevant steps, and replace it by a newer one."""

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset
from waza.data.tasks.sizes import check_size
from waza.data.tasks.splits import checked_total, deal, distinct


def distractor(
    length: int = 20,
    symbols: int = 8,
    distractors: int = 4,
    rows: int = 10_000,
    validation_rows: int = 1000,
    test_rows: int = 2000,
    updates: float = 0.0,
    seed: int = 0,
) -> Dataset:
    """A symbol, distractors, and a question mark, at which the latest symbol is the answer.

    x (rows, length, symbols + distractors + 1) float32 one-hot, with the symbols first, then the distractors, then
    the question mark; y (rows,) int32, the symbol. The first step shows a symbol, the last the question mark. Each step
    between them shows, with probability `updates`, a symbol other than the latest, and otherwise a distractor; all are
    drawn uniformly. With `updates=0` the memory is written once; above 0 it must also be cleared. No row occurs twice,
    within or between splits.

    Args:
        length: steps in a row, 3 or more.
        symbols: 2 or more.
        distractors: 1 or more.
        rows, validation_rows, test_rows: the sizes of the splits; 0 validation rows mean no validation split.
        updates: probability of a new symbol at an inner step, 0 to 1.
        seed: the seed of all draws.

    Raises:
        Error: a size is out of bounds, `updates` is not a probability, or there are not enough different rows.

    >>> x, y = distractor(length=5, rows=2, validation_rows=0, test_rows=1, updates=0.5).train
    >>> x.argmax(axis=2).tolist(), y.tolist()  # 8 to 11 are distractors, 12 is the question mark
    ([[3, 9, 9, 9, 12], [6, 5, 10, 8, 12]], [3, 5])
    """
    check_size("length", length, 3)
    check_size("symbols", symbols, 2)
    check_size("distractors", distractors, 1)
    if not 0 <= updates <= 1:
        raise Error(f"updates={updates!r} given: choose a probability from 0 to 1")
    total = checked_total(rows, validation_rows, test_rows)
    rng = np.random.RandomState(seed)

    def draw(count: int) -> np.ndarray:
        updated = rng.random_sample((count, length)) < updates
        updated[:, 0] = True
        updated[:, -1] = False
        # A symbol is the previous one plus 1..symbols-1, modulo symbols: never the same, and uniform.
        change = rng.randint(1, symbols, size=(count, length))
        change[:, 0] = rng.randint(symbols, size=count)
        latest = np.where(updated, change, 0).cumsum(axis=1) % symbols
        words = np.where(updated, latest, symbols + rng.randint(distractors, size=(count, length)))
        words[:, -1] = latest[:, -1]  # the answer is stored at the step of the question mark
        return words

    words = distinct(draw, total)
    y = words[:, -1].astype(np.int32)
    words[:, -1] = symbols + distractors
    x = np.eye(symbols + distractors + 1, dtype=np.float32)[words]
    return deal("distractor", x, y, rows, validation_rows)
