"""The options `groups` and `order` reach the split of a table, from a file and in memory."""

import numpy as np
import pandas as pd
import pytest

from waza.comparison.question import ask
from waza.core.errors import Error
from waza.data import Dataset, Split
from waza.kinds.registry import kind_prepared_by
from waza.kinds.table.material import table
from waza.kinds.table.options import TableOptions

ROWS = 120


@pytest.fixture
def frame():
    """Six rows of each patient, who is ill or not; their values recur nowhere else."""
    patient = np.repeat(np.arange(ROWS // 6), 6)
    values = {"patient": patient, "a": np.arange(ROWS) * 0.5, "y": np.where(patient % 2, "ill", "well")}
    return pd.DataFrame(values).sample(frac=1, random_state=0, ignore_index=True)


def parts(material):
    return [getattr(material.dataset, name) for name in ("train", "validation", "test")]


def test_a_file_and_a_data_frame_are_split_by_groups(frame, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    kind = kind_prepared_by("table")
    asked = TableOptions(model="mlp", data="t.csv", groups="patient")
    for given in (
        kind.given(asked, frame, "y", None),
        kind.given(asked, str(tmp_path / "t.csv"), "y", None),
        ask(str(tmp_path / "t.csv"), "y", ["adam"], groups="patient").material,
    ):
        groups = np.split(given.groups, np.cumsum([len(part.y) for part in parts(given)])[:-1])
        assert [len(set(one)) for one in groups] == [12, 4, 4]
        assert not set(groups[0]) & set(groups[2])
        assert [column.name for column in given.preparation.columns] == ["a"]


def test_a_file_and_a_data_frame_are_split_by_order(frame, tmp_path):
    frame.assign(b=frame["a"]).to_csv(tmp_path / "t.csv", index=False)
    for given in (
        table(frame.assign(b=frame["a"]), "y", order="a"),
        ask(str(tmp_path / "t.csv"), "y", ["adam"], order="a").material,
    ):
        train, validation, test = (part.x[:, -1] for part in parts(given))
        assert train.max() < validation.min() <= validation.max() < test.min()
        assert not given.drawn


def test_data_without_columns_of_their_own_split_are_refused(tmp_path):
    split = Split(np.zeros((30, 2)), np.arange(30) % 2)
    with pytest.raises(Error, match="a Dataset is split already"):
        table(Dataset("given", split, split, split), groups="a")
    with pytest.raises(Error, match="groups='a' names a column of a table, and images are given"):
        ask("digits", tried=["adam"], groups="a")
