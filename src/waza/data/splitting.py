"""The split of rows into training, validation and test rows."""

import numpy as np

from waza.core.errors import Error

SHARES = (0.6, 0.2)  # of the training rows, and of the validation rows and the test rows each


def split_rows(
    rows: int,
    labels: np.ndarray | None = None,
    seed: int = 0,
    groups: np.ndarray | None = None,
    order: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Positions of training, validation and test rows (60, 20, 20 %), in order; each class is divided by these shares.

    With groups, all rows of a group are in the same part, and the shares hold as far as whole groups allow. With an
    order, the first rows by it are trained on, later ones are validation rows, and the last ones are test rows; rows
    of the same place in the order are in the same part, and the seed has no effect.

    Args:
        rows: how many there are.
        labels: the class of each row; without them, all rows are divided together.
        seed: of the split.
        groups: the group of each row, such as a patient.
        order: the place of each row, such as its date as a number.

    Raises:
        Error: groups and an order are given, or one of them has fewer than three different values.

    >>> [part.tolist() for part in split_rows(5)]
    [[0, 1, 2], [3], [4]]
    >>> [part.tolist() for part in split_rows(6, groups=np.array(["a", "b", "c", "a", "a", "a"]))]
    [[0, 3, 4, 5], [2], [1]]
    >>> [part.tolist() for part in split_rows(5, order=np.array([5, 4, 3, 2, 1]))]
    [[2, 3, 4], [1], [0]]
    """
    if groups is not None and order is not None:
        raise Error("groups and an order are given; expected one of them, since groups may overlap in time")
    if order is not None:
        return _by_order(order)
    shuffled = np.random.RandomState(seed).permutation(rows)
    if groups is not None:
        return _by_group(groups, labels, shuffled)
    classes = [shuffled] if labels is None else [shuffled[labels[shuffled] == label] for label in np.unique(labels)]
    parts: list[list[np.ndarray]] = [[], [], []]
    for members in classes:
        held = max(1, round(len(members) * SHARES[1]))
        ends = (len(members) - 2 * held, len(members) - held)
        for part, positions in zip(parts, np.split(members, ends), strict=True):
            part.append(positions)
    return [np.sort(np.concatenate(part)) for part in parts]


def _by_order(order: np.ndarray) -> list[np.ndarray]:
    """The parts by place: each begins at a new place, near its share of the rows."""
    places = np.sort(order)
    starts = np.flatnonzero(np.diff(places)) + 1  # of each place but the first
    if len(starts) < 2:
        raise Error(f"the order has {len(starts) + 1} different values; expected at least three, one for each part")
    second = starts[:-1][np.abs(starts[:-1] - SHARES[0] * len(order)).argmin()]
    later = starts[starts > second]
    third = later[np.abs(later - sum(SHARES) * len(order)).argmin()]
    part = np.searchsorted(places[[second, third]], order, side="right")
    return [np.flatnonzero(part == number) for number in range(3)]


def _by_group(groups: np.ndarray, labels: np.ndarray | None, shuffled: np.ndarray) -> list[np.ndarray]:
    """The parts of whole groups: the largest first, each where the rows of each class come nearest their shares."""
    _, group = np.unique(groups, return_inverse=True)
    _, label = np.unique(np.zeros(len(groups)) if labels is None else labels, return_inverse=True)
    counts = np.zeros((group.max() + 1, label.max() + 1))
    np.add.at(counts, (group, label), 1)
    if len(counts) < 3:
        raise Error(f"there are {len(counts)} groups; expected at least three, one for each part")
    wanted = np.array([SHARES[0], SHARES[1], SHARES[1]])[:, None] * counts.sum(0)
    part_of, filled = np.zeros(len(counts), int), np.zeros_like(wanted)
    drawn = group[shuffled][np.sort(np.unique(group[shuffled], return_index=True)[1])]
    drawn = drawn[np.argsort(-counts.sum(1)[drawn], kind="stable")]
    for done, one in enumerate(drawn):
        costs = ((((filled + counts[one]) / wanted - 1) ** 2) - (filled / wanted - 1) ** 2).sum(1)
        empty = ~filled.any(1)
        if empty.sum() == len(drawn) - done:
            costs[~empty] = np.inf
        part_of[one] = costs.argmin()
        filled[part_of[one]] += counts[one]
    return [np.flatnonzero(part_of[group] == number) for number in range(3)]
