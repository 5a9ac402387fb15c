"""Splits of the tasks: distinct rows, each dealt once."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data import Dataset, tasks
from waza.data.tasks.splits import deal, distinct

SIZED = ["adding", "distractor", "spike_delays", "tagging"]
SEEDED = [*SIZED, "reber_stream"]


def small(name, **sizes):
    """The task with few rows."""
    function = getattr(tasks, name)
    few = {"rows": 30, "validation_rows": 4, "test_rows": 5}
    few |= {"train_strings": 30, "validation_strings": 4, "test_strings": 5}
    known = inspect.signature(function).parameters
    return function(**{size: few[size] for size in few if size in known} | sizes)


def same(one, other):
    return all(np.array_equal(a, b) for split in ("train", "validation", "test") for a, b in pairs(one, other, split))


def pairs(one, other, split):
    return zip(getattr(one, split), getattr(other, split), strict=True)


@given(total=st.integers(1, 8), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_rows_that_differ(total, seed):
    rng = np.random.RandomState(seed)
    rows = distinct(lambda count: rng.randint(4, size=(count, 2)), total)
    assert rows.shape == (total, 2) and len(set(map(tuple, rows.tolist()))) == total


def test_the_first_of_equal_rows_is_kept_in_its_place():
    assert distinct(lambda count: np.array([[1], [0], [1], [2], [0]]), 3).tolist() == [[1], [0], [2]]


def test_more_rows_than_there_are():
    with pytest.raises(Error, match="9 different rows requested, but only 3 found: choose fewer"):
        distinct(lambda count: np.arange(count)[:, None] % 3, 9)


@pytest.mark.parametrize("validation", [0, 2])
def test_every_row_is_dealt_once(validation):
    data = deal("nine", np.arange(9), np.arange(9) * 10, 4, validation, ("a",))
    parts = [part for part in (data.train, data.validation, data.test) if part is not None]
    assert [len(part.x) for part in parts] == [4, 2, 3] if validation else [4, 5]
    assert np.concatenate([part.x for part in parts]).tolist() == list(range(9))
    assert all(np.array_equal(part.x * 10, part.y) for part in parts)
    assert (data.name, data.classes) == ("nine", ("a",))


@pytest.mark.parametrize("name", SIZED)
def test_sizes_of_the_splits(name):
    data = small(name)
    assert isinstance(data, Dataset) and data.name == name
    for part, rows in ((data.train, 30), (data.validation, 4), (data.test, 5)):
        assert len(part.x) == len(part.y) == rows
    assert small(name, validation_rows=0).validation is None


@pytest.mark.parametrize("name", SIZED)
@pytest.mark.parametrize(("size", "least"), [("rows", 1), ("validation_rows", 0), ("test_rows", 1)])
def test_wrong_sizes_of_the_splits(name, size, least):
    with pytest.raises(Error, match=f"^{size}={least - 1} given: choose a whole number of {least} or more"):
        small(name, **{size: least - 1})


@pytest.mark.parametrize("name", SEEDED)
def test_the_seed_decides(name):
    one, again, other = small(name, seed=1), small(name, seed=1), small(name, seed=2)
    assert same(one, again) and not same(one, other)


@pytest.mark.parametrize("name", ["adding", "distractor", "tagging"])
def test_no_row_is_in_two_splits(name):
    sizes = {"adding": {}, "distractor": {"length": 5, "updates": 0.3}, "tagging": {"length": 4, "words": 4}}
    data = small(name, rows=80, validation_rows=20, test_rows=20, **sizes[name])
    rows = [row.tobytes() for part in (data.train, data.validation, data.test) for row in part.x]
    assert len(set(rows)) == len(rows) == 120
