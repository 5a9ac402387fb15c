"""Boxes of lengths: padding, and the best partition."""

import itertools

import numpy as np
import pytest

from waza.data.text.parallel import boxes
from waza.data.text.parallel.boxes import MOST, _Search


def caption_lengths(pairs, seed=0):
    """Lengths of pairs, distributed as those of the captions of Multi30k in 8,000 pieces."""
    random = np.random.default_rng(seed)
    logs = random.multivariate_normal((2.73, 2.71), ((0.112, 0.084), (0.084, 0.089)), pairs)
    return np.clip(np.exp(logs), 3, 60).round().astype(int) + 1


@pytest.mark.parametrize("batch_size", [16, 64])
def test_padding_of_captions_is_under_ten_percent(batch_size):
    lengths = caption_lengths(29_000)
    found = boxes(lengths, batch_size)
    assert max(found.padding) < 0.10 and len(found.shapes) < MOST
    fewer = boxes(lengths, batch_size, most=len(found.shapes) - 1)
    assert max(fewer.padding) >= 0.10 and len(fewer.shapes) < len(found.shapes)
    box = found.of(lengths)
    assert (lengths <= found.shapes[box]).all() and set(box) == set(range(len(found.shapes)))


def test_padding_is_what_the_batches_have():
    lengths = caption_lengths(3_000)
    found = boxes(lengths, 32)
    cells = (found.batches[:, None] * found.shapes).sum(0) * 32
    assert found.padding == pytest.approx(tuple(1 - lengths.sum(0) / cells))
    assert len(lengths) <= 32 * found.batches.sum() < len(lengths) + 32 * len(found.shapes)


def test_the_search_finds_the_best_partition():
    """Against all partitions of five target lengths into ranges, with two source lengths each."""
    random = np.random.default_rng(0)
    cells = np.array(list(itertools.product((2, 5, 9), (1, 3, 4, 8, 11))))
    for _ in range(5):
        count = random.integers(1, 50, len(cells))
        search = _Search(cells, count)
        for number in (1, 2, 3, 4):
            best = min(_costs(cells, count, number))
            assert search.best[: number + 1, -1].min() == best
            shapes = search.shapes(number)
            assert len(shapes) <= number
            room = (cells[:, None] <= shapes).all(2)
            assert (np.where(room, shapes.sum(1), 10**9).min(1) * count).sum() <= best


def _costs(cells, count, number):
    """The tokens of all partitions into ranges of targets, and of sources inside, with this number of boxes."""
    sources, targets = (np.unique(side) for side in cells.T)
    for bounds in _ranges(len(targets)):
        each = [list(_ranges(len(sources))) for _ in bounds]
        for inner in itertools.product(*each):
            if sum(map(len, inner)) != number:
                continue
            total = 0
            for (low, high), ranges in zip(bounds, inner, strict=True):
                for left, right in ranges:
                    inside = np.isin(cells[:, 0], sources[left:right]) & np.isin(cells[:, 1], targets[low:high])
                    total += count[inside].sum() * (sources[right - 1] + targets[high - 1])
            yield total


def _ranges(size):
    """All ways to divide 0 ... size - 1 into ranges."""
    for cuts in itertools.product((False, True), repeat=size - 1):
        places = [0, *[i for i, cut in enumerate(cuts, 1) if cut], size]
        yield list(itertools.pairwise(places))


def test_few_pairs_have_few_boxes():
    lengths = caption_lengths(200)
    found = boxes(lengths, 64)
    assert found.shapes.tolist() == [lengths.max(0).tolist()] and found.batches.tolist() == [4]
    assert len(boxes(caption_lengths(2_000), 64).shapes) <= 2
    assert len(boxes(caption_lengths(29_000), 16, most=3).shapes) == 3
    equal = boxes(np.full((1_000, 2), 7), 10)
    assert equal.shapes.tolist() == [[7, 7]] and equal.padding == (0, 0)


def test_many_lengths_are_quick():
    lengths = np.random.default_rng(0).integers(1, 257, (100_000, 2))
    found = boxes(lengths, 64)
    assert (lengths <= found.shapes[found.of(lengths)]).all() and len(found.shapes) == MOST
