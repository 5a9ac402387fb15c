"""Numbers that differ by little: scaled to what they are, or refused; never taken for numbers without a difference."""

import numpy as np
import pandas as pd
import pytest

import waza as wz
from waza.core.errors import Error
from waza.data import Dataset, Split, from_arrays
from waza.data.preparation import prepare
from waza.data.rounding import rounded_notes
from waza.learners.given import as_data, checked_data

ROWS = 60
UNIT = np.random.default_rng(0).normal(size=ROWS)
KIND = np.where(UNIT > 0, "a", "b")


def table(values, target=KIND):
    return pd.DataFrame({"value": values, "other": np.random.default_rng(1).normal(size=ROWS), "y": target})


def kinds(prepared):
    return [note.kind for note in prepared.notes]


@pytest.mark.parametrize("values", [UNIT * 1e-310, 1e-300 + UNIT * 1e-310, UNIT * 5e-324, UNIT * 1e-200])
def test_a_column_whose_squares_are_no_numbers_is_left_out_and_told(values):
    prepared = prepare(table(values), "y")
    assert [column.name for column in prepared.preparation.columns] == ["other"]
    assert "too_small" in kinds(prepared)
    with pytest.raises(Error, match=r"no column of table can be used.*differ by less than 1e-150.*value"):
        prepare(table(values).drop(columns="other"), "y")


@pytest.mark.parametrize("values", [1e9 + UNIT * 1e-3, UNIT * 1e-140, UNIT * 1e140, 1e15 + np.round(UNIT * 4)])
def test_small_differences_of_large_numbers_are_scaled(values):
    prepared = prepare(table(np.tile(values, 1)), "y")
    column = prepared.dataset.train.x[:, 0]
    place = [one.name for one in prepared.preparation.columns].index("value")
    scaled = prepared.preparation.columns[place]
    expected = (values - values.mean()) / values.std()
    assert abs(np.corrcoef(scaled.apply(pd.Series(values))[:, 0], expected)[0, 1]) > 0.999
    assert 0.5 < column.std() < 2


def test_many_rows_do_not_make_a_difference_vanish():
    values = 1e9 + np.random.default_rng(2).normal(size=200_000) * 1e-3  # which scikit-learn takes for rounding
    from waza.data.columns import fit_numbers

    assert fit_numbers("value", pd.Series(values), "number", "", False).scale == pytest.approx(1e-3, rel=0.01)
    constant = fit_numbers("value", pd.Series(np.full(1000, 0.1)), "number", "", False)
    assert constant.scale == 1


@pytest.mark.parametrize(
    ("scale", "said"), [(1e-310, "smaller unit"), (1e-200, "smaller unit"), (1e307, "larger unit")]
)
def test_a_target_that_cannot_be_squared_is_refused(scale, said):
    with pytest.raises(Error, match=f"the target 'y' has numbers .*: give it in a {said}"):
        prepare(table(UNIT, UNIT * scale), "y", task="regression")


def test_a_target_of_small_differences_is_scaled():
    target = 1e9 + UNIT * 1e-3
    prepared = prepare(table(UNIT, target), "y", task="regression")
    assert abs(np.corrcoef(prepared.dataset.train.x[:, 0], prepared.dataset.train.y)[0, 1]) > 0.999


def test_whole_numbers_beyond_the_floats_are_told():
    numbers = [2**60 + i for i in range(ROWS)]
    for values in (numbers, list(map(str, numbers))):
        prepared = prepare(table(values), "y")
        assert "rounded" in kinds(prepared) or "constant" in kinds(prepared)
    assert "rounded" not in kinds(prepare(table([2**52 + i for i in range(ROWS)]), "y"))


X = np.column_stack([UNIT, UNIT]).astype(np.float64)
SMALL = {"denormal": X * [1, 1e-310], "float32's": (X * [1, 1e-40]), "offset": X * [1, 1e-3] + [0, 1e9]}


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("form", [list, np.asarray])
def test_arrays_that_32_bits_make_constant_are_refused(name, form):
    x = SMALL[name].tolist() if form is list else SMALL[name]
    labels = (UNIT > 0).astype(int)
    said = r"1 columns such as x\[:, 1\], that differ by less than 32 bits hold"
    with pytest.raises(Error, match=said):
        from_arrays(x, labels)
    learner = wz.learners.Supervised(wz.models.MLP((2, 2)), wz.optim.SGD())
    data = Dataset("d", Split(x, labels), Split(x[:2], labels[:2]))
    with pytest.raises(Error, match=said):
        checked_data({"": learner}, as_data({"": learner}, data))


@pytest.mark.parametrize(
    ("text", "lost"),
    [("9007199254740993", True), ("9007199254740994", False), ("0" * 5000 + "7", False)]
    + [("9" * digits, True) for digits in (20, 308, 309, 400, 5000)]
    + [("-" + "9" * 5000, True), ("+9007199254740993", True)],
)
def test_whole_numbers_of_any_length_are_compared_with_what_is_kept(text, lost):
    cells = pd.Series([text, "1"])
    notes = rounded_notes("n", cells, cells.astype(float).to_numpy())
    assert [note.kind for note in notes] == ["rounded"] * lost


def test_few_held_out_rows_and_rounding_are_no_small_differences():
    labels = (UNIT > 0).astype(int)
    noisy = np.column_stack([UNIT, np.where(UNIT > 0, 0.3, 0.1 + 0.2)])  # equal but for the last bit
    held = X[:2].copy()
    held[1] = held[0] * (1 + 1e-12)
    data = from_arrays(noisy, labels, test=(held, labels[:2]), task="classification")
    assert data.train.x.dtype == np.float32
