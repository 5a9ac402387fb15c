"""The split of rows into training, validation and test rows."""

import numpy as np

SHARES = (0.6, 0.2)  # of the training rows, and of the validation rows and the test rows each


def split_rows(rows: int, labels: np.ndarray | None = None, seed: int = 0) -> list[np.ndarray]:
    """Positions of training, validation and test rows (60, 20, 20 %), in order; each class is divided by these shares.

    Args:
        rows: how many there are.
        labels: the class of each row; without them, all rows are divided together.
        seed: of the split.

    >>> [part.tolist() for part in split_rows(5)]
    [[0, 1, 2], [3], [4]]
    """
    order = np.random.RandomState(seed).permutation(rows)
    groups = [order] if labels is None else [order[labels[order] == label] for label in np.unique(labels)]
    parts: list[list[np.ndarray]] = [[], [], []]
    for group in groups:
        held = max(1, round(len(group) * SHARES[1]))
        ends = (len(group) - 2 * held, len(group) - held)
        for part, positions in zip(parts, np.split(group, ends), strict=True):
            part.append(positions)
    return [np.sort(np.concatenate(part)) for part in parts]
