"""A user's table, from file to answer: what is compared, what is said, and what is kept."""

import dataclasses
import json
import math
import re

import jax
import numpy as np
import pandas as pd
import pytest
import safetensors.numpy
import xarray as xr

from waza.cli import main
from waza.comparison import TECHNIQUES, ask_about_table, best_variants, comparison, outcomes, run_comparison
from waza.comparison.images import image_comparison
from waza.comparison.running import train_again
from waza.comparison.techniques import NAMES
from waza.core.errors import Error
from waza.data.preparation import prepare
from waza.kinds import Model, load_model, save_model
from waza.kinds.classifier.images import images
from waza.kinds.model_folder import remake
from waza.learners import Measure
from waza.study import decide, run
from waza.study.tuning import change

LOSS = Measure("validation_loss", "lower")


def table(rows=120, seed=0, regression=False):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows))
    y = a + b + 0.1 * rng.normal(size=rows) if regression else np.where(a + b > 0, "yes", "no")
    return pd.DataFrame({"a": a, "b": b, "colour": rng.choice(["red", "blue"], rows), "y": y})


@pytest.fixture(scope="module")
def compared():
    prepared = prepare(table(), "y")
    study = comparison(prepared.dataset, prepared.preparation, ("adam", "early_stopping"), "own", steps=40)
    return prepared, study, run(study)


def test_a_diverged_trial_is_no_perfect_score():
    """A constant answer has a smaller loss than a net that fits noise; trials that diverged are left out."""
    prepared = prepare(table(regression=True), "y")
    study = comparison(prepared.dataset, prepared.preparation, ("adam",), "own", steps=5)
    loss = np.full((2, 24, 1), 1.5) + np.random.default_rng(0).normal(0, 0.001, (2, 24, 1))
    at = np.full((2, 24), -1)
    at[1, :12] = 3
    results = xr.Dataset(
        {"test_loss": (("variant", "seed", "step"), loss), "diverged_at": (("variant", "seed"), at)},
        {"variant": ["baseline, tuned", "adam, tuned"], "step": [5]},
        {"chance_test_loss": 1.0, "measure": "test_loss"},
    )
    (found,) = decide(study.claims, results)
    assert abs(found.parts[0].effect) < 0.01 and found.parts[0].left_out == 12
    assert outcomes([found], results)[0].effect == "diverges"


def test_every_variant_has_the_same_budget():
    prepared = prepare(table(), "y")
    study = comparison(prepared.dataset, prepared.preparation, tuple(TECHNIQUES), "own")
    assert not study.tuning.widen and set(study.tuning.grid) == set(study.variants)
    assert {math.prod(map(len, numbers.values())) for numbers in study.tuning.grid.values()} == {12}
    for name, numbers in study.tuning.grid.items():
        for path, values in numbers.items():
            for end in (values[0], values[-1]):
                change(study.variants[name], {path: end})


def test_one_change_at_a_time():
    """Weight decay needs Adam, and is compared with Adam alone, tuned as well."""
    prepared = prepare(table(), "y")
    study = comparison(prepared.dataset, prepared.preparation, ("weight_decay",), "own")
    assert list(study.variants) == ["baseline", "adam", "weight_decay"]
    assert [claim.id for claim in study.claims] == ["weight_decay"]
    helps, harms = study.claims[0].parts
    assert helps.among == ("adam, tuned", "weight_decay, tuned") and helps.effect is harms.effect
    assert (helps.low, harms.high, harms.further) == (0.01, -0.01, True)
    base, adam = study.variants["baseline"], study.variants["adam"]
    assert dataclasses.replace(adam, optimizer=base.optimizer) == base


def test_each_variant_is_tuned_and_the_test_rows_choose_nothing(compared):
    _, study, results = compared
    choices = {one["variant"]: one for one in json.loads(results.attrs["tuning"])}
    assert set(choices) == {"baseline", "adam"}
    assert study.tuning.measure == "loss"
    assert best_variants(results, LOSS)[0].endswith(", tuned")
    spoilt = results.copy()
    spoilt["test_loss"] = results["test_loss"] * np.nan
    assert best_variants(spoilt, LOSS) == best_variants(results, LOSS)


def test_a_variant_that_diverged_is_not_kept(compared):
    _, _, results = compared
    spoilt = results.copy(deep=True)
    best = best_variants(results, LOSS)[0]
    spoilt["validation_loss"].loc[{"variant": best}] = np.nan
    assert best not in best_variants(spoilt, LOSS)
    spoilt["validation_loss"][:] = np.nan
    with pytest.raises(Error, match="every variant diverged"):
        best_variants(spoilt, LOSS)


@pytest.mark.parametrize("technique", sorted(TECHNIQUES))
@pytest.mark.parametrize("regression", [False, True])
def test_every_technique_can_be_tried(technique, regression):
    prepared = prepare(table(regression=regression), "y")
    study = comparison(prepared.dataset, prepared.preparation, (technique,), "own", steps=5)
    assert study.measure == ("test_loss" if regression else "test_accuracy")
    one = TECHNIQUES[technique]
    learner = change(study.variants[technique], {path: values[0] for path, values in one.grid.items()})
    leaves = [np.asarray(leaf) for leaf in _leaves(train_again(learner, study.data, 5, 0))]
    assert all(np.isfinite(leaf).all() for leaf in leaves)


def _leaves(tree):
    import jax

    return jax.tree.leaves(tree)


def test_unknown_techniques_are_named(compared):
    prepared, _, _ = compared
    with pytest.raises(Error, match="did you mean 'dropout'"):
        comparison(prepared.dataset, prepared.preparation, ("dropuot",), "own")
    assert "early_stopping" in NAMES


def test_one_training_is_the_trial_of_that_seed(compared):
    """What is kept to be used is what was compared."""
    _, study, results = compared
    variables = train_again(study.variants["adam"], study.data, study.steps, 5)
    learner = study.variants["adam"]
    logits = np.asarray(learner.model.apply(jax.device_put(variables), jax.device_put(study.data.test.x), _pass()))
    accuracy = float(np.mean(logits.argmax(axis=1) == study.data.test.y))
    trial = results["test_accuracy"].sel(variant="adam", seed=5).isel(step=-1)
    assert accuracy == pytest.approx(float(trial), abs=1.5 / len(study.data.test.y))


def _pass():
    from waza.nn import Pass

    return Pass()


def test_a_kept_model_predicts_as_before(compared, tmp_path):
    prepared, study, _ = compared
    variables = train_again(study.variants["adam"], study.data, study.steps, 5)
    model = Model(study.variants["adam"].model, variables, prepared.preparation)
    save_model(tmp_path / "model", model)
    again = load_model(tmp_path / "model")
    new = table(seed=1).drop(columns="y")
    ours, theirs = model.answers(new), again.answers(new)
    assert (ours["prediction"] == theirs["prediction"]).all()
    np.testing.assert_array_equal(ours["probability"], theirs["probability"])
    assert set(ours["prediction"]) <= {"yes", "no"}


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / "model.json").write_text("{"), "damaged"),
        (lambda folder: (folder / "variables.safetensors").write_bytes(b"x"), "damaged"),
        (lambda folder: (folder / "model.json").unlink(), "holds no model"),
        (lambda folder: _edit(folder, "version", 99), "version 99"),
        (lambda folder: _edit(folder, "model", {"class": "os.system", "fields": {}}), "none of waza's layers"),
        (lambda folder: _edit(folder, "version", "1"), "version '1'"),
        (lambda folder: _edit(folder, "preparation", classes=["no"]), "2 outputs, and 1 are needed"),
        (lambda folder: _edit(folder, "preparation", classes=["no", "no"]), "every class needs a unique name"),
        (lambda folder: _edit(folder, "preparation", columns=[]), "damaged"),
        (lambda folder: _edit(folder, "preparation", task="else"), "do not describe predictions"),
        (lambda folder: _edit(folder, "preparation", "columns", 0, scale=0), "not a column of numbers"),
        (lambda folder: _edit(folder, "preparation", "columns", 0, median="x"), "damaged"),
        (lambda folder: _edit(folder, "preparation", "columns", 0, kind="x"), "not a column of numbers"),
        (lambda folder: _edit(folder, "preparation", "columns", 0, name=3), "need names"),
        (lambda folder: _no_numbers(folder / "variables.safetensors"), "no numbers"),
    ],
)
def test_a_damaged_model_is_refused(compared, tmp_path, damage, words):
    prepared, study, _ = compared
    learner = study.variants["baseline"]
    save_model(tmp_path, Model(learner.model, train_again(learner, study.data, 1, 0), prepared.preparation))
    damage(tmp_path)
    with pytest.raises(Error, match=words):
        load_model(tmp_path)


def _edit(folder, *path, **changes):
    """Change fields of what the path leads to; without any, the path ends in a name and its value."""
    facts = json.loads((folder / "model.json").read_text())
    if not changes:
        changes, path = {path[-2]: path[-1]}, path[:-2]
    inner = facts
    for step in path:
        inner = inner[step]
    inner.update(changes)
    (folder / "model.json").write_text(json.dumps(facts))


def _no_numbers(path):
    leaves = safetensors.numpy.load_file(path)
    safetensors.numpy.save_file({name: leaf * np.nan for name, leaf in leaves.items()}, path)


def test_predictions_keep_the_digits_of_a_large_target(tmp_path):
    frame = table(regression=True)
    frame["y"] += 1e9
    prepared = prepare(frame, "y")
    study = comparison(prepared.dataset, prepared.preparation, ("adam",), "own", steps=300)
    learner = study.variants["adam"]
    model = Model(learner.model, train_again(learner, study.data, 300, 0), prepared.preparation)
    assert np.std(model.answers(frame)["prediction"] - frame["y"]) < 0.5 * np.std(frame["y"])


@pytest.mark.parametrize(
    "name", ["os.system", "builtins.eval", "waza.cli.main", "waza.nn.losses.jax.config", "waza.nn.losses.np"]
)
def test_only_wazas_layers_are_made(name):
    with pytest.raises((ValueError, AttributeError, ModuleNotFoundError)):
        remake({"function": name})


@pytest.mark.parametrize("regression", [pytest.param(False, marks=pytest.mark.slow), True])
def test_the_commands_go_from_file_to_answer(tmp_path, capsys, monkeypatch, regression):
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "cache"))
    table(regression=regression).to_csv(tmp_path / "mine.csv", index=False)
    out = tmp_path / "out.json"
    arguments = ["compare", str(tmp_path / "mine.csv"), "--target", "Y", "--try", "adam,early-stopping"]
    main(
        [*arguments, "--steps", "40", "--max-seeds", "10", "--runs", str(tmp_path), "--json", str(out), "--lang", "en"]
    )
    printed = capsys.readouterr().out
    assert "On your data:" in printed
    facts = json.loads(out.read_text())
    assert {one["technique"] for one in facts["outcomes"]} == {"adam", "early_stopping"}
    assert {note["kind"] for note in facts["notes"]} >= {"target_case"}
    table(seed=2).drop(columns="y").to_csv(tmp_path / "new.csv", index=False)
    main(["use", facts["model"], "--input", str(tmp_path / "new.csv")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split(",")[0] == "prediction"
    assert len(lines) == 121
    for language, answer in (("en", "On your data:"), ("ja", "このデータでは")):
        main(["show", "compare-mine", "--runs", str(tmp_path), "--lang", language])
        assert answer in capsys.readouterr().out


def test_a_data_frame_is_compared_in_python(tmp_path):
    question = ask_about_table(table(), "mine.csv", tried=("early-stopping",), steps=20)
    assert question.study.name == "compare-mine" and question.tried == ("early_stopping",)
    assert question.measure("test_accuracy").better == "higher"
    found = run_comparison(question, tmp_path, max_seeds=10)
    assert found.answer().startswith("On your data: early stopping") and found.answer("ja").startswith("このデータでは")
    assert found.page.is_file() and found.best == "baseline, tuned"
    assert found.model.preparation == question.material.preparation
    assert json.loads(json.dumps(found.to_json()))["model"] == str(found.folder)


@pytest.mark.slow
def test_names_of_any_kind_are_printed_and_strange_cells_remarked(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "cache"))
    frame = table().assign(**{"[/red] {0}": "1"}).rename(columns={"a": "[/]"})
    frame.to_csv(tmp_path / "表 [b].csv", index=False)
    out = tmp_path / "out.json"
    short = ["--steps", "20", "--max-seeds", "10", "--runs", str(tmp_path), "--json", str(out), "--lang", "en"]
    main(["compare", str(tmp_path / "表 [b].csv"), "--target", "y", "--try", "adam,,adam", *short])
    assert "dropped: [/red] {0}." in " ".join(capsys.readouterr().out.split())
    frame.assign(colour="grey").to_csv(tmp_path / "new.csv", index=False)
    main(["use", json.loads(out.read_text())["model"], "--input", str(tmp_path / "new.csv"), "--lang", "en"])
    printed = capsys.readouterr()
    assert "Cells of 'colour' with a category that is not in the training rows" in printed.err
    right = [line.split(",")[0] for line in printed.out.splitlines()[1:]] == frame["y"]
    assert right.mean() > 0.8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "mine.csv", "--target", "y", "--try", ","], "no technique is to be tried"),
        (["compare", "gone.csv", "--target", "y"], "no file"),
        (["compare", "mine.csv", "--target", "z"], "no column 'z'"),
        (["compare", "mine.csv", "--target", "y", "--try", "magic"], "no technique"),
        (["compare", "mine.csv", "--target", "y", "--task", "regression"], "regression needs numbers"),
        (["use", "gone", "--input", "mine.csv"], "holds no model"),
    ],
)
def test_mistakes_take_one_line(tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    table().to_csv("mine.csv", index=False)
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.slow
def test_images_are_compared_as_tables_are(stripes_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("waza.comparison.question.IMAGE_SIZE", (8, 8))
    out = tmp_path / "out.json"
    arguments = ["compare", str(stripes_folder), "--model", "mlp", "--try", "augment,dropout,early_stopping"]
    main(
        [*arguments, "--steps", "10", "--max-seeds", "10", "--runs", str(tmp_path), "--json", str(out), "--lang", "en"]
    )
    said = " ".join(capsys.readouterr().out.split())
    assert "augmentation" in said and "cross-entropy of a test image" in said
    assert re.search(r"rests on one split with \d+ test images", said) and "rows" not in said.partition("report:")[0]
    facts = json.loads(out.read_text())
    assert {one["technique"] for one in facts["outcomes"]} == {"augment", "dropout", "early_stopping"}
    main(["use", facts["model"], "--input", str(next((stripes_folder / "level").iterdir()))])
    assert capsys.readouterr().out.splitlines()[0] == "file,rank,class,probability"


@pytest.mark.slow
def test_convolutions_are_compared_with_less(stripes_folder):
    given = images(str(stripes_folder), (32, 32), (32, 32))
    tried = ("batch_norm", "dropout", "augment", "adam")
    study = image_comparison(given, "small-alexnet", tried, "own")
    assert (study.steps, study.tuning.seeds, study.measure) == (200, 3, "test_accuracy")
    assert {math.prod(map(len, numbers.values())) for numbers in study.tuning.grid.values()} == {6}
    assert study.variants["baseline"].model.dropout is None
    assert study.variants["dropout"].model.dropout is not None
    assert study.variants["augment"].augment is not None
    with pytest.raises(Error, match="alexnet takes no batch normalisation"):
        image_comparison(images(str(stripes_folder), (227, 227), (8, 8)), "alexnet", tried, "own")
    with pytest.raises(Error, match="no technique is called 'augmentt': did you mean 'augment'"):
        image_comparison(given, "mlp", ("augmentt",), "own")
