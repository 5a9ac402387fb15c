"""Splits of each seed's own: who trains, chooses and judges on which rows."""

import dataclasses

import jax
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waza import Study, Tuning, models, nn, optim, run
from waza.comparison.question import FEW_TEST_ROWS, SPLITS, ask_about_rows, ask_about_table
from waza.comparison.splits import OnSplits, on_one_split, splits_of
from waza.data import Dataset, Split
from waza.data.preparation import prepare
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.kinds.table.material import table
from waza.learners.keys import step_key, trial_key
from waza.study.record import record_of


def rows(count=60, regression=False, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 2)).astype(np.float32)
    y = x.sum(1) + 3 if regression else (x[:, 0] > 0).astype(np.int32)
    cut = [int(0.6 * count), int(0.8 * count)]
    train, validation, test = (Split(a, b) for a, b in zip(np.split(x, cut), np.split(y, cut), strict=True))
    return Dataset("rows", train, test, validation)


def learner(regression=False, rate=0.1):
    loss = nn.SquaredError() if regression else nn.CrossEntropy()
    return OnSplits(models.MLP((2, 4, 1 if regression else 2)), optim.SGD(rate), loss, batch_size=8, probes=False)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), count=st.integers(30, 80), groups=st.integers(5, 12))
def test_no_group_is_in_two_parts_of_a_split(seed, count, groups):
    of = np.random.default_rng(seed).integers(0, groups, count)
    of[:groups] = range(groups)
    splits = splits_of(rows(count), 4, of)
    for place in range(4):
        parts = splits.positions(place)
        assert sorted(np.concatenate(parts)) == list(range(count))
        assert not any(set(of[a]) & set(of[b]) for a in parts[:1] for b in parts[1:])
        assert not set(of[parts[1]]) & set(of[parts[2]])


def test_groups_of_any_sizes_are_divided_anew_for_each_seed():
    groups = np.repeat(range(30), range(1, 31))
    splits = splits_of(rows(len(groups)), SPLITS, groups)
    tested = [splits.positions(place)[2] for place in range(SPLITS)]
    assert len({tuple(sorted(one)) for one in tested}) > SPLITS / 2
    assert len(set(groups[np.concatenate(tested)])) > 20
    assert all(0.15 < len(one) / len(groups) < 0.25 for one in tested)


def test_each_seed_has_its_own_split_with_the_same_shares_of_the_classes():
    data = rows()
    splits = splits_of(data, SPLITS)
    drawn = [tuple(sorted(splits.positions(place)[2])) for place in range(SPLITS)]
    assert len(set(drawn)) == SPLITS
    assert splits.overlap == pytest.approx(0.2)
    ones = [splits.y[splits.positions(place)[2]].sum() for place in range(SPLITS)]
    assert len(set(ones)) == 1


def test_batches_hold_training_rows_of_their_seed_and_no_others():
    data = rows(regression=True)
    splits = splits_of(data, 3)._replace(mean=np.zeros(3, np.float32), scale=np.ones(3, np.float32))
    one = learner(regression=True)
    for seed in range(3):
        allowed = set(splits.y[splits.positions(seed)[0]].tolist())
        for step in range(5):
            batch = one.batch(splits, step_key(trial_key(seed, "batch"), step), step)
            assert set(np.asarray(batch.y).tolist()) <= allowed


@pytest.mark.parametrize("regression", [False, True])
def test_a_seeds_measures_are_those_of_its_own_rows(regression):
    """The oracle is a learner that is evaluated on the rows of that seed alone."""
    splits = splits_of(rows(regression=regression), 3)
    splits = splits._replace(counts=splits.counts - np.array([[0, 0, 0], [0, 3, 0], [0, 0, 5]], np.uint32), even=False)
    one = learner(regression)
    for seed in range(3):
        train, validation, test = (Split(splits.x[at], splits.targets(seed, at)) for at in splits.positions(seed))
        if regression:
            assert np.mean(train.y) == pytest.approx(0, abs=1e-6) and np.std(train.y) == pytest.approx(1, abs=1e-5)
        own = Dataset("own", train, test, validation)
        state = one.init(trial_key(seed, "init"), splits)
        found = one.evaluate(state, splits, trial_key(seed, "evaluate"))
        expected = on_one_split(one).evaluate(state, own, trial_key(seed, "evaluate"))
        for name in ("test_loss", "validation_loss"):
            values = [float(mean.total / mean.weight) for mean in (found[name], expected[name])]
            assert values[0] == pytest.approx(values[1], rel=1e-5)


def test_a_diverged_trial_counts_at_no_level():
    assert learner().chance(splits_of(rows(), 2)) == {}


def test_the_validation_rows_choose_the_settings_of_each_seed_and_a_rate_that_diverges_is_not_chosen():
    """Three rates: one too small, one that works, and one at which trials diverge."""
    splits = splits_of(rows(regression=True), 10)
    study = Study(
        name="nested",
        variants={"sgd": learner(regression=True)},
        data=splits,
        measure="test_loss",
        seeds=10,
        block=10,
        steps=60,
        evaluate_every=60,
        tuning=Tuning(
            grid={"sgd": {"optimizer.learning_rate": (1e-6, 0.05, 1e3)}},
            measure="validation_loss",
            widen=False,
            nested=True,
        ),
    )
    results = run(study)
    assert list(results["variant"].values) == ["sgd, tuned"]
    assert (results["diverged_at"] < 0).all() and float(results["test_loss"].isel(step=-1).max()) < 0.9
    (choice,) = record_of(results).tuning
    assert choice.settings == {"optimizer.learning_rate": 0.05}
    assert [one.trained for one in choice.tried][:2] == [1, 1] and choice.tried[2].trained < 1
    assert record_of(results).overlap == pytest.approx(0.2) and record_of(results).splits == "per seed"


def test_few_rows_are_divided_for_each_seed_and_many_are_not():
    rng = np.random.default_rng(0)
    few = pd.DataFrame({"a": rng.normal(size=100), "y": rng.choice(["u", "v"], 100)})
    assert ask_about_table(few, "few.csv").study.seeds == SPLITS
    count = 5 * FEW_TEST_ROWS
    many = pd.DataFrame({"a": rng.normal(size=count), "y": rng.choice(["u", "v"], count)})
    question = ask_about_table(many, "many.csv")
    assert isinstance(question.study.data, Dataset) and not question.study.tuning.nested


def test_a_data_set_keeps_its_own_test_rows():
    data = rows()._replace(validation=None)
    question = ask_about_rows(table(data), "own", tried=("adam",))
    assert isinstance(question.study.data, Dataset) and len(question.study.data.test.y) == len(data.test.y)


def test_columns_are_fitted_without_the_target():
    """The preparation is fitted once, on the training rows of the first split; it holds nothing of the target."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=80), "b": rng.choice(["u", "v"], 80), "y": rng.normal(size=80)})
    part = np.arange(80) % 3
    shuffled = frame.assign(y=rng.permutation(frame["y"].to_numpy()))
    fitted = [prepare(one, "y", part=part).preparation.columns for one in (frame, shuffled)]
    assert fitted[0] == fitted[1]


def test_the_kept_model_is_trained_on_one_split():
    data = rows()
    one = on_one_split(learner())
    assert dataclasses.asdict(one).keys() == dataclasses.asdict(learner()).keys()
    trained = train_single(single_program(one, data, 5), 0, Plan(steps=5, evaluate_every=5, keep="last"))
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(trained.variables))
