"""Data of other forms, as users of other frameworks bring them: converted and said, or refused in one line."""

import warnings

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

import waza as wz
from waza import models, nn, optim
from waza.core.errors import Error
from waza.data import Dataset, Split, Weighted, from_arrays
from waza.data import array_checks as module
from waza.data.dataset import read_only
from waza.learners import Supervised, TruncatedBPTT
from waza.learners.given import as_data, checked_data

RNG = np.random.RandomState(0)
X = RNG.randn(60, 4).astype(np.float32)
Y = (np.arange(60) % 3).astype(np.int32)
NUMBERS = X[:, 0].copy()
TEXTS = np.array(["no", "so", "yes"])
CLASSES = Supervised(models.MLP((4, 3)), optim.SGD(), probes=False)
REGRESSION = Supervised(models.MLP((4, 1)), optim.SGD(), nn.SquaredError(), probes=False)

pytestmark = pytest.mark.wrong_types  # they are what is tested


def dataset(x, y):
    return Dataset("d", Split(x, y), Split(x, y))


def checked(learner, data):
    return checked_data({"a": learner}, as_data({"a": learner}, data))


def with_value(array, value):
    changed = np.array(array, float)
    changed[7] = value
    return changed


def test_what_is_right_stays_the_same_object():
    for learner, y in ((CLASSES, Y), (REGRESSION, NUMBERS), (CLASSES, Y.astype(np.int64))):
        data = dataset(X, y)
        assert checked(learner, data) == (data, None, [])
        assert checked(learner, data)[0] is data


FORMS = {
    "lists": (X.tolist(), Y.tolist()),
    "a frame and a series": (pd.DataFrame(X), pd.Series(Y)),
    "columns that may lack values": (pd.DataFrame(X).astype("Float32"), pd.Series(Y, dtype="Int64")),
    "arrays of jax": (jnp.asarray(X), jnp.asarray(Y)),
    "objects": (X.astype(object), Y.astype(object)),
    "a column": (X, Y[:, None]),
    "one-hot": (X, np.eye(3)[Y]),
    "floats": (X, Y.astype(float)),
    "texts": (X, TEXTS[Y]),
    "objects that are texts": (X, pd.Series(TEXTS[Y]).astype(object)),
    "a category": (X, pd.Series(pd.Categorical(TEXTS[Y]))),
}


@pytest.mark.parametrize(("x", "y"), FORMS.values(), ids=FORMS)
def test_classes_of_other_forms_become_numbers(x, y):
    data, _, notes = checked(CLASSES, dataset(x, y))
    for split in (data.train, data.test):
        np.testing.assert_array_equal(split.x, X)
        np.testing.assert_array_equal(split.y, Y)
        assert np.dtype(split.y.dtype).kind == "i"
    assert data.classes == (tuple(TEXTS) if np.asarray(y).ravel()[0] == "no" else ())
    said = {"a column": "column", "one-hot": "one_hot", "floats": "whole"}
    kind = next((kind for name, kind in said.items() if FORMS[name][1] is y), "texts" if data.classes else "")
    assert [kind in note.kind for note in notes] == [True] * bool(kind)


def test_classes_of_texts_have_one_number_in_all_splits():
    data = Dataset("d", Split(X, TEXTS[Y]), Split(X[:3], TEXTS[[2, 2, 0]]), Split(X[:1], TEXTS[[1]]))
    found = checked(CLASSES, data)[0]
    assert (found.test.y.tolist(), found.validation.y.tolist(), found.classes) == ([2, 2, 0], [1], tuple(TEXTS))


def test_numbers_in_a_column_become_one_number_a_row():
    data, _, notes = checked(REGRESSION, dataset(X, NUMBERS[:, None]))
    np.testing.assert_array_equal(data.train.y, NUMBERS)
    assert [note.kind for note in notes] == ["targets_in_a_column"]


REFUSED = {
    "labels from 1": (CLASSES, X, Y + 1, "labels run 1..3; expected 0..2, the classes of .*: use y - 1"),
    "labels from -1": (CLASSES, X, Y - 1, r"use y \+ 1"),
    "labels -1 and 1": (CLASSES, X, np.where(Y == 1, 1, -1), "number them with numpy.unique"),
    "too many classes": (CLASSES, X, np.arange(60) % 5, "5 classes; .*give the network 5 outputs"),
    "numbers as classes": (CLASSES, X, NUMBERS, "the loss takes classes"),
    "shares of classes": (CLASSES, X, np.full((60, 3), 1 / 3), r"shape \(rows, 3\); expected \(rows,\)"),
    "NaN in x": (CLASSES, with_value(X, np.nan), Y, r"x of train has .*NaN.*\(4, in 4 of 4 columns .*row 7"),
    "infinity in x": (CLASSES, with_value(X, np.inf), Y, "x of train has .*infinite"),
    "too large": (REGRESSION, with_value(X, 1e39), NUMBERS, "too large for 32 bits"),
    "too large whole numbers": (CLASSES, np.full((60, 4), 2**40), Y, "more than 32 bits: give x.astype"),
    "NaN in a frame": (CLASSES, pd.DataFrame(with_value(X, np.nan), columns=list("abcd")), Y, "4 columns such as 'a'"),
    "a column of texts": (CLASSES, pd.DataFrame(X).assign(t="a"), Y, "column 't' has no numbers"),
    "masked": (CLASSES, np.ma.masked_less(X, 0), Y, "masked values"),
    "a missing number": (
        REGRESSION,
        X,
        with_value(NUMBERS, np.nan),
        "y of train is NaN .* 1 of 60 rows, such as row 7",
    ),
    "texts as numbers": (REGRESSION, X, TEXTS[Y], "such as 'no', and the loss takes numbers"),
    "two numbers a row": (REGRESSION, X, X[:, :2], r"shape \(rows, 2\); expected \(rows,\)"),
    "fewer labels": (CLASSES, X, Y[:50], "x of train has 60 rows and y has 50"),
    "no rows": (CLASSES, X[:0], Y[:0], "no rows"),
    "one row": (CLASSES, X[0], Y, "x of train has 4 rows and y has 60"),
    "another width": (CLASSES, X[:, :3], Y, "takes 4 inputs a row, the data have 3"),
    "rows of different lengths": (CLASSES, [[1, 2], [3]], [0, 1], "x has rows of different lengths"),
}


@pytest.mark.parametrize(("learner", "x", "y", "said"), REFUSED.values(), ids=REFUSED)
def test_data_that_are_wrong_are_refused_in_one_line(learner, x, y, said):
    with pytest.raises(Error, match=said) as caught:
        checked(learner, dataset(x, y))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [None, {"x": X}, X, pd.DataFrame(X), "digits"])
def test_what_is_no_data_set_is_named(data):
    with pytest.raises(Error, match=r"^data is .*; expected .*wz\.data\."):
        wz.Study(name="t", variants={"a": CLASSES}, data=data)


def test_pairs_are_splits():
    two = wz.Study(name="t", variants={"a": CLASSES}, data=((X, Y), (X[:9], Y[:9]))).data
    three = as_data({"a": CLASSES}, ((X, Y), (X[:9], Y[:9]), (X[:6], Y[:6])))
    assert (len(two.train.y), two.validation, len(two.test.y)) == (60, None, 9)
    assert (len(three.train.y), len(three.validation.y), len(three.test.y)) == (60, 9, 6)
    with pytest.warns(UserWarning, match="36"):
        one = as_data({"a": CLASSES}, (X, Y))
    assert (len(one.train.y), len(one.validation.y), len(one.test.y)) == (36, 12, 12)


def test_a_run_refuses_before_it_trains_and_says_what_it_converts():
    study = wz.Study(name="t", variants={"a": CLASSES}, data=dataset(X, Y + 1), steps=0, seeds=1)
    with pytest.raises(Error, match="use y - 1"):
        wz.run(study, None, wz.Watch())
    study = wz.Study(name="t", variants={"a": CLASSES}, data=dataset(X, Y[:, None]), steps=0, seeds=1)
    with pytest.warns(UserWarning, match=r"y\[:, 0\]"):
        assert wz.run(study, None, wz.Watch()).attrs["chance_test_accuracy"] == pytest.approx(1 / 3)


def test_what_is_not_counted_may_be_anything():
    weights = (np.arange(60) != 7).astype(np.float32)
    y = np.where(np.arange(60) == 7, -1, Y)
    data = Dataset("d", Weighted(with_value(X, np.nan).astype(np.float32), y, weights), Split(X, Y))
    assert checked(CLASSES, data)[0] is data


def test_other_learners_and_losses_take_any_targets():
    class Own(nn.CrossEntropy):
        def __call__(self, outputs, targets, weights=None):
            return super().__call__(outputs, targets[:, 0])

    data = dataset(X, np.stack([Y + 1, Y], axis=1))
    assert checked(Supervised(models.MLP((4, 3)), optim.SGD(), loss=Own()), data)[0] is data


def test_arrays_that_cannot_change_are_looked_at_once(monkeypatch):
    seen = []
    monkeypatch.setattr(module, "_sound", lambda piece: seen.append(piece.shape) or True)
    data = dataset(*read_only(Split(X.copy(), Y)))
    checked(CLASSES, data)
    checked(CLASSES, data)
    assert seen == [(60, 4)]


@pytest.mark.parametrize(
    ("y", "numbers", "classes"),
    [
        (Y, Y, ()),
        (Y + 1, Y, ("1", "2", "3")),
        (Y + 1.0, Y, ("1", "2", "3")),
        (np.array([-1, 0, 5])[Y], Y, ("-1", "0", "5")),
        (TEXTS[Y], Y, tuple(TEXTS)),
        (np.eye(3)[Y], Y, ()),
        ((Y == 1).tolist(), Y == 1, ()),
        (NUMBERS, NUMBERS, ()),
    ],
)
def test_a_data_set_from_arrays(y, numbers, classes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = from_arrays(X.astype(float), y, test=(X[:9], y[:9]), name="mine")
    np.testing.assert_array_equal(data.train.y, numbers)
    np.testing.assert_array_equal(data.test.y, numbers[:9])
    assert (data.name, data.classes, data.train.x.dtype) == ("mine", classes, np.float32)
    assert not data.train.x.flags.writeable


def test_from_arrays_divides_each_class():
    data = from_arrays(X, Y)
    assert [np.bincount(split.y).tolist() for split in (data.train, data.validation, data.test)] == [
        [12, 12, 12],
        [4, 4, 4],
        [4, 4, 4],
    ]
    with pytest.raises(Error, match="task is 'classes'"):
        from_arrays(X, Y, task="classes")
    with pytest.raises(Error, match=r"^x has 60 rows and y has 50"):
        from_arrays(X, Y[:50])


def test_streams_are_checked_as_rows_are():
    def stream(y, outputs=3, loss=None):
        model = models.SequenceModel(nn.Recurrent(nn.LSTM(2, 4)), outputs, read="each")
        learner = TruncatedBPTT(model, optim.SGD(0.1), loss or nn.CrossEntropy(), batch_size=2, window=5)
        x = np.zeros((len(y), 2), np.float32)
        return checked_data({"a": learner}, Dataset("stream", Split(x, y), Split(x, y)))

    y = np.tile(np.arange(3), 20)
    assert stream(y)[0].train.y is y
    data, _, notes = stream(y[:, None].astype(float))
    assert data.train.y.dtype == np.int32 and data.train.y.shape == (60,)
    assert [note.kind for note in notes] == ["targets_in_a_column", "targets_whole"]
    with pytest.raises(Error, match=r"labels run 1..3; expected 0..2.*: use y - 1"):
        stream(y + 1)
    with pytest.raises(Error, match="NaN or infinite in 1 of 60 rows"):
        stream(np.where(np.arange(60) == 7, np.nan, 0.5), 1, nn.SquaredError())
