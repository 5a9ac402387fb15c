"""Spike delays: measure the exact number of steps between two spikes."""

import numpy as np

from waza.data.dataset import Dataset
from waza.data.tasks.sizes import check_size
from waza.data.tasks.splits import checked_total, deal


def spike_delays(
    length: int = 60,
    shortest: int = 10,
    longest: int = 40,
    rows: int = 5000,
    validation_rows: int = 500,
    test_rows: int = 1000,
    seed: int = 0,
) -> Dataset:
    """Two spikes, and the scaled delay between them: y = (delay - shortest) / (longest - shortest).

    x (rows, length, 1) float32: 1 at the last step and at the step `delay` before it, else 0; y (rows,) float32,
    in [0, 1]. The delay is a whole number, uniform in shortest..longest.

    A row is determined by its delay, so rows repeat, and all splits contain the same rows: the task is exact
    measurement, not generalisation. An error below 0.5 / (longest - shortest) distinguishes every delay from its
    neighbours.

    Args:
        length: steps in a row, more than `longest`.
        shortest, longest: delays, 1 <= shortest < longest.
        rows, validation_rows, test_rows: the sizes of the splits; 0 validation rows mean no validation split.
        seed: the seed of the delays.

    Raises:
        Error: a size is out of bounds.

    Source: after Gers, Schraudolph and Schmidhuber 2002, Learning precise timing with LSTM recurrent networks
    (measuring spike delays).

    >>> x, y = spike_delays(length=5, shortest=1, longest=3, rows=1, seed=1).train
    >>> x[0, :, 0].tolist(), y.tolist()
    ([0.0, 0.0, 1.0, 0.0, 1.0], [0.5])
    """
    check_size("shortest", shortest, 1)
    check_size("longest", longest, shortest + 1)
    check_size("length", length, longest + 1)
    total = checked_total(rows, validation_rows, test_rows)
    delay = np.random.RandomState(seed).randint(shortest, longest + 1, size=total)
    x = np.zeros((total, length, 1), np.float32)
    x[:, -1] = 1
    x[np.arange(total), length - 1 - delay] = 1
    y = ((delay - shortest) / (longest - shortest)).astype(np.float32)
    return deal("spike_delays", x, y, rows, validation_rows)
