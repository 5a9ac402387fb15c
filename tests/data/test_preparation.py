"""Preparation: fitted on training rows alone, equal to scikit-learn's, and plain about what it decided."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from waza.core.errors import Error
from waza.data.preparation import Preparation, prepare

RNG = np.random.default_rng(0)


def table(rows=100, **columns):
    made = {"a": RNG.normal(size=rows), "b": RNG.choice(["red", "blue"], rows), "y": np.arange(rows) % 2}
    return pd.DataFrame({**made, **columns}).astype(str)


def kinds(prepared):
    return {note.kind for note in prepared.notes}


def spoil(frame, positions):
    """The frame with everything but the answers changed in some rows."""
    frame = frame.copy()
    frame.loc[frame.index[positions], "a"] = "1e6"
    frame.loc[frame.index[positions], "b"] = "never seen"
    return frame


def test_nothing_is_learnt_from_rows_that_are_not_trained_on():
    frame = table(a=np.where(np.arange(100) % 7 == 0, np.nan, np.arange(100.0)))
    first = prepare(frame, "y")
    order = np.random.RandomState(0).permutation(100)
    labels = frame["y"].to_numpy()
    held = np.concatenate([order[labels[order] == label][30:] for label in ("0", "1")])
    second = prepare(spoil(frame, held), "y")
    assert second.preparation == first.preparation
    np.testing.assert_array_equal(second.dataset.train.x, first.dataset.train.x)
    assert (second.dataset.test.x != first.dataset.test.x).any()
    assert (second.dataset.validation.x != first.dataset.validation.x).any()


def test_the_parts_are_disjoint_and_classes_are_spread_evenly():
    frame = table(200, a=np.arange(200.0), y=np.repeat([0, 1], [40, 160]))
    data = prepare(frame.drop(columns="b"), "y").dataset
    parts = [split.x[:, 0].tolist() for split in (data.train, data.validation, data.test)]
    assert [len(part) for part in parts] == [120, 40, 40]
    assert len({round(value, 6) for part in parts for value in part}) == 200
    assert [float(np.mean(split.y)) for split in (data.train, data.validation, data.test)] == [0.8] * 3


def test_the_numbers_are_scikit_learns():
    a = np.where(RNG.random(300) < 0.1, np.nan, RNG.normal(5, 3, 300))
    b = RNG.choice(["x", "y", "z"], 300)
    frame = pd.DataFrame({"a": a, "b": b, "y": RNG.integers(0, 2, 300)})
    prepared = prepare(frame, "y")
    rows = prepared.dataset.train.x.shape[0]
    known = {tuple(np.round(row, 4)) for row in prepared.preparation.apply(frame)}
    assert all(tuple(np.round(row, 4)) in known for row in prepared.dataset.train.x)
    column = prepared.preparation.columns[0]
    fitted = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    order = np.random.RandomState(0).permutation(300)
    y = frame["y"].to_numpy()
    train = []
    for label in (0, 1):
        group = order[y[order] == label]
        train.append(group[: len(group) - 2 * max(1, round(0.2 * len(group)))])
    train = np.sort(np.concatenate(train))
    assert len(train) == rows
    expected = fitted.fit(frame[["a"]].iloc[train]).transform(frame[["a"]])
    np.testing.assert_allclose(column.apply(frame["a"])[:, 0], expected[:, 0], rtol=1e-12)
    hot = OneHotEncoder(sparse_output=False).fit(frame[["b"]].iloc[train]).transform(frame[["b"]])
    np.testing.assert_array_equal(prepared.preparation.columns[1].apply(frame["b"]), hot)


def test_a_preparation_survives_json():
    frame = table(a=["", *map(str, range(99))], c=[f"2024-01-{1 + i % 28:02d}" for i in range(100)])
    prepared = prepare(frame, "y")
    again = Preparation.from_json(json.loads(json.dumps(prepared.preparation.to_json())))
    assert again == prepared.preparation
    np.testing.assert_array_equal(again.apply(frame), prepared.preparation.apply(frame))


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"c": ["1"] * 100}, "constant"),
        ({"c": [np.nan] * 100}, "empty"),
        ({"c": [f"id{i}" for i in range(100)]}, "identifier"),
        ({"c": ["inf", *map(str, range(99))]}, "infinite"),
        ({"c": ["12 cm", "8 cm", *map(str, range(98))]}, "not_numbers"),
        ({"c": [f"{i},5" for i in range(100)]}, "comma"),
        ({"c": [f"2024-02-{1 + i % 28:02d}" for i in range(100)]}, "date"),
        ({"c": ["unknown", *(f"2024/2/{1 + i % 28}" for i in range(99))]}, "not_dates"),
        ({"c": [f"{1000 + 37 * i:,}" for i in range(100)]}, "thousands"),
        ({"c": range(1, 101)}, "counts_rows"),
        ({"c": [1.7e308, -1.7e308] * 50}, "too_large"),
        ({"c": ["n.a.", "none", *map(str, range(6))] * 12 + ["1"] * 4}, "half_numbers"),
        ({"b": ["red", "blue"] * 48 + ["green", "grey", "pink", "plum"]}, "unseen"),
        ({"c": ["p", "q"] * 50}, "tells"),
        ({"y": ["x", *map(str, range(99))]}, "target_not_numbers"),
        ({"y": ["inf", "1e400", *map(str, range(98))]}, "target_infinite"),
        ({f"d{i}": ["2024-01-01", "2024-01-03", "2024-01-02", "2024-01-04"] * 25 for i in range(9)}, "and_more"),
        ({"y": ["", *["p", "q", "q"] * 33]}, "target_missing"),
        ({"y": ["lonely", *["p", "q", "q"] * 33]}, "rare_classes"),
        ({"a": ["1", "2"] * 50, "b": ["red"] * 100}, "same_rows"),
    ],
)
def test_decisions_are_noted_in_both_languages(columns, kind):
    frame = table(**columns)
    prepared = prepare(frame, "y")
    assert kind in kinds(prepared)
    assert np.isfinite(prepared.dataset.train.x).all()
    for note in prepared.notes:
        assert note.say("en")
        assert any("぀" <= letter <= "ヿ" for letter in note.say("ja"))


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["1.0", "1", "2.0", "-0.0"], ("0", "1", "2")),
        (["01", "1", "2", "3"], ("01", "1", "2", "3")),
        (["True", "False"] * 2, ("False", "True")),
        (["inf", "1", "2", "2"], ("1", "2")),
    ],
)
def test_labels_that_are_one_number_are_one_class(cells, labels):
    assert prepare(table(y=cells * 25), "y").preparation.classes == labels


@pytest.mark.parametrize(
    ("written", "scale"),
    [
        (lambda value: f"{value:.2f}".replace(".", ","), 1),
        (lambda value: f"{value:,.2f}", 1),
        (lambda value: f"{value:,.2f}".translate(str.maketrans(".,", ",.")), 1),
        (lambda value: f"{value:.2f} %", 1),
        (lambda value: f"¥{value:.2f}", 1),
    ],
)
def test_numbers_are_read_as_they_are_written_in_inputs_and_targets(written, scale):
    values = RNG.uniform(-2000, 9000, 100).round(2)
    prepared = prepare(table(c=list(map(written, abs(values))), y=list(map(written, values + 2000))), "y")
    assert prepared.preparation.task == "regression"
    plain = prepare(table(c=abs(values), y=values + 2000), "y")
    np.testing.assert_allclose(prepared.dataset.train.y, plain.dataset.train.y, rtol=1e-6)
    np.testing.assert_allclose(prepared.dataset.test.x[:, -1], plain.dataset.test.x[:, -1], rtol=1e-6)


def test_a_straight_line_gives_the_target_away():
    values = RNG.normal(size=100)
    assert "tells" in kinds(prepare(table(c=3 - 2 * values, y=values), "y"))
    assert "tells" not in kinds(prepare(table(c=values + 0.1 * RNG.normal(size=100), y=values), "y"))


def test_one_long_cell_does_not_widen_all_others():
    cells = ["x" * 1_000_000, *["s", "t"] * 10_000]
    frame = pd.DataFrame({"a": np.arange(20_001) % 7, "c": cells, "y": np.arange(20_001) % 2})
    assert prepare(frame, "y").preparation.inputs == 4


def test_new_rows_that_cannot_be_used_are_remarked():
    prepared = prepare(table(), "y").preparation
    new = pd.DataFrame({"a": ["1,5", "2", "inf"], "b": ["red", "green", ""]})
    assert [(note.kind, note.values["count"]) for note in prepared.remarks(new)] == [
        ("infinite", 1),
        ("not_numbers", 1),
        ("unseen", 1),
    ]


def test_many_categories_share_what_is_rare():
    rows = 3000
    cells = np.concatenate([RNG.choice([f"c{i}" for i in range(60)], rows)])
    prepared = prepare(table(rows, c=cells), "y")
    assert "many_categories" in kinds(prepared)
    assert prepared.preparation.inputs < 60
    new = prepared.preparation.apply(pd.DataFrame({"a": ["0"], "b": ["green"], "c": ["new"]}))
    assert new[0, -1] == 1
    assert new[0, -51:-1].sum() == 0


@pytest.mark.slow
def test_a_million_categories_are_no_trouble():
    rows = 200_000
    frame = pd.DataFrame({"a": RNG.normal(size=rows), "id": np.arange(rows).astype(str), "y": np.arange(rows) % 2})
    frame["id"] = "user" + frame["id"]
    prepared = prepare(frame, "y")
    assert "identifier" in kinds(prepared)
    assert prepared.preparation.inputs == 1


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (table(3), "3 rows"),
        (table(y=["same"] * 100), "1 class"),
        (table(y=[f"text {i}" for i in range(100)]), "100 different texts"),
        (table().drop(columns=["a", "b"]), "no column"),
        (table(a=["1"] * 100, b=["x"] * 100), "no column"),
        (table(y=[""] * 100), "0 rows"),
        (table(y=RNG.normal(size=100) * 1e300), "larger unit"),
        (table(2000, **{f"c{i}": RNG.integers(0, 50, 2000).astype(str) for i in range(3)}), "at most 20 are used"),
    ],
)
def test_what_cannot_be_learnt_is_refused(frame, words, monkeypatch):
    if "at most" in words:
        frame = frame.assign(**{f"c{i}": "word" + frame[f"c{i}"] for i in range(3)})
        monkeypatch.setattr("waza.data.preparation.MOST_INPUTS", 20)
    with pytest.raises(Error, match=words) as caught:
        prepare(frame, "y")
    assert "\n" not in str(caught.value)


def test_a_task_can_be_asked_for():
    numbers = table(y=np.arange(100) % 5)
    assert prepare(numbers, "y").preparation.task == "classification"
    assert prepare(numbers, "y", task="regression").preparation.task == "regression"
    with pytest.raises(Error, match="regression needs numbers"):
        prepare(table(y=["p", "q"] * 50), "y", task="regression")


def test_new_rows_may_lack_values_but_not_columns():
    prepared = prepare(table(), "y")
    assert np.isfinite(prepared.preparation.apply(pd.DataFrame({"a": ["", "?"], "b": ["", "red"], "z": [1, 2]}))).all()
    with pytest.raises(Error, match="lacks 1 of 2 columns: 'b'"):
        prepared.preparation.apply(pd.DataFrame({"a": ["1"]}))


@pytest.mark.parametrize(("name", "least"), [("wine", 0.9), ("breast_cancer", 0.9), ("diabetes", 0.3)])
def test_known_tables_can_be_learnt_from(tmp_path, name, least):
    from waza.data.tables import read_table

    getattr(datasets, f"load_{name}")(as_frame=True).frame.to_csv(tmp_path / f"{name}.csv", index=False)
    prepared = prepare(read_table(tmp_path / f"{name}.csv")[0], "target", name)
    train, test = prepared.dataset.train, prepared.dataset.test
    model = Ridge() if prepared.preparation.task == "regression" else LogisticRegression(max_iter=2000)
    assert model.fit(train.x, train.y).score(test.x, test.y) > least


def test_new_files_are_read_with_what_the_model_needs(tmp_path):
    prepared = prepare(table(), "y").preparation
    (tmp_path / "new.csv").write_text("a,b,z,y\n1,red,5,0\n2,blue,6,1\n")
    frame, notes = prepared.read([tmp_path / "new.csv"])
    assert prepared.apply(frame).shape == (2, 3)
    assert [(note.kind, note.values) for note in notes] == [("extra_columns", {"columns": "z"})]
    (tmp_path / "lacking.csv").write_text("a,z\n1,5\n")
    with pytest.raises(Error, match="lacks 1 of 2 columns: 'b'"):
        prepared.read([tmp_path / "lacking.csv"])


def test_rows_of_one_column_keep_their_place_beside_a_blank_line(tmp_path):
    prepared = prepare(table()[["a", "y"]], "y").preparation
    (tmp_path / "new.csv").write_text("a\n1.0\n\n-1.0\n2.0\n")
    x = prepared.apply(prepared.read([tmp_path / "new.csv"])[0])
    assert x.shape == (4, 1)
    assert x[1] == pytest.approx((prepared.columns[0].median - prepared.columns[0].mean) / prepared.columns[0].scale)


def test_letters_with_accents_are_the_same_composed_or_not(tmp_path):
    decomposed, composed = "gro\u0308\u00dfe", "gr\u00f6\u00dfe"
    frame = table().rename(columns={"b": composed}).replace({composed: {"red": composed}})
    prepared = prepare(frame, "y").preparation
    (tmp_path / "new.csv").write_text(f"a,{decomposed}\n1,{decomposed}\n", "utf-8")
    new, notes = prepared.read([tmp_path / "new.csv"])
    assert (prepared.apply(new)[0, 1:].tolist(), notes) == ([0, 1], [])
