"""Splits: every row is in one part, and rows that belong together are in the same part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data.splitting import split_rows


def everything(parts):
    return sorted(np.concatenate(parts).tolist())


@settings(max_examples=200, deadline=None)
@given(
    groups=st.lists(st.integers(0, 30), min_size=20, max_size=200).filter(lambda groups: len(set(groups)) >= 3),
    classes=st.integers(1, 4),
    seed=st.integers(0, 1000),
)
def test_parts_never_share_a_group(groups, classes, seed):
    labels = np.random.RandomState(seed).randint(classes, size=len(groups))
    parts = split_rows(len(groups), labels, seed, groups=np.array(groups))
    found = [{groups[row] for row in part} for part in parts]
    assert all(found)
    assert not (found[0] & found[1] or found[0] & found[2] or found[1] & found[2])
    assert everything(parts) == list(range(len(groups)))


def test_groups_of_one_size_give_the_shares_of_each_class():
    groups = np.repeat(np.arange(200), 10)
    labels = np.repeat(np.arange(200) % 4 == 0, 10)  # a group has one class
    for seed in range(5):
        parts = split_rows(2000, labels, seed, groups=groups)
        np.testing.assert_allclose([len(part) / 2000 for part in parts], [0.6, 0.2, 0.2], atol=0.01)
        np.testing.assert_allclose([labels[part].mean() for part in parts], 0.25, atol=0.01)
    first, second = (split_rows(2000, labels, seed, groups=groups) for seed in (0, 1))
    assert first[2].tolist() != second[2].tolist()


@settings(max_examples=200, deadline=None)
@given(order=st.lists(st.integers(0, 50), min_size=20, max_size=200).filter(lambda order: len(set(order)) >= 3))
def test_later_rows_are_held_out(order):
    parts = split_rows(len(order), order=np.array(order))
    assert everything(parts) == list(range(len(order)))
    train, validation, test = (np.array(order)[part] for part in parts)
    assert train.max() < validation.min()
    assert validation.max() < test.min()


def test_distinct_places_give_the_shares():
    order = np.random.default_rng(0).permutation(100)
    parts = split_rows(100, order=order)
    assert [sorted(order[part]) for part in parts] == [list(range(60)), list(range(60, 80)), list(range(80, 100))]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"groups": np.arange(20) % 2}, "2 groups; expected at least three"),
        ({"order": np.arange(20) % 2}, "2 different values; expected at least three"),
        ({"groups": np.arange(20), "order": np.arange(20)}, "expected one of them"),
    ],
)
def test_a_split_that_is_impossible_is_refused(given, words):
    with pytest.raises(Error, match=words):
        split_rows(20, **given)
