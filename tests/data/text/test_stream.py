"""Token streams of a corpus."""

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data import Characters, Corpus, Dataset, Words, token_stream
from waza.data.text import cut


def test_each_token_is_told_from_the_ones_before():
    corpus = cut("lines", "one line of them\n" * 300)
    letters = Characters.learn(corpus.train)
    data = token_stream(corpus, letters)
    assert isinstance(data, Dataset) and data.name == "lines" and data.classes == ()
    for split, text in ((data.train, corpus.train), (data.validation, corpus.validation), (data.test, corpus.test)):
        assert split.x.dtype == split.y.dtype == np.int32
        assert len(split.x) == len(split.y) == len(text) - 1
        assert np.array_equal(split.x[1:], split.y[:-1])
        assert letters.decode([*split.x, split.y[-1]]) == text


def test_a_part_without_two_tokens():
    corpus = Corpus("short", "a b c\n", "a b", "abc")
    with pytest.raises(Error, match=r"the test part of short has 1 tokens \(words\); expected at least 2"):
        token_stream(corpus, Words.learn(corpus.train))
