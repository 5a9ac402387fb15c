"""Binary addition: every pair once, with its sum."""

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data.tasks import binary_addition


def numbers(bits):
    """The numbers (pairs, ...) that bits (pairs, bits, ...) spell, least significant first."""
    return np.tensordot(bits.astype(int), 2 ** np.arange(bits.shape[1]), axes=(1, 0))


@pytest.mark.parametrize("bits", [2, 5, 8])
def test_every_pair_once_with_its_sum(bits):
    data = binary_addition(bits)
    operands, sums = numbers(data.train.x), numbers(data.train.y)
    count = 2 ** (bits - 1)
    assert operands.tolist() == [[a, b] for a in range(count) for b in range(count)]
    assert np.array_equal(operands.sum(axis=1), sums)
    assert set(np.unique(data.train.x)) == {0, 1} and set(np.unique(data.train.y)) == {0, 1}
    assert data.train.x.shape == (4 ** (bits - 1), bits, 2) and data.train.y.shape == (4 ** (bits - 1), bits)
    assert data.train.x.dtype == np.float32 and data.train.y.dtype == np.int32
    assert np.array_equal(data.train.x, data.test.x) and np.array_equal(data.train.y, data.test.y)
    assert data.validation is None


def test_disjoint():
    one, again, other = (binary_addition(5, disjoint=True, seed=seed) for seed in (1, 1, 2))
    assert (len(one.train.y), len(one.test.y)) == (192, 64)
    pairs = np.concatenate([numbers(one.train.x), numbers(one.test.x)])
    assert sorted(pairs.tolist()) == numbers(binary_addition(5).train.x).tolist()
    for part in (one.train, one.test):
        assert np.array_equal(numbers(part.x).sum(axis=1), numbers(part.y))
    assert np.array_equal(one.test.x, again.test.x) and not np.array_equal(one.test.x, other.test.x)


@pytest.mark.wrong_types
@pytest.mark.parametrize("bits", [1, 13, 8.0])
def test_wrong_bits(bits):
    with pytest.raises(Error, match=f"^bits={bits} given: choose a whole number from 2 to 12$"):
        binary_addition(bits)


@pytest.mark.parametrize("share", [0, 1, -0.5, 0.01, 0.99, float("nan")])
def test_a_share_that_leaves_a_side_empty(share):
    with pytest.raises(Error, match=r"^test_share=.* of 4 pairs given: choose a share that leaves pairs on both"):
        binary_addition(2, disjoint=True, test_share=share)
