"""Models in Python: fit, predict, save, load."""

import json

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

import waza as wz
from waza import models, nn, optim
from waza.kinds.own_model import OwnModel

SMALL = {"steps": 30, "hidden": (8,), "learning_rate": 0.02}


def rows(count=100, seed=0):
    """Inputs of very different scales, and what decides their class."""
    x = np.random.default_rng(seed).normal(size=(count, 3)) * [1, 100, 0.01]
    return x, x[:, 0] + x[:, 1] / 100 > 0


def same(one, other):
    assert one.dtype == other.dtype
    np.testing.assert_array_equal(one, other)


# Tables.


@pytest.fixture(scope="module")
def fitted():
    x, y = rows()
    return wz.fit("mlp", (x, np.where(y, "yes", "no")), steps=120, hidden=(8,), learning_rate=0.02)


def test_a_model_takes_rows_as_they_are_and_answers_with_their_labels(fitted, tmp_path):
    x, y = rows(200, seed=1)
    answers = fitted.predict(x)
    assert answers.shape == (200,) and set(answers) == {"yes", "no"}
    assert np.mean(answers == np.where(y, "yes", "no")) > 0.85
    shares = fitted.predict_proba(x)
    assert shares.shape == (200, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    same(fitted.classes[shares.argmax(axis=1)], answers)
    same(fitted.predict(x[::-1]), answers[::-1])
    assert fitted.predict(x[:1].tolist()).tolist() == answers[:1].tolist() and len(fitted.predict(x[:0])) == 0
    assert repr(fitted) == "Model(MLP, 50 parameters)"
    assert fitted.history[0]["step"] == 0 and fitted.history[-1]["step"] == 120
    assert any("set aside to choose the best step: 20" in note for note in fitted.notes)
    fitted.save(tmp_path / "model")
    again = wz.load(tmp_path / "model")
    same(again.predict(x), answers)
    assert list(again.history) == list(fitted.history)
    assert json.loads((tmp_path / "model" / "model.json").read_text())["model"]["class"] == "models.MLP"


@pytest.mark.parametrize("labels", [[7, 3], [False, True], [1.5, 2.5]])
def test_labels_come_back_as_they_were_given(labels, tmp_path):
    x, y = rows(60)
    target = np.array(labels)[y.astype(int)]
    model = wz.fit("mlp", (x, target), task="classification", **SMALL)
    model.save(tmp_path)
    answers = wz.load(tmp_path).predict(x)
    assert answers.dtype.kind == target.dtype.kind and set(answers.tolist()) <= set(labels)
    same(answers, model.predict(x))


def test_numbers_are_predicted_in_their_own_unit(tmp_path):
    x, _ = rows(200)
    y = 1000 + 50 * x[:, 0]
    model = wz.fit("mlp", (x, y), steps=400, hidden=(8,), learning_rate=0.02)
    assert np.std(model.predict(x) - y) < 10
    model.save(tmp_path)
    same(wz.load(tmp_path).predict(x), model.predict(x))
    with pytest.raises(wz.Error, match="predicts numbers, which have no probabilities"):
        model.predict_proba(x)


def test_a_data_frame_keeps_its_columns(tmp_path):
    x, y = rows(100)
    frame = pd.DataFrame({"a": x[:, 0], "kind": np.where(x[:, 1] > 0, "red", None), "y": y}, index=range(5, 105))
    model = wz.fit("mlp", frame, target="y", **SMALL)
    answers = model.predict(frame)
    assert answers.dtype == bool and len(answers) == 100
    same(model.predict(frame[["kind", "a"]]), answers)
    with pytest.raises(wz.Error, match=r"give a pandas.DataFrame with the same columns"):
        model.predict(x)
    with pytest.raises(wz.Error, match="lacks 1 of 2 columns: 'kind'"):
        model.predict(frame[["a"]])
    parts = wz.fit("mlp", (frame[["a", "kind"]], frame["y"]), **SMALL)
    same(parts.predict(frame), answers)
    frame.to_csv(tmp_path / "table.csv", index=False)
    assert set(wz.fit("mlp", tmp_path / "table.csv", target="y", **SMALL).predict(frame)) <= {"True", "False"}


def test_a_data_set_keeps_its_splits():
    x, y = rows(100)
    parts = [wz.data.Split(x[part], y[part].astype(np.int32)) for part in (slice(70), slice(70, 90), slice(90, None))]
    data = wz.data.Dataset("own", parts[0], parts[2], parts[1], classes=("no", "yes"))
    model = wz.fit("mlp", data, **SMALL)
    assert set(model.predict(x)) <= {"no", "yes"} and not any("set aside" in note for note in model.notes)
    model = wz.fit("mlp", data._replace(validation=None), **SMALL)
    assert any("trained on: 56; rows that were set aside to choose the best step: 14;" in one for one in model.notes)


def test_the_last_variables_can_be_kept():
    x, y = rows(60)
    best, last = (wz.fit("mlp", (x, y), keep=keep, schedule="constant", **SMALL) for keep in ("best", "last"))
    assert len(last.history) == 31  # one evaluation a step, and the one before the first
    assert [one["step"] for one in best.history] == [one["step"] for one in last.history][: len(best.history)]


def test_a_folder_resumes_and_is_read_once_finished(tmp_path, stops_after):
    x, y = rows(60)
    settings = {"steps": 60, "hidden": (8,)}
    with pytest.raises(wz.Interrupted):
        wz.fit("mlp", (x, y), out=tmp_path / "model", watch=stops_after(1), **settings)
    model = wz.fit("mlp", (x, y), out=tmp_path / "model", **settings)
    written = (tmp_path / "model" / "variables.safetensors").stat().st_mtime_ns
    same(model.predict_proba(x), wz.fit("mlp", (x, y), **settings).predict_proba(x))
    same(wz.fit("mlp", (x, y), out=tmp_path / "model", **settings).predict_proba(x), model.predict_proba(x))
    assert (tmp_path / "model" / "variables.safetensors").stat().st_mtime_ns == written
    with pytest.raises(wz.Error, match=r"other settings \(rows: "):
        wz.fit("mlp", (x, ~y), out=tmp_path / "model", **settings)


# Images and texts.


def test_images_in_memory_are_images(stripes, tmp_path):
    x, y = stripes.test.x, np.array(["upright", "level"])[stripes.test.y]
    model = wz.fit("mlp", (x, y), steps=40, augment=False)
    assert np.mean(model.predict(x) == y) > 0.8 and model.predict_proba(x).shape == (60, 2)
    model.save(tmp_path)
    same(wz.load(tmp_path).predict(x), model.predict(x))
    grey = wz.fit("mlp", (x[..., 0], stripes.test.y + 5), steps=5, augment=False)
    assert set(grey.predict(x[..., 0])) <= {5, 6}
    assert wz.fit("mlp", stripes, steps=5, augment=False).predict(stripes.test.x).tolist()[0] in stripes.classes
    with pytest.raises(wz.Error, match=r"the model takes \(n, 8, 8, 3\)"):
        model.predict(np.zeros((2, 9, 9, 3), np.uint8))
    with pytest.raises(wz.Error, match="expected uint8"):
        wz.fit("mlp", (x / 255, y), steps=5)


@pytest.mark.slow
def test_a_folder_of_images_and_its_files(stripes_folder, tmp_path):
    model = wz.fit("mlp", str(stripes_folder), steps=40, size=(8, 8))
    files = [next((stripes_folder / name).iterdir()) for name in ("level", "upright", "level")]
    assert model.predict(files).tolist() == ["level", "upright", "level"]
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    with pytest.raises(wz.Error, match=r"2 files are given; images read: 1. .*broken.png"):
        model.predict([files[0], broken])


@pytest.mark.parametrize("length", [{"steps": 2**31}, {"epochs": 10**12}])
def test_a_training_of_impossible_length_leaves_nothing(tmp_path, length):
    rows = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(wz.Error, match="expected at most 2147483647"):
        wz.fit("mlp", (rows, rows[:, 0] > 0), out=tmp_path / "model", **length)
    assert not (tmp_path / "model").exists()


def test_a_language_model_writes(tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("abcab" * 500)
    model = wz.fit("language-model", text, steps=20, width=8, depth=1, window=8, batch_size=4)
    assert (
        set(model.generate("ab", length=12)) <= set("abc\N{REPLACEMENT CHARACTER}")
        and len(model.generate("ab", length=12)) == 12
    )
    model.save(tmp_path / "model")
    assert wz.load(tmp_path / "model").perplexity("abcab") == pytest.approx(model.perplexity("abcab"))
    with pytest.raises(wz.Error, match="has no predictions of rows: use generate"):
        model.predict(["ab"])


# Learners of one's own.


class Doubled(nn.Dense):
    """A user's own layer."""

    def apply(self, variables, x, run):
        """Twice the dense layer."""
        return 2 * super().apply(variables, x, run)


class Mean(wz.Learner):
    """Estimates the mean of data, an array (rows,), by averaging."""

    rate: float = 0.5

    def measures(self, data):
        """The distance from the mean."""
        return (wz.Measure("distance", "lower"),)

    def init(self, key, data):
        """Nothing yet."""
        return {"estimate": jnp.zeros(data.shape[1:])}

    def batch(self, data, key, step):
        """All rows."""
        return data

    def update(self, state, batch, key):
        """A step towards the mean."""
        estimate = state["estimate"] + self.rate * (batch.mean(axis=0) - state["estimate"])
        return {"estimate": estimate}, {"loss": jnp.sum((estimate - batch.mean(axis=0)) ** 2)}

    def evaluate(self, state, data, key):
        """The distance."""
        return {"distance": jnp.linalg.norm(state["estimate"] - data.mean(axis=0))}


def supervised(model, **more):
    return wz.Supervised(model, optim.Adam(0.02), batch_size=16, probes=False, **more)


def test_a_network_of_ones_own_on_ones_own_arrays(tmp_path):
    x, y = rows(100)
    model = wz.fit(supervised(models.MLP((3, 8, 2))), (x, np.where(y, "yes", "no")), steps=60)
    assert set(model.predict(x)) == {"yes", "no"}
    model.save(tmp_path)
    same(wz.load(tmp_path).predict(x), model.predict(x))
    with pytest.raises(wz.Error, match=r"outputs of shape \(3,\) a row, and 2 are needed"):
        wz.fit(supervised(models.MLP((3, 8, 3))), (x, y), steps=5)
    with pytest.raises(wz.Error, match="does not take inputs of shape"):
        wz.fit(supervised(models.MLP((4, 8, 2))), (x, y), steps=5)
    with pytest.raises(wz.Error, match=r"hidden=\(8,\) is given with a learner"):
        wz.fit(supervised(models.MLP((3, 8, 2))), (x, y), **SMALL)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_data_of_ones_own_are_not_changed(task, tmp_path):
    x, y = rows(80)
    x, y = x.astype(np.float32), y.astype(np.int32) if task == "classification" else x[:, 0].astype(np.float32)
    data = wz.data.Dataset("own", wz.data.Split(x[:60], y[:60]), wz.data.Split(x[60:], y[60:]))
    outputs, loss = (2, nn.CrossEntropy()) if task == "classification" else (1, nn.SquaredError())
    model = wz.fit(supervised(nn.Dense(3, outputs), loss=loss), data, steps=20)
    raw = x @ np.asarray(model.variables["weight"]).T + np.asarray(model.variables["bias"])
    expected = raw.argmax(axis=1) if task == "classification" else raw[:, 0]
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-4)
    assert any("set aside to choose the best step: 6;" in note for note in model.notes)
    model.save(tmp_path)
    same(wz.load(tmp_path).predict(x), model.predict(x))
    with pytest.raises(wz.Error, match=r"the model takes float32 \(rows, 3\)"):
        model.predict(x[:, :2])


def test_a_layer_of_ones_own_comes_back_with_its_learner(tmp_path):
    x, y = rows(60)
    learner = supervised(Doubled(3, 2))
    model = wz.fit(learner, (x, y), steps=20, out=tmp_path / "model")
    assert isinstance(model, OwnModel)
    again = wz.load(tmp_path / "model", learner=learner)
    same(again.predict_proba(x), model.predict_proba(x))
    same(wz.fit(learner, (x, y), steps=20, out=tmp_path / "model").predict_proba(x), model.predict_proba(x))
    with pytest.raises(wz.Error, match=r"a model of the learner learners.Supervised, .*: give learner="):
        wz.load(tmp_path / "model")
    with pytest.raises(wz.Error, match="the learner that is given is not the one"):
        wz.load(tmp_path / "model", learner=supervised(Doubled(4, 2)))


def test_a_learner_of_ones_own_keeps_what_it_keeps(tmp_path):
    data = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    model = wz.fit(Mean(), data, steps=40)
    np.testing.assert_allclose(model.variables["estimate"], data.mean(axis=0), atol=1e-5)
    assert model.history[-1]["distance"] < 1e-5
    with pytest.raises(wz.Error, match=r"Mean does not say how its outputs are predictions: use model.variables"):
        model.predict(data)
    model.save(tmp_path)
    again = wz.load(tmp_path, learner=Mean(), data=data)
    same(again.variables["estimate"], model.variables["estimate"])
    with pytest.raises(wz.Error, match="init looks at the data: give learner= and data="):
        wz.load(tmp_path, learner=Mean())
    with pytest.raises(wz.Error, match=r"of the learner .*Mean, and learners.Supervised is given"):
        wz.load(tmp_path, learner=supervised(nn.Dense(3, 2)))
    with pytest.raises(wz.Error, match="epoch of Mean are not known: give steps="):
        wz.fit(Mean(), data, epochs=2)


def test_a_study_gives_its_models(tmp_path):
    x, y = rows(80)
    x, y = x.astype(np.float32), y.astype(np.int32)
    data = wz.data.Dataset("own", wz.data.Split(x[:60], y[:60]), wz.data.Split(x[60:], y[60:]))
    base = supervised(models.MLP((3, 8, 2)))
    study = wz.Study(
        name="two", data=data, variants={"a": base, "b": wz.vary(base, optimizer=optim.SGD(0.1))},
        steps=10, evaluate_every=10, seeds=2, block=2,
    )  # fmt: skip
    results = wz.run(study, keep="last")
    model = wz.model_of(study, results, "b", 1)
    accuracy = np.mean(model.predict(x[60:]) == y[60:])
    assert accuracy == pytest.approx(float(results["test_accuracy"].sel(variant="b", seed=1).isel(step=-1)))
    model.save(tmp_path)
    same(wz.load(tmp_path).predict(x), model.predict(x))
    with pytest.raises(wz.Error, match="no variant 'c'"):
        wz.model_of(study, results, "c", 1)


# Mistakes.


def missing(y):
    y = y.astype(float)
    y[3] = np.nan
    return y


@pytest.mark.parametrize(
    ("name", "data", "more", "words"),
    [
        ("mpl", lambda x, y: (x, y), {}, "did you mean 'mlp'"),
        ("mlp", lambda x, y: (x, y[:-1]), {}, "x has 60 rows and y has 59"),
        ("mlp", lambda x, y: (x[:0], y[:0]), {}, "x and y have no rows"),
        ("mlp", lambda x, y: (x, missing(y)), {}, "y has no value in 1 of 60 rows, such as row 3"),
        ("mlp", lambda x, y: (x[:, 0], y), {}, r"x has the shape \(60,\); expected \(rows, columns\)"),
        ("mlp", lambda x, y: (x, np.stack([y, y], 1) + 1), {}, r"expected \(rows, ...\) and a target for each row"),
        ("mlp", lambda x, y: ([*x.tolist()[:-1], [1.0]], y), {}, "x has rows of different lengths"),
        ("mlp", lambda x, y: (x, y, y), {}, r"a tuple of 3 is given as data; expected \(x, y\)"),
        ("mlp", lambda x, y: {"x": x}, {}, "mlp is for images and tables, and a dict is given"),
        ("mlp", lambda x, y: pd.DataFrame(x), {}, "give target='COLUMN'"),
        ("mlp", lambda x, y: pd.DataFrame({"a": y, "b": y}), {"target": "bb"}, "did you mean 'b'"),
        ("mlp", lambda x, y: (x, y), {"target": "y"}, "target='y' names a column"),
        ("mlp", lambda x, y: (x, y), {"hiden": (8,)}, "did you mean 'hidden'"),
        ("mlp", lambda x, y: (x, y), {"hidden": 8}, "hidden is 8; expected the units"),
        ("mlp", lambda x, y: (x, y), {"steps": 5, "epochs": 1}, "give one of them"),
        ("mlp", lambda x, y: (x, y), {"optimizer": "adamm"}, "did you mean 'adam'"),
        (models.MLP((3, 2)), lambda x, y: (x, y), {}, "MLP is given; expected a model's name, or a learner"),
        ("mlp", lambda x, y: (x, y), {"keep": None}, "keep is None; expected 'best' or 'last'"),
        ("mlp", lambda x, y: "nowhere", {}, "neither a folder of images nor a data set"),
        ("small-alexnet", lambda x, y: (x, y), {}, r"is for images, and \(x, y\) with x of shape \(60, 3\)"),
        ("language-model", lambda x, y: (x, y), {}, "language-model is for texts"),
        ("mlp", lambda x, y: (x, y), {"steps": 30, "optimizer": "sgd", "learning_rate": 1e30}, "give a learning rate"),
    ],
)  # fmt: skip
@pytest.mark.wrong_types
def test_mistakes_take_one_line(name, data, more, words):
    with pytest.raises(wz.Error, match=words) as raised:
        wz.fit(name, data(*rows(60)), **more)
    assert "\n" not in str(raised.value)


def test_predictions_need_rows_like_those_of_the_training(fitted):
    with pytest.raises(wz.Error, match="x has 2 columns, and the model was trained on 3"):
        fitted.predict(np.zeros((4, 2)))
    with pytest.raises(wz.Error, match=r"give x\[None\] for one row"):
        fitted.predict(np.zeros(3))
