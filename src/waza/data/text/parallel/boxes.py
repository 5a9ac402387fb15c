"""Boxes: the few shapes (source length, target length) of a training's batches, with little padding."""

from typing import NamedTuple

import numpy as np

PADDING = 0.10  # the largest share of padding, of the source's and of the target's tokens
STEPS = 12  # of an epoch for each box: a shape is a program of its own, which has to be compiled
MOST = 40
CANDIDATES = 48  # lengths that are considered as a side of a box
INNER = 8  # most boxes with the same target length


class Boxes(NamedTuple):
    """Shapes of batches, and what an epoch with them costs.

    Args:
        shapes: the lengths of the source and of the target with the token that ends them, (boxes, 2), from small to
            large.
        batches: of each box in an epoch, (boxes,).
        passed: the next larger box to which the pairs that do not fill a batch are passed, (boxes,); -1 where they are
            a batch of their own.
        padding: the share of an epoch's tokens that are padding: of the source and of the target.
    """

    shapes: np.ndarray
    batches: np.ndarray
    passed: np.ndarray
    padding: tuple[float, float]

    def of(self, lengths: np.ndarray) -> np.ndarray:
        """The smallest box of each pair, (pairs,), by its lengths (pairs, 2)."""
        return _smallest(self.shapes, lengths)


def boxes(lengths: np.ndarray, batch_size: int, most: int = MOST) -> Boxes:
    """The smallest number of boxes with which padding is below 10 % of the tokens on each side.

    There is at most one box for each 12 steps of an epoch, and at most 40: with few pairs, padding may be more. The
    boxes are those with the fewest tokens in all, by dynamic programming over target lengths and, for each range of
    target lengths, over source lengths. Rows that only fill a batch count as padding.

    Args:
        lengths: the numbers of tokens of each pair, with the end's, (pairs, 2): of the source and of the target.
        batch_size: pairs of a batch.
        most: the largest number of boxes, 1 to 40.

    >>> few = boxes(np.array([[3, 3], [3, 4], [3, 3], [9, 9]] * 100), batch_size=10)
    >>> few.shapes.tolist(), few.batches.tolist(), [round(share, 2) for share in few.padding]
    ([[3, 4], [9, 9]], [30, 10], [0.0, 0.1])
    """
    cells, count = np.unique(np.stack([_candidates(side) for side in lengths.T], 1), axis=0, return_counts=True)
    real = lengths.sum(0)
    steps = -(-len(lengths) // batch_size)
    search = _Search(cells, count)
    found = []
    for number in range(1, max(1, min(most, steps // STEPS)) + 1):
        shapes = search.shapes(number)
        each = np.bincount(_smallest(shapes, cells), count, len(shapes)).astype(int)
        shapes, each = shapes[each > 0], each[each > 0]  # a box's pairs may have room in smaller ones
        batches, passed = _epoch(shapes, each, batch_size)
        padding = 1 - real / (batches * batch_size @ shapes)
        found.append(Boxes(shapes, batches, passed, (float(padding[0]), float(padding[1]))))
        if max(padding) < PADDING:
            return found[-1]
    return min(found, key=lambda one: sum(one.batches * one.shapes.sum(1)))


def _candidates(lengths: np.ndarray) -> np.ndarray:
    """Each length, or the next larger of at most `CANDIDATES` where there are more."""
    known = np.unique(lengths)
    if len(known) > CANDIDATES:
        known = np.unique(np.quantile(lengths, np.linspace(0, 1, CANDIDATES + 1)[1:], method="higher"))
    return known[np.searchsorted(known, lengths)]


def _smallest(shapes: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The first of the shapes, which are ordered by size, that has room for the lengths."""
    box = np.full(len(lengths), -1)
    for number in range(len(shapes) - 1, -1, -1):
        box[(lengths <= shapes[number]).all(1)] = number
    return box


def _epoch(shapes: np.ndarray, each: np.ndarray, batch_size: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of batches of each box, and where the pairs that do not fill a batch are passed to, or -1.

    They are passed to the next larger box if that costs less than the rows that would fill their batch.
    """
    each, passed = each.copy(), np.full(len(shapes), -1)
    batches = np.zeros(len(shapes), int)
    for number, shape in enumerate(shapes):
        batches[number], rest = divmod(each[number], batch_size)
        larger = number + 1 + np.flatnonzero((shapes[number + 1 :] >= shape).all(1))
        if not rest:
            continue
        if larger.size and rest * (shapes[larger[0]] - shape).sum() < (batch_size - rest) * shape.sum():
            passed[number] = larger[0]
            each[larger[0]] += rest
        else:
            batches[number] += 1
    return batches, passed


class _Search:
    """The partitions of pairs into boxes with the fewest tokens.

    Args:
        cells: the lengths that occur, (cells, 2): of the source and of the target.
        count: the number of pairs with them, (cells,).
    """

    def __init__(self, cells: np.ndarray, count: np.ndarray):
        (self.sources, source), (self.targets, target) = (np.unique(side, return_inverse=True) for side in cells.T)
        pairs = np.zeros((len(self.targets) + 1, len(self.sources) + 1))
        np.add.at(pairs, (target + 1, source + 1), count)
        self.below = pairs.cumsum(0).cumsum(1)  # pairs with fewer than i target lengths and j source lengths
        self.best, self.choices = self._outer()

    def shapes(self, number: int) -> np.ndarray:
        """The shapes of the best partition into at most `number` boxes, (boxes, 2), from small to large."""
        shapes, end = [], len(self.targets)
        left = int(np.argmin(self.best[: number + 1, end]))
        while end:
            start, inner = self.choices[left, end].tolist()
            for bound in _bounds(self.sources, self.below[end] - self.below[start], int(inner)):
                shapes.append((self.sources[bound - 1], self.targets[end - 1]))
            left, end = left - inner, start
        return np.array(sorted(shapes, key=lambda shape: (sum(shape), shape)), int)

    def _outer(self) -> tuple[np.ndarray, np.ndarray]:
        """The fewest tokens of b boxes for the first j target lengths, [b, j], and the choices that lead to them."""
        size = len(self.targets)
        start, end = np.triu_indices(size + 1, 1)
        inside = self.below[end] - self.below[start]  # pairs with fewer than j source lengths, of each range of targets
        costs = np.full((INNER + 1, size + 1, size + 1), np.inf)
        for inner, cost in enumerate(_fewest(self.sources, inside)):
            costs[inner, start, end] = cost[:, -1] + inside[:, -1] * self.targets[end - 1]
        best = np.full((MOST + 1, size + 1), np.inf)
        best[0, 0] = 0
        choices = np.zeros((MOST + 1, size + 1, 2), int)
        for number in range(1, MOST + 1):
            for inner in range(1, min(INNER, number) + 1):
                total = best[number - inner][:, None] + costs[inner]
                first = total.argmin(0)
                value = total[first, np.arange(size + 1)]
                better = value < best[number]
                best[number, better] = value[better]
                choices[number, better] = np.stack([first, np.full_like(first, inner)], 1)[better]
        return best, choices


def _fewest(sources: np.ndarray, inside: np.ndarray) -> list[np.ndarray]:
    """The fewest source tokens of the first j source lengths in 0 ... INNER boxes, each (ranges, j)."""
    cost = np.full_like(inside, np.inf)
    cost[:, 0] = 0
    costs = [cost]
    for _ in range(INNER):
        last, cost = cost, np.full_like(cost, np.inf)
        for j in range(1, inside.shape[1]):
            cost[:, j] = (last[:, :j] + (inside[:, j : j + 1] - inside[:, :j]) * sources[j - 1]).min(1)
        costs.append(cost)
    return costs


def _bounds(sources: np.ndarray, inside: np.ndarray, boxes: int) -> list[int]:
    """The ends of the ranges of source lengths of the best boxes, for pairs with fewer than j source lengths (j,)."""
    costs = _fewest(sources, inside[None])
    bounds, j = [], len(sources)
    for number in range(boxes, 0, -1):
        bounds.append(j)
        j = int((costs[number - 1][0, :j] + (inside[j] - inside[:j]) * sources[j - 1]).argmin())
    return bounds
