"""Logs of campaigns are read from tables: arms, rewards, propensities, and what was known before."""

import numpy as np
import pandas as pd
import pytest

from waza.core.errors import Error
from waza.data.logs import log_of, read_log

ROWS = 300


def frame(**columns):
    """A log with three arms; `columns` replace or add some."""
    rng = np.random.default_rng(0)
    sent = rng.integers(0, 3, ROWS)
    visit = (rng.uniform(size=ROWS) < 0.3) * 1
    given = {
        "age": rng.integers(18, 80, ROWS),
        "district": rng.choice(["city", "country"], ROWS),
        "mail": np.array(["b mail", "No E-Mail", "a mail"])[sent],
        "visit": visit,
        "spend": visit * (rng.uniform(size=ROWS) < 0.5) * 20.5,
    }
    return pd.DataFrame({**given, **columns})


def kinds(table):
    return [note.kind for note in table.notes]


def test_the_control_comes_first_and_what_follows_the_reward_is_left_out(tmp_path):
    frame().to_csv(tmp_path / "log.csv", index=False)
    table = read_log(tmp_path / "log.csv", "mail", "visit")
    assert table.arms == ("No E-Mail", "a mail", "b mail")
    given = frame()
    assert [table.arms[arm] for arm in table.arm] == given["mail"].tolist()
    np.testing.assert_array_equal(table.reward, given["visit"])
    assert [column.name for column in table.columns] == ["age", "district"]
    assert table.features.shape == (ROWS, 3)
    assert "log_later" in kinds(table)
    assert "spend" in next(note for note in table.notes if note.kind == "log_later").say("en")
    assert [one.name for one in log_of(given, "mail", "spend").columns] == ["age", "district"], "no visit, no spend"


def test_columns_can_be_left_out_by_hand():
    assert [one.name for one in log_of(frame(), "mail", "visit", exclude=("district", "spend")).columns] == ["age"]


@pytest.mark.parametrize(
    ("names", "control"),
    [
        (["0", "1"], "0"),
        (["control", "mail"], "control"),
        (["送信あり", "送信なし"], "送信なし"),
        (["None", "A"], "None"),
    ],
)
def test_names_of_the_control(names, control):
    table = log_of(frame(mail=np.resize(names, ROWS)), "mail", "visit")
    assert table.arms[0] == control


def test_propensities_are_of_the_row_or_of_all_arms_by_the_alphabet():
    own = log_of(frame(p=0.25), "mail", "visit", propensity=("p",))
    np.testing.assert_array_equal(own.propensity, np.full(ROWS, 0.25))
    assert [one.name for one in own.columns] == ["age", "district"]
    shares = {"p_none": 0.5, "p_a": 0.2, "p_b": 0.3}  # No E-Mail, a mail, b mail: as sorted
    table = log_of(frame(**shares), "mail", "visit", propensity=tuple(shares))
    np.testing.assert_allclose(table.propensity[0], [0.5, 0.2, 0.3])
    two = frame(mail=np.resize(["a", "none"], ROWS), p_a=0.1, p_none=0.9)
    table = log_of(two, "mail", "visit", propensity=("p_a", "p_none"))
    assert table.arms == ("none", "a")
    np.testing.assert_allclose(table.propensity[0], [0.9, 0.1])


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({}, {"arm": "segment"}, "the table has no column 'segment'"),
        ({}, {"reward": "mail"}, "given as the arm and as the reward"),
        ({"visit": np.resize([1.0, np.nan], ROWS)}, {}, "150 rows of the reward 'visit' are no finite numbers"),
        ({"visit": np.resize(["yes", "no"], ROWS)}, {}, "such as 'yes'; expected a number for each customer"),
        ({"mail": np.resize(["a", "none", ""], ROWS)}, {}, "100 rows have no arm in 'mail'"),
        ({"mail": "a"}, {}, "all rows have the arm 'a'"),
        ({"mail": np.arange(ROWS).astype(str)}, {}, "has 300 different values"),
        ({"mail": np.resize(["a", "b"], ROWS)}, {}, "it is not clear to whom nothing was done: give that arm"),
        ({}, {"control": "none"}, "no row of 'mail' has the arm 'none'"),
        ({"p": "x"}, {"propensity": ("p",)}, "rows of the propensity 'p' are no finite numbers"),
        ({"p": 0.5, "q": 0.5}, {"propensity": ("p", "q")}, "2 columns of propensities are given, and there are 3 arms"),
        ({"district": "city", "age": 1}, {}, "no column says anything about the customers"),
    ],
)
def test_what_cannot_be_read(columns, options, message):
    with pytest.raises(Error, match=message) as raised:
        log_of(frame(**columns), **{"arm": "mail", "reward": "visit", **options})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("column", ["arm", "reward"])
def test_a_name_in_other_case_is_found_and_noted(column):
    names = {"arm": "mail", "reward": "visit"}
    table = log_of(frame(), **{**names, column: names[column].upper()})
    assert "target_case" in kinds(table)
