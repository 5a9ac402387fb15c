"""Stratified splits of a data set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import Dataset, Split, stratified
from waza.data.dataset import check_dataset


@given(
    counts=st.lists(st.integers(1, 8), min_size=1, max_size=5),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_every_class_gives_as_many_and_nothing_is_lost(counts, seed, data):
    share = data.draw(st.integers(0, min(counts)))
    y = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    x = np.arange(len(y))
    train, test = stratified(x, y, share, seed)
    assert np.array_equal(np.sort(np.concatenate([train.x, test.x])), x)
    assert np.bincount(test.y, minlength=len(counts)).tolist() == [share] * len(counts)
    for part in (train, test):
        assert np.array_equal(y[part.x], part.y)
        assert part.y.dtype == np.int32


def test_the_seed_decides():
    x, y = np.arange(100), np.repeat(np.arange(5), 20)
    one, again, other = (stratified(x, y, 4, seed) for seed in (1, 1, 2))
    assert np.array_equal(one[0].x, again[0].x) and np.array_equal(one[1].x, again[1].x)
    assert not np.array_equal(one[0].x, other[0].x)


def test_the_stream_stays_what_it_is():
    train, test = stratified(np.arange(8), np.repeat([0, 1], 4), 1, seed=0)
    assert (train.x.tolist(), test.x.tolist()) == ([1, 7, 3, 0, 5, 4], [6, 2])


def test_the_parts_are_shuffled():
    train, _ = stratified(np.arange(1000), np.repeat(np.arange(10), 100), 20, seed=0)
    assert len(np.unique(train.y[:100])) == 10


@pytest.mark.parametrize("share", [-1, 3])
def test_a_share_that_a_class_does_not_have(share):
    with pytest.raises(Error, match=f"test_per_class={share} given: choose 0 to 2"):
        stratified(np.arange(5), np.array([0, 0, 0, 1, 1]), share, seed=0)


def test_as_many_labels_as_examples():
    with pytest.raises(Error, match="5 examples and 4 labels"):
        stratified(np.arange(5), np.zeros(4, int), 1, seed=0)


def test_a_data_set_is_shown_by_its_shapes():
    split = Split(np.zeros((1000, 8), np.float32), np.zeros(1000, np.int32))
    shown = "Split(x=float32 (1000, 8), y=int32 (1000,))"
    assert repr(split) == shown and repr(Split([1], "abc")) == "Split(x=[1], y='abc')"
    assert (
        repr(Dataset("mine", split, split))
        == f"Dataset(name='mine', train={shown}, test={shown}, validation=None, classes=())"
    )


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    "values", [print, np, len, int, lambda: 0, 3, None, "x", b"x", object(), {}], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("field", ["x", "y"])
def test_what_has_no_rows_is_named(field, values):
    split = Split(np.zeros((4, 2)), np.zeros(4))._replace(**{field: values})
    with pytest.raises(Error, match=rf"Dataset.train.{field} is .*; expected an array with one row for each example"):
        check_dataset(Dataset("mine", split, split))
