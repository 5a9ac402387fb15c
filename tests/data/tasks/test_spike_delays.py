"""The spike-delay task: every row by its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data.tasks import spike_delays


@given(shortest=st.integers(1, 5), more=st.integers(1, 9), rest=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_every_row(shortest, more, rest, seed):
    length, longest = shortest + more + rest, shortest + more
    data = spike_delays(length, shortest, longest, rows=20, validation_rows=5, test_rows=5, seed=seed)
    for x, y in (data.train, data.validation, data.test):
        assert x.shape[1:] == (length, 1) and x.dtype == y.dtype == np.float32
        for row, target in zip(x[..., 0].tolist(), y.tolist(), strict=True):
            first, second = [step for step, value in enumerate(row) if value == 1]
            assert sum(row) == 2 and second == length - 1
            assert second - first == round(shortest + target * more)
            assert target == pytest.approx((second - first - shortest) / more)


def test_every_delay_is_as_frequent():
    y = spike_delays(shortest=10, longest=20, rows=11_000).train.y
    assert np.abs(np.bincount((y * 10).round().astype(int), minlength=11) - 1000).max() < 150


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"shortest": 0}, "shortest=0 given: choose a whole number of 1 or more"),
        ({"longest": 10}, "longest=10 given: choose a whole number of 11 or more"),
        ({"length": 40}, "length=40 given: choose a whole number of 41 or more"),
    ],
)
def test_wrong_sizes(sizes, message):
    with pytest.raises(Error, match=f"^{message}$"):
        spike_delays(**sizes)
