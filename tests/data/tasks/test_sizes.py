"""Sizes that tasks accept and refuse."""

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data.tasks.sizes import check_size


@pytest.mark.parametrize("given", [2, 9, np.int32(5)])
def test_whole_numbers_within_the_bounds(given):
    check_size("length", given, 2, 9)


@pytest.mark.wrong_types
@pytest.mark.parametrize("given", [1, 10, -1, 3.0, True, "3", None, float("nan")])
def test_anything_else(given):
    with pytest.raises(Error, match=r"^length=.* given: choose a whole number from 2 to 9$"):
        check_size("length", given, 2, 9)


def test_no_upper_bound():
    check_size("rows", 10**12, 1)
    with pytest.raises(Error, match=r"^rows=0 given: choose a whole number of 1 or more$"):
        check_size("rows", 0, 1)
