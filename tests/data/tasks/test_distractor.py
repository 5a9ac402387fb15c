"""The distractor task: every row by its definition."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data.tasks import distractor


@given(
    length=st.integers(6, 12),
    symbols=st.integers(2, 6),
    distractors=st.integers(2, 4),
    updates=st.floats(0, 0.9),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=20)
def test_every_row(length, symbols, distractors, updates, seed):
    data = distractor(length, symbols, distractors, 6, 2, 2, updates, seed)
    for x, y in (data.train, data.validation, data.test):
        assert x.shape[1:] == (length, symbols + distractors + 1)
        assert x.dtype == np.float32 and y.dtype == np.int32
        assert set(np.unique(x)) == {0, 1} and (x.sum(axis=2) == 1).all()
        for words, answer in zip(x.argmax(axis=2).tolist(), y.tolist(), strict=True):
            shown = [word for word in words if word < symbols]
            assert words[0] < symbols and words[-1] == symbols + distractors
            assert symbols + distractors not in words[:-1]
            assert answer == shown[-1]
            assert all(one != next_one for one, next_one in itertools.pairwise(shown))
            if updates == 0:
                assert shown == [words[0]]


def test_everything_is_as_frequent_as_said():
    x, y = distractor(length=12, symbols=4, distractors=2, rows=10_000, updates=0.2).train
    words = x.argmax(axis=2)
    assert (words[:, 1:-1] < 4).mean() == pytest.approx(0.2, abs=0.01)
    shares = np.bincount(words[:, 1:-1].ravel(), minlength=6) / words[:, 1:-1].size
    assert np.allclose(shares[:6], [0.05] * 4 + [0.4] * 2, atol=0.01)
    assert np.allclose(np.bincount(y) / len(y), 1 / 4, atol=0.02)


def test_a_symbol_at_every_step():
    words = distractor(length=8, rows=20, updates=1.0).train.x.argmax(axis=2)
    assert (words[:, :-1] < 8).all()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"length": 2}, "length=2 given: choose a whole number of 3 or more"),
        ({"symbols": 1}, "symbols=1 given: choose a whole number of 2 or more"),
        ({"distractors": 0}, "distractors=0 given: choose a whole number of 1 or more"),
        ({"updates": 1.5}, "updates=1.5 given: choose a probability from 0 to 1"),
        ({"updates": float("nan")}, "updates=nan given: choose a probability from 0 to 1"),
        ({"length": 3, "rows": 40}, "3040 different rows requested, but only 32 found: .*"),
    ],
)
def test_wrong_sizes(sizes, message):
    with pytest.raises(Error, match=f"^{message}$"):
        distractor(**sizes)
