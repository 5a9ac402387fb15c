"""Binary addition: remember a carry of one bit from step to step."""

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split
from waza.data.tasks.sizes import check_size

MOST_BITS = 12  # 4^11 pairs, 800 MB; each further bit takes four times as much


def binary_addition(bits: int = 8, disjoint: bool = False, test_share: float = 0.25, seed: int = 0) -> Dataset:
    """All 4^(bits-1) pairs (a, b) of numbers below 2^(bits-1), with their sums, least significant bit first.

    x_t = (bit t of a, bit t of b), y_t = bit t of a + b, t = 0..bits-1; the sum always fits in these bits. x (pairs,
    bits, 2) float32, y (pairs, bits) int32. The pair (a, b) has the index a * 2^(bits-1) + b.

    Train and test are both all pairs: 16,384 for 8 bits. With `disjoint`, a random `test_share` of the pairs,
    drawn from `seed`, is the test split, and the others are the training split. There is no validation split.

    Args:
        bits: 2 to 12.
        disjoint: whether no pair is in both splits.
        test_share: between 0 and 1; used, like `seed`, only if `disjoint`.
        seed: the seed of the split.

    Raises:
        Error: `bits` is out of bounds, or `test_share` leaves a split without a pair.

    >>> data = binary_addition(bits=3)
    >>> data.train.x[1 * 4 + 3].T.tolist(), data.train.y[1 * 4 + 3].tolist()  # 1 + 3 = 4
    ([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]], [0, 0, 1])
    """
    check_size("bits", bits, 2, MOST_BITS)
    count = 2 ** (bits - 1)
    a, b = np.divmod(np.arange(count**2), count)
    x = np.stack([_bits_of(a, bits), _bits_of(b, bits)], axis=-1).astype(np.float32)
    y = _bits_of(a + b, bits).astype(np.int32)
    if not disjoint:
        return Dataset("binary_addition", Split(x, y), Split(x, y))
    tested = round(test_share * len(y)) if 0 < test_share < 1 else 0
    if not 0 < tested < len(y):
        raise Error(
            f"test_share={test_share!r} of {len(y)} pairs given: choose a share that leaves pairs on both sides"
        )
    order = np.random.RandomState(seed).permutation(len(y))
    test, train = np.sort(order[:tested]), np.sort(order[tested:])
    return Dataset("binary_addition", Split(x[train], y[train]), Split(x[test], y[test]))


def _bits_of(numbers: np.ndarray, bits: int) -> np.ndarray:
    return numbers[:, None] >> np.arange(bits) & 1
