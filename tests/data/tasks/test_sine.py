"""The sine task: its values and its windows."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza.core.errors import Error
from waza.data.tasks import sine, sine_values


def test_the_values():
    expected = [math.sin(10 * math.pi * i / 499) for i in range(500)]
    assert np.allclose(sine_values(), expected, atol=1e-6) and sine_values().dtype == np.float32


@given(window=st.integers(1, 6), test_points=st.integers(7, 30), more=st.integers(7, 40))
@settings(max_examples=20)
def test_windows_and_their_next_values_lie_within_their_part(window, test_points, more):
    points = more + 2 * test_points
    data, values = sine(window, points, 3, test_points), sine_values(points, 3)
    start = 0
    for part, length in ((data.train, more), (data.validation, test_points), (data.test, test_points)):
        assert part.x.shape == (length - window, window, 1) and part.y.shape == (length - window,)
        assert part.x.dtype == part.y.dtype == np.float32
        for row in range(length - window):
            assert np.array_equal(part.x[row, :, 0], values[start + row : start + row + window])
            assert part.y[row] == values[start + row + window]
        start += length
    assert start == points


def test_a_run_on_its_own_outputs_starts_where_the_docstring_says():
    train = sine(window=3).train
    true = sine_values()[3 + len(train.y) - 1 :]
    assert true[0] == train.y[-1] and len(true) == 201
    # A window that moves on by what is true is the window that training ended with, moved on.
    assert np.array_equal(train.x[-1, 1:, 0], sine_values()[300 - 3 : 300 - 1]) and true[0] == sine_values()[299]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"window": 0}, "window=0 given: choose a whole number of 1 or more"),
        ({"points": 8}, "points=8 given: choose 9 or more for a window of 2"),
        ({"points": 1}, "points=1 given: choose a whole number of 2 or more"),
        ({"test_points": 2}, "test_points=2 given: choose a whole number from 3 to 248"),
        ({"test_points": 249}, "test_points=249 given: choose a whole number from 3 to 248"),
        ({"periods": 0}, "periods=0 given: choose a number above 0"),
        ({"periods": math.inf}, "periods=inf given: choose a number above 0"),
    ],
)
def test_wrong_sizes(sizes, message):
    with pytest.raises(Error, match=f"^{message}$"):
        sine(**sizes)


@pytest.mark.parametrize(("points", "test_points"), [(9, 3), (500, 248)])
def test_the_smallest_and_the_largest(points, test_points):
    data = sine(points=points, test_points=test_points)
    assert min(len(data.train.y), len(data.validation.y), len(data.test.y)) >= 1
