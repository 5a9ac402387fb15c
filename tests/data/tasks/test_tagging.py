"""The tagging task: every row by its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data.tasks import tagging

CONTEXTS = ["past", "future", "both"]


def tag(row, place, words, context):
    """The tag as the docstring has it, word by word."""

    def word(at):
        return row[at] if 0 <= at < len(row) else (words - 1) / 2

    lower, higher = {"past": (place - 1, place), "future": (place, place + 1), "both": (place - 1, place + 1)}[context]
    return int(word(lower) < word(higher))


@pytest.mark.parametrize("context", CONTEXTS)
@given(length=st.integers(6, 10), words=st.integers(2, 6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_every_row(context, length, words, seed):
    data = tagging(length, words, 8, 2, 2, context, seed)
    assert data.classes == ("0", "1")
    for x, y in (data.train, data.validation, data.test):
        assert x.shape[1:] == (length, words) and x.dtype == np.float32
        assert y.shape == (len(x), length) and y.dtype == np.int32
        assert set(np.unique(x)) == {0, 1} and (x.sum(axis=2) == 1).all()
        drawn = x.argmax(axis=2).tolist()
        assert y.tolist() == [[tag(row, place, words, context) for place in range(length)] for row in drawn]


@pytest.mark.parametrize("context", CONTEXTS)
def test_tags_are_near_balance(context):
    x, y = tagging(context=context).train
    assert np.allclose(y.mean(axis=0)[1:-1], 0.45, atol=0.03) and np.allclose(y.mean(axis=0), 0.48, atol=0.06)
    assert np.allclose(x.mean(axis=(0, 1)), 0.1, atol=0.01)


@pytest.mark.parametrize(("context", "seen"), [("past", 0), ("future", 0), ("both", -1), ("both", 1)])
def test_one_of_the_two_words_is_not_enough(context, seen):
    x, y = tagging(context=context).train
    words = np.roll(x.argmax(axis=2), -seen, axis=1)[:, 1:-1].ravel()
    tags = y[:, 1:-1].ravel()
    best = np.array([tags[words == word].mean() > 0.5 for word in range(10)])
    assert (best[words] == tags).mean() == pytest.approx(0.75, abs=0.01)


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("given_sizes", "message"),
    [
        ({"length": 1}, "length=1 given: choose a whole number of 2 or more"),
        ({"words": 1}, "words=1 given: choose a whole number of 2 or more"),
        ({"context": "futur"}, "context='futur' given: did you mean 'future'\\?"),
        ({"context": None}, "context=None given: known: past, future, both"),
        ({"length": 2}, "6500 different rows requested, but only 100 found: .*"),
    ],
)
def test_wrong_sizes(given_sizes, message):
    with pytest.raises(Error, match=f"^{message}$"):
        tagging(**given_sizes)
