"""Batches of sentences: each sentence is in one, shapes are few, little is padded, and the order comes back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.models.decoding import in_batches, in_order


def numbered(lengths):
    return [np.arange(1, length + 1) for length in lengths]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=60), st.integers(1, 20))
def test_every_sentence_is_in_a_batch_and_comes_back_in_its_place(lengths, rows):
    batches = in_batches(numbered(lengths), rows)
    for batch in batches:
        assert batch.source.shape[0] == len(batch.lengths) <= rows and len(batch.places) <= len(batch.lengths)
        assert batch.source.size <= max(rows * 128, batch.source.shape[1])
        for tokens, length in zip(batch.source, batch.lengths, strict=True):
            assert tokens[:length].tolist() == list(range(1, length + 1)) and not tokens[length:].any()
        np.testing.assert_array_equal(batch.lengths[: len(batch.places)], np.array(lengths)[batch.places])
    assert in_order(batches, [batch.lengths.tolist() for batch in batches]) == lengths
    assert len({batch.source.shape for batch in batches}) == len({batch.source.shape[1] for batch in batches})
    sorted_lengths = [length for batch in batches for length in batch.lengths[: len(batch.places)]]
    assert sorted_lengths == sorted(sorted_lengths)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=30), st.lists(st.integers(1, 60), max_size=30))
def test_the_padded_length_is_the_sentence_s_own(lengths, others):
    def padded(all_lengths):
        batches = in_batches(numbered(all_lengths), 8)
        return in_order(batches, [[batch.source.shape[1]] * len(batch.lengths) for batch in batches])

    assert padded(lengths + others)[: len(lengths)] == padded(lengths)


def test_a_thousand_sentences_have_few_shapes_and_few_rows_are_filled_up():
    lengths = np.clip(np.random.default_rng(0).normal(14, 5, 1000), 4, 40).astype(int)
    batches = in_batches(numbered(lengths), 64)
    assert len({batch.source.shape for batch in batches}) <= 2
    assert sum(len(batch.lengths) for batch in batches) < 1.05 * 1000


def test_mistakes():
    assert in_batches([], 4) == []
    with pytest.raises(Error, match=r"sentence 1 \(from 0\) has no token"):
        in_batches(numbered([3, 0]), 4)
    with pytest.raises(Error, match="rows=0 given"):
        in_batches(numbered([3]), 0)
