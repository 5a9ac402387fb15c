"""Trainings of every kind that are killed twice end with the bits of unbroken ones; `make fuzz KILLS=20` kills more."""

import pytest

from fuzz.kills import TRAININGS, killed


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAININGS)
def test_a_killed_training_ends_with_the_same_bits(name, tmp_path):
    assert killed(name, tmp_path, kills=2) == []
