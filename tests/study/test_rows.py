"""How many rows a study's record counts."""

import numpy as np

from waza.data import Dataset, Split, tasks
from waza.study.assembly import rows_of


def test_rows_of_arrays_of_parts_of_a_row_and_of_several_tasks():
    x, y = np.zeros((5, 2)), np.zeros(5)
    plain = Dataset("plain", Split(x, y), Split(x[:3], y[:3]))
    assert rows_of(plain) == {"train": 5, "test": 3}
    several = Dataset("several", Split({"a": x, "b": x[:4]}, {"a": y, "b": y[:4]}), Split({"a": x}, {"a": y}))
    assert rows_of(several) == {"train": 9, "test": 5}
    assert rows_of(tasks.dictionary(rows=7, validation_rows=0, test_rows=2)) == {"train": 7, "test": 2}
    assert rows_of(None) == {}
