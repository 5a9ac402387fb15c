"""The adding problem: every row by its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data.tasks import adding


@given(length=st.integers(4, 50), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_every_row(length, seed):
    data = adding(length, rows=20, validation_rows=5, test_rows=5, seed=seed)
    for x, y in (data.train, data.validation, data.test):
        assert x.shape[1:] == (length, 2) and x.dtype == y.dtype == np.float32
        assert np.abs(x[..., 0]).max() <= 1
        for row, target in zip(x.tolist(), y.tolist(), strict=True):
            marked = [step for step, (_, marker) in enumerate(row) if marker == 1]
            assert len(marked) == 2 and sum(marker for _, marker in row) == 2
            assert marked[0] < 10 and marked[1] < length // 2
            assert target == pytest.approx(0.5 + sum(row[step][0] for step in marked) / 4, abs=1e-6)


def test_marks_are_spread_over_the_steps_they_may_take():
    x, y = adding(length=60, rows=20_000).train
    shares = x[..., 1].mean(axis=0)
    # A first mark at each of 10 steps, and a second at each of the 30 that is not the first's.
    expected = np.zeros(60)
    expected[:10] = 1 / 10 + (9 / 10) / 29
    expected[10:30] = 1 / 29
    assert np.abs(shares - expected).max() < 0.01
    assert y.mean() == pytest.approx(1 / 2, abs=0.01) and y.var() == pytest.approx(1 / 24, rel=0.03)


@pytest.mark.wrong_types
@pytest.mark.parametrize("length", [3, 0, 10.0])
def test_wrong_length(length):
    with pytest.raises(Error, match=f"^length={length} given: choose a whole number of 4 or more$"):
        adding(length)
