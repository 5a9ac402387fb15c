"""Batches of sentence pairs: every pair once an epoch, the same after a restart, with right targets and weights."""

from itertools import chain

import jax
import numpy as np
import pytest

from waza.core.errors import Error
from waza.data import Weighted
from waza.data.text.parallel import ParallelTokens, Sentences, TokenPairs
from waza.learners import ParallelStream
from waza.learners.parallel_stream import SPLITS
from waza.testing import check_source

ENDS = (90, 70)


def token_pairs(pairs, seed=0):
    """Pairs of random tokens: the source's first token is the pair's number modulo 90, its lengths are related."""
    random = np.random.default_rng(seed)
    source = random.integers(1, 30, pairs)
    target = np.clip(source + random.integers(-4, 5, pairs), 1, 30)
    sides = []
    for lengths, end in zip((source, target), ENDS, strict=True):
        starts = np.concatenate([[0], np.cumsum(lengths)])
        sides.append(Sentences(random.integers(0, end, starts[-1]).astype(np.uint16), starts))
    return TokenPairs(*sides, f"{pairs} {seed}")


DATA = ParallelTokens("pairs", token_pairs(1_503), token_pairs(37, 1), token_pairs(50, 2), ENDS)
STREAM = ParallelStream(DATA, batch_size=8)


def pair(data, row):
    """The tokens of a pair."""
    return tuple(
        tuple(side.tokens[side.starts[row] : side.starts[row + 1]].tolist()) for side in (data.source, data.target)
    )


def read(batch):
    """The pairs of a batch, read from x, y and the weights, which must agree."""
    x, y, weights = batch
    assert x.source.dtype == x.lengths.dtype == x.previous.dtype == y.dtype == np.int32
    assert x.previous.shape == y.shape == weights.shape and len(x.source) == len(y) == len(x.lengths)
    found = []
    for source, length, previous, target, weight in zip(*x, y, weights, strict=True):
        count = int(weight.sum())
        assert weight.tolist() == [1] * count + [0] * (len(weight) - count) and 1 <= length <= len(source)
        if count:
            assert source[length - 1] == ENDS[0] and target[count - 1] == ENDS[1] == previous[0]
            assert previous[1:count].tolist() == target[: count - 1].tolist()
            found.append((tuple(source[: length - 1].tolist()), tuple(target[: count - 1].tolist())))
    return found


@pytest.mark.parametrize("batch_size", [1, 8, 100, 2_000])
def test_each_pair_is_in_each_epoch_once(batch_size):
    stream = ParallelStream(DATA, batch_size)
    every = sorted(pair(DATA.train, row) for row in range(DATA.train.size))
    for epoch in range(2):
        batches = list(stream.batches(3, epoch * stream.steps, (epoch + 1) * stream.steps))
        assert sorted(chain.from_iterable(map(read, batches))) == every
        assert all(len(batch.y) == batch_size for batch in batches)
        shapes = {(batch.x.source.shape[1], batch.y.shape[1]) for batch in batches}
        assert shapes == set(map(tuple, stream.boxes.shapes.tolist()))
    cells = np.array([(batch.x.source.size, batch.y.size) for batch in batches]).sum(0)
    assert stream.boxes.padding == pytest.approx(tuple(1 - DATA.train.lengths.sum(0) / cells))


def test_orders_follow_from_the_seed():
    def order(seed, start=0):
        return [pairs for batch in STREAM.batches(seed, start, start + 10) for pairs in read(batch)]

    assert order(0) == order(0) != order(1)
    assert order(0) != order(0, STREAM.steps)


def test_a_training_goes_on_from_any_step():
    whole = list(STREAM.batches(5, 0, 2 * STREAM.steps + 3))
    for start in (1, STREAM.steps - 1, STREAM.steps, 2 * STREAM.steps + 2):
        again = ParallelStream(DATA, batch_size=8).batches(5, start, len(whole))
        for one, other in zip(whole[start:], again, strict=True):
            assert jax.tree.all(jax.tree.map(np.array_equal, one, other))


def test_the_laws():
    other = DATA._replace(train=token_pairs(1_503, 4))
    check_source(STREAM, data=DATA, other=ParallelStream(other, batch_size=8))
    digests = {
        ParallelStream(DATA, 8).digest(),
        ParallelStream(DATA, 9).digest(),
        ParallelStream(DATA, 8, most_boxes=2).digest(),
        ParallelStream(DATA._replace(ends=(91, 70)), 8).digest(),
    }
    assert len(digests) == 4 and STREAM.digest() in digests


def of_split(batch, number):
    """The rows of a batch that belong to a split."""
    inside = batch.split == number
    return Weighted(*jax.tree.map(lambda leaf: leaf[inside], batch[:3]))


def test_pieces_hold_all_held_out_pairs_and_a_thousand_training_pairs():
    pieces = list(STREAM.pieces(DATA))
    assert len({str(jax.tree.map(np.shape, piece)) for piece in pieces}) == 1 and len(pieces) > 1
    assert len(pieces[0]) <= 8
    for name, count in (("train", 1_000), ("test", 37), ("validation", 50)):
        number = SPLITS.index(name)
        found = [one for piece in pieces for batch in piece for one in read(of_split(batch, number))]
        assert sorted(found) == sorted(pair(getattr(DATA, name), row) for row in range(count))


def test_padding_of_related_lengths_is_small():
    stream = ParallelStream(DATA._replace(train=token_pairs(20_000)), 16)
    assert max(stream.boxes.padding) < 0.10 and len(stream.boxes.shapes) < 40


def test_arguments_out_of_range():
    for arguments in ((0, 3), (4, 0), (4, 41)):
        with pytest.raises(Error, match=r"batch_size=\d and most_boxes=\d+ given; expected 1 or more, and 1 to 40"):
            ParallelStream(DATA, *arguments)
