"""The adding problem: add two marked values that are far apart."""

import numpy as np

from waza.data.dataset import Dataset
from waza.data.tasks.sizes import check_size
from waza.data.tasks.splits import checked_total, deal, distinct


def adding(
    length: int = 100, rows: int = 20_000, validation_rows: int = 1000, test_rows: int = 2560, seed: int = 0
) -> Dataset:
    """Sequences of values with two of them marked, and the scaled sum of these: y = 0.5 + (v1 + v2) / 4.

    x (rows, length, 2) float32: a value uniform in [-1, 1], and a marker that is 1 at two steps, else 0.
    y (rows,) float32, in [0, 1]. The first mark is among the first ten steps (the first half, if that is shorter), the
    second among the unmarked steps of the first half; they may be in either order. The constant 0.5 has a mean squared
    error of 1/24.

    Differences from the paper: all sequences have one length (there T to 1.1 T), and the first and last step have no
    marker -1. No row occurs twice, within or between splits.

    Args:
        length: steps in a row, 4 or more.
        rows, validation_rows, test_rows: the sizes of the splits; 0 validation rows mean no validation split.
        seed: the seed of all draws.

    Raises:
        Error: a size is out of bounds.

    Source: Hochreiter and Schmidhuber 1997, Long short-term memory, experiment 4.

    >>> x, y = adding(length=10, rows=5, validation_rows=0, test_rows=1).train
    >>> bool(np.allclose(y, 0.5 + (x[..., 0] * x[..., 1]).sum(axis=1) / 4))
    True
    """
    check_size("length", length, 4)
    total = checked_total(rows, validation_rows, test_rows)
    rng = np.random.RandomState(seed)
    half = length // 2

    def draw(count: int) -> np.ndarray:
        x = np.zeros((count, length, 2), np.float32)
        x[..., 0] = rng.uniform(-1, 1, (count, length))
        first = rng.randint(min(10, half), size=count)
        second = rng.randint(half - 1, size=count)
        second += second >= first  # skip the marked step
        x[np.arange(count), first, 1] = x[np.arange(count), second, 1] = 1
        return x

    x = distinct(draw, total)
    marked = np.where(x[..., 1] == 1, x[..., 0], 0).sum(axis=1)
    return deal("adding", x, (0.5 + marked / 4).astype(np.float32), rows, validation_rows)
