"""Pairs (x, y) in the forms in which people hold them."""

import numpy as np
import pandas as pd
import pytest

from waza.core.errors import Error
from waza.data.given import checked_pair, name_of_target

X = np.arange(12.0).reshape(4, 3)
Y = np.array([0, 2, 1, 2])
ONE_HOT = np.eye(3)[Y]
FORMS = {
    "numbers": Y,
    "a list": Y.tolist(),
    "a column": Y[:, None],
    "one-hot": ONE_HOT,
    "one-hot, truth values": ONE_HOT.astype(bool),
    "a frame of one column": pd.DataFrame({"kind": Y}),
    "a series": pd.Series(Y, name="kind"),
}


@pytest.mark.parametrize("y", FORMS.values(), ids=FORMS)
def test_targets_become_one_a_row(y):
    x, found, notes = checked_pair((X, y))
    assert found.tolist() == Y.tolist()
    assert len(notes) == (np.ndim(y) == 2)
    assert x.shape == (4, 3)


def test_columns_of_one_hot_rows_name_the_classes():
    dummies = pd.get_dummies(pd.Series(["cat", "eel", "dog", "eel"]))
    assert checked_pair((X, dummies))[1].tolist() == ["cat", "eel", "dog", "eel"]


def test_one_hot_rows_are_no_numbers():
    with pytest.raises(
        Error, match=r"y \(4, 3\); expected \(rows, ...\) and a target for each row: \(rows,\), \(rows, 1\)$"
    ):
        checked_pair((X, ONE_HOT), "regression")
    assert checked_pair((X, Y[:, None] / 2), "regression")[1].tolist() == [0, 1, 0.5, 1]


@pytest.mark.parametrize("y", [np.ones((4, 3)), np.ones((4, 2, 2)), 3.0])
def test_other_shapes_are_refused(y):
    with pytest.raises(Error, match="a target for each row"):
        checked_pair((X, y))


def test_the_name_of_the_target():
    assert name_of_target(FORMS["a frame of one column"]) == name_of_target(FORMS["a series"]) == "kind"
    assert name_of_target(Y) == name_of_target(pd.DataFrame(ONE_HOT)) == name_of_target(pd.DataFrame({0: Y})) == "y"
