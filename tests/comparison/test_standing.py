"""Reference rows, and what is said of a network beside them."""

import dataclasses
import json

import jax
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from sklearn.linear_model import LogisticRegression, Ridge

from waza.comparison import ask_about_table, run_comparison
from waza.comparison.references import BOOSTING, CONSTANT, LINEAR, seconds_of_references, with_references
from waza.comparison.running import _kept
from waza.comparison.splits import splits_of
from waza.comparison.worth import above_constant, gap
from waza.core.errors import Error
from waza.data import Dataset, Split
from waza.engine.watch import Interrupted, Watch
from waza.learners import Measure
from waza.study.record import RunRecord

ACCURACY, LOSS = Measure("test_accuracy", "higher"), Measure("test_loss", "lower")


def results(measure, values, diverged=(), overlap=0.2, rows=100):
    """Results of two tuned variants at the last of two steps, (variant, seed)."""
    values = np.asarray(values, np.float32)
    both = np.stack([np.zeros_like(values), values], axis=2)
    at = np.full(values.shape, -1, np.int32)
    for variant, seed in diverged:
        at[variant, seed] = 3
        both[variant, seed] = np.nan
    names = ["baseline, tuned", "adam, tuned"][: len(values)]
    record = RunRecord(study="own", measure=measure.name, measures=(measure,), overlap=overlap, rows={"test": rows})
    return xr.Dataset(
        {measure.name: (("variant", "seed", "step"), both), "diverged_at": (("variant", "seed"), at)},
        {"variant": names, "seed": np.arange(values.shape[1]), "step": [0, 5]},
        record.to_attrs(),
    )


def data(regression=False, seed=0, count=100):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 3)).astype(np.float32)
    y = (x[:, 0] + 0.1 * x[:, 1]).astype(np.float32) if regression else (x[:, 0] > 0.5).astype(np.int32)
    parts = np.split(np.arange(count), [60, 80])
    train, validation, test = (Split(x[part], y[part]) for part in parts)
    return Dataset("rows", train, test, validation)


@pytest.mark.parametrize("regression", [False, True])
def test_reference_rows_are_trained_and_tested_on_the_rows_of_each_seed(regression):
    splits = splits_of(data(regression), 4)
    measure, task = (LOSS, "regression") if regression else (ACCURACY, "classification")
    found = with_references(results(measure, np.zeros((2, 4))), splits, task, 2)
    assert list(found["variant"].values[2:]) == [CONSTANT, LINEAR, BOOSTING]
    last = found[measure.name].isel(step=-1)
    assert found[measure.name].isel(step=0).sel(variant=LINEAR).isnull().all()
    for seed in range(4):
        train, validation, test = ((splits.x[at], splits.targets(seed, at)) for at in splits.positions(seed))
        constant, linear = (float(last.sel(variant=name, seed=seed)) for name in (CONSTANT, LINEAR))
        if regression:
            assert constant == pytest.approx(np.mean(test[1] ** 2), rel=1e-4)  # the training mean is 0
            tried = [Ridge(alpha=one).fit(*train) for one in (0.1, 1, 10, 100, 1000)]
            best = min(tried, key=lambda one: np.mean((one.predict(validation[0]) - validation[1]) ** 2))
            assert linear == pytest.approx(np.mean((best.predict(test[0]) - test[1]) ** 2), rel=1e-4)
        else:
            frequent = np.bincount(train[1]).argmax()
            assert constant == pytest.approx(np.mean(test[1] == frequent))
            scores = [
                LogisticRegression(C=one, max_iter=300).fit(*train).score(*test) for one in (10, 1, 0.1, 1e-2, 1e-3)
            ]
            assert any(linear == pytest.approx(one) for one in scores) and linear > 0.8


def test_each_split_is_told_and_a_stop_is_heard():
    class Second(Watch):
        told: list[int] = []  # noqa: RUF012

        def training(self, steps):
            self.told.append(steps)

        def advance(self, steps):
            self.told.append(steps)

        def stop_asked(self):
            return len(self.told) > 2

    splits = splits_of(data(), 4)
    with pytest.raises(Interrupted, match="the reference models of 2 of 4 splits"):
        with_references(results(ACCURACY, np.zeros((2, 4))), splits, "classification", 2, Second())
    assert Second.told == [4, 1, 1]
    assert 0 < seconds_of_references(splits, "classification", 2) < 10


def test_one_split_gives_every_seed_the_same_reference():
    found = with_references(results(ACCURACY, np.zeros((2, 5)), overlap=0.0), data(), "classification", 2)
    last = found["test_accuracy"].isel(step=-1).sel(variant=[CONSTANT, LINEAR, BOOSTING])
    assert (last == last.isel(seed=0)).all()


def test_classes_that_the_training_rows_lack_are_no_error():
    one = data()
    train = Split(one.train.x, np.zeros(60, np.int32))
    found = with_references(results(ACCURACY, np.zeros((2, 3))), one._replace(train=train), "classification", 2)
    last = found["test_accuracy"].isel(step=-1, seed=0).sel(variant=[CONSTANT, LINEAR, BOOSTING])
    assert last.values == pytest.approx(np.mean(one.test.y == 0))


def test_a_network_is_above_the_constant_only_where_its_interval_is():
    rng = np.random.default_rng(0)
    luck = rng.normal(0, 0.03, (2, 20))
    above = with_constant(results(ACCURACY, 0.8 + luck), 0.6)
    assert above_constant(above, ACCURACY).better
    level = with_constant(results(ACCURACY, 0.62 + luck), 0.6)
    assert not above_constant(level, ACCURACY).better
    falls = with_constant(results(LOSS, 0.4 + luck), 1.0)
    assert above_constant(falls, LOSS).better and above_constant(falls, LOSS).points == pytest.approx(60, abs=3)


def with_constant(found, level):
    constant = found.isel(variant=[0]).assign_coords(variant=[CONSTANT])
    return xr.concat([found, constant * 0 + level], dim="variant", combine_attrs="override").assign_attrs(found.attrs)


def test_a_diverged_trial_has_no_part_in_a_gap_and_one_split_has_the_error_of_its_rows():
    values = np.full((2, 12), 0.7)
    found = with_constant(results(ACCURACY, values, diverged=[(1, 0)]), 0.6)
    found["diverged_at"] = found["diverged_at"].astype(np.int32)
    assert gap(found, ACCURACY, "adam, tuned", CONSTANT, 0.95).points == pytest.approx(10, abs=1e-4)
    one = with_constant(results(ACCURACY, values, overlap=0.0, rows=400), 0.6)
    half = 100 * 1.96 * np.sqrt((0.3 + 0.4 - 0.01) / 400)
    assert gap(one, ACCURACY, "adam, tuned", CONSTANT, 0.95).low == pytest.approx(10 - half, abs=1e-3)


@pytest.fixture(scope="module")
def by_lot(tmp_path_factory):
    """A comparison on labels that are drawn by lot."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(100, 3)), columns=list("abc")).assign(y=rng.choice(["u", "v"], 100))
    question = ask_about_table(frame, "lot.csv", tried=("adam",), steps=30)
    return run_comparison(question, tmp_path_factory.mktemp("runs"), max_seeds=10)


def test_an_answer_on_labels_by_lot_begins_with_the_constant(by_lot):
    """The kept model is sound, and both languages say it first."""
    assert by_lot.results.sizes["seed"] == 10
    english, japanese = by_lot.answer("en"), by_lot.answer("ja")
    assert english.index("predicts better than the most frequent class") < english.index("On your data:")
    assert "100 rows in 10 random splits, with about 20 test rows each" in english
    assert japanese.index("最も多いクラスを常に答える場合") < japanese.index("このデータでは")
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(by_lot.model.variables))
    facts = json.loads(json.dumps(by_lot.to_json()))
    assert facts["constant"]["reference"] == CONSTANT and len(facts["references"]) == 2
    stored = xr.load_dataset(by_lot.page.parent / "results.nc", engine="scipy")
    assert {"baseline, tuned", "adam, tuned", CONSTANT, LINEAR, BOOSTING} == set(stored["variant"].values)
    page = by_lot.page.read_text("utf-8")
    assert page.index("predicts better than the most frequent class") < page.index("</table>")


def test_a_model_that_is_not_finite_is_not_kept(by_lot, monkeypatch):
    spoilt, damaged = [], dataclasses.replace(by_lot.model, variables={"weight": np.array([np.nan])})

    def first_fails(question, results, variant):
        spoilt.append(variant)
        return damaged if len(spoilt) == 1 else by_lot.model

    monkeypatch.setattr("waza.comparison.running.best_model", first_fails)
    assert _kept(by_lot.question, by_lot.results)[0] == spoilt[1] != spoilt[0]
    monkeypatch.setattr("waza.comparison.running.best_model", lambda *_: damaged)
    with pytest.raises(Error, match="every variant diverged"):
        _kept(by_lot.question, by_lot.results)
