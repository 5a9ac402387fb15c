"""What a column is follows from all rows, not from the target or the split; a dropped one is said with its reason."""

import numpy as np
import pandas as pd
import pytest

from waza.core.errors import Error
from waza.data.preparation import prepare

RNG = np.random.default_rng(0)
ROWS = 120


def frame(**columns):
    made = {"a": RNG.normal(size=ROWS).round(3), "y": np.arange(ROWS) % 2, **columns}
    return pd.DataFrame(made).astype(str)


def said(prepared):
    """The kinds of the notes that name a column c, with those whose column it is."""
    return {
        note.kind
        for note in prepared.notes
        if "c" in (note.values.get("column"), str(note.values.get("columns", "")).split(" (")[0].split(",")[0])
    }


def used(prepared):
    return {column.name for column in prepared.preparation.columns}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([f"user{i}" for i in range(ROWS)], "identifier"),
        ([f"this is the remark number {i}" for i in range(ROWS)], "free_text"),
        ([f"{i % 28}h{i}" if i % 8 == 0 else f"{i}.5" for i in range(ROWS)], "unread"),
        ([f"{i}-{i + 1}-{i + 2}" for i in range(ROWS)], "unread"),
        ([f"{1990 + i // 4}Q{1 + i % 4}" for i in range(ROWS)], "unread"),
        ([f"{i:02x}{'AB'[i % 2]}{i}" for i in range(ROWS)], "identifier"),
        ([f"{i}.5 {'kg' if i % 2 else 'lb'}" for i in range(ROWS)], "mixed_units"),
        (["same"] * ROWS, "constant"),
        (["NA"] * ROWS, "empty"),
    ],
)
def test_a_dropped_column_is_named_with_its_reason(cells, kind):
    prepared = prepare(frame(c=cells), "y")
    assert said(prepared) == {kind}
    assert used(prepared) == {"a"}
    assert all(note.say(language) for note in prepared.notes for language in ("en", "ja"))


@pytest.mark.parametrize("seed", range(5))
def test_what_a_column_is_does_not_depend_on_the_split(seed):
    rare = [f"{i}.25" if i % 12 else "n.d." for i in range(ROWS)]
    missing = ["", *map(str, RNG.normal(size=ROWS - 1).round(3))]
    constant = ["1.5", *["0.5"] * (ROWS - 1)]
    prepared = prepare(frame(b=rare, c=missing, d=constant), "y", seed=seed)
    assert [(column.name, column.kind, column.width) for column in prepared.preparation.columns] == [
        ("a", "number", 1),
        ("b", "number", 2),
        ("c", "number", 2),
        ("d", "number", 1),
    ]


def test_what_a_column_is_does_not_depend_on_the_target():
    table = frame(c=[f"{i},5" for i in range(ROWS)])
    other = table.assign(y=[""] * 60 + ["p", "q"] * 30)
    assert used(prepare(table, "y")) == used(prepare(other, "y"))


@pytest.mark.parametrize(
    ("name", "numbers", "dropped"),
    [
        ("id", np.arange(1000, 1000 + ROWS), True),
        ("PassengerId", np.arange(ROWS), True),
        ("column0", np.sort(RNG.choice(1000, ROWS, replace=False)), True),
        ("sample_id", RNG.permutation(1000)[:ROWS], True),
        ("番号", np.arange(ROWS)[::-1], True),
        ("year", np.arange(1900, 1900 + ROWS), False),
        ("when", np.cumsum(RNG.integers(1, 9, ROWS)), False),
        ("when", RNG.permutation(ROWS) + 5, False),
    ],
)
def test_row_numbers_are_dropped_or_noted(name, numbers, dropped):
    prepared = prepare(frame(**{name: numbers}), "y")
    found = {note.kind: note.values for note in prepared.notes}
    assert ("row_numbers" in found) == dropped == (name not in used(prepared))
    assert ("counts_rows" in found) == (not dropped)


@pytest.mark.parametrize(
    "numbers", [RNG.normal(5000, 300, ROWS).round(), RNG.integers(0, 90, ROWS), RNG.normal(size=ROWS).round(3)]
)
def test_measurements_are_no_row_numbers(numbers):
    found = {note.kind for note in prepare(frame(c=numbers), "y").notes}
    assert not found & {"row_numbers", "counts_rows"}


def patients(rows=300, each=10):
    patient = np.repeat(np.arange(rows // each), each)
    return pd.DataFrame(
        {
            "patient": [f"P{i:02d}" for i in patient],
            "a": RNG.normal(size=rows).round(3),
            "when": pd.date_range("2020-01-01", periods=rows).strftime("%d.%m.%Y"),
            "sick": np.where(patient % 2, "yes", "no"),
        }
    )


def test_recurring_values_that_determine_the_target_are_noted():
    notes = {note.kind: note.values for note in prepare(patients(), "sick").notes}
    assert notes["recurs"] == {"column": "patient", "values": 30, "rows": 300}
    mixed = patients().assign(sick=np.tile(["yes", "no"], 150))
    assert "recurs" not in {note.kind for note in prepare(mixed, "sick").notes}
    number = patients().assign(sick=lambda table: table["patient"].str[1:].astype(int) * 1.5)
    assert "recurs" in {note.kind for note in prepare(number, "sick", task="regression").notes}


def test_groups_stay_together_and_are_no_input():
    prepared = prepare(patients(), "sick", groups="PATIENT")
    parts = [prepared.dataset.train, prepared.dataset.validation, prepared.dataset.test]
    groups = np.split(prepared.groups, np.cumsum([len(part.y) for part in parts])[:-1])
    assert [len(set(one)) for one in groups] == [18, 6, 6]
    assert len(set(prepared.groups)) == 30
    assert used(prepared) == {"a", "when"}
    assert prepared.drawn
    assert {note.kind: note.values["count"] for note in prepared.notes if note.kind == "groups"} == {"groups": 30}


def test_the_latest_rows_are_held_out():
    table = patients().sample(frac=1, random_state=0)
    table["a"] = pd.to_datetime(table["when"], format="%d.%m.%Y").map(pd.Timestamp.toordinal)
    prepared = prepare(table, "sick", order="when")
    train, validation, test = (
        part.x[:, -1] for part in (prepared.dataset.train, prepared.dataset.validation, prepared.dataset.test)
    )
    assert train.max() < validation.min() <= validation.max() < test.min()
    assert "when" not in used(prepared)
    assert not prepared.drawn


def test_rows_without_a_group_are_left_out():
    table = patients()
    table.loc[:4, "patient"] = ""
    notes = {note.kind: note.values for note in prepare(table, "sick", groups="patient").notes}
    assert notes["no_place"] == {"column": "patient", "rows": 5}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"groups": "patent"}, "no column 'patent': did you mean 'patient'"),
        ({"groups": "sick"}, "is the target"),
        ({"order": "patient"}, "'P00'; expected dates or numbers"),
        ({"order": "when", "groups": "patient"}, "expected one of them"),
    ],
)
def test_columns_that_cannot_divide_the_rows_are_refused(given, words):
    with pytest.raises(Error, match=words):
        prepare(patients(), "sick", **given)


def test_classes_without_training_rows_are_noted():
    table = patients().assign(sick=["early"] * 250 + ["late"] * 50)
    notes = {note.kind: note.values for note in prepare(table, "sick", order="when").notes}
    assert notes["untrained_classes"] == {"classes": "late"}


def test_rows_with_the_same_inputs_and_other_targets_are_counted():
    table = frame(a=np.repeat(np.arange(ROWS // 2), 2), y=["p", "p", "p", "q"] * (ROWS // 4))
    notes = {note.kind: note.values for note in prepare(table, "y").notes}
    assert notes["conflicting"] == {"rows": ROWS // 2}
    assert notes["same_rows"]["rows"] > 0
