"""Damaged model folders are refused by name; folders that were written without checksums are read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from waza.core.errors import Error
from waza.kinds import load_model, save_model

OLD = Path(__file__).parent.parent / "fixtures" / "v0.1" / "models"
HISTORY = ({"step": 0, "validation_loss": 1.5}, {"step": 10, "validation_loss": 0.25})
FILES = ("model.json", "variables.safetensors", "history.json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of a small model of a table."""
    path = tmp_path_factory.mktemp("saved") / "model"
    model = load_model(OLD / "table")
    object.__setattr__(model, "history", HISTORY)
    save_model(path, model)
    return path


def refused(path):
    with pytest.raises(Error) as raised:
        load_model(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("name", FILES)
def test_any_damaged_bit_is_found(folder, tmp_path, name):
    path = shutil.copytree(folder, tmp_path / "model")
    content = (path / name).read_bytes()
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(content), 25):
        damaged = bytearray(content)
        damaged[place] ^= 1 << rng.integers(8)
        (path / name).write_bytes(damaged)
        said = refused(path)
        assert "is damaged" in said or "is of version" in said
    (path / name).write_bytes(content)
    assert load_model(path).history == HISTORY


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [0, 10, -20])
def test_files_that_are_cut_off_are_damaged(folder, tmp_path, name, size):
    path = shutil.copytree(folder, tmp_path / "model")
    (path / name).write_bytes((path / name).read_bytes()[:size])
    assert "is damaged" in refused(path)


def test_variables_of_another_model_of_the_same_shape_are_refused(folder, tmp_path):
    model = load_model(folder)
    other = {name: value for name, value in vars(model).items() if not name.startswith("_")}
    other["variables"] = {"hidden": model.variables["hidden"], "output": _doubled(model.variables["output"])}
    save_model(tmp_path / "other", type(model)(**other))
    shutil.copy(folder / "variables.safetensors", tmp_path / "other")
    assert "variables.safetensors has changed since it was written" in refused(tmp_path / "other")


def _doubled(layer):
    return {name: 2 * np.asarray(value) for name, value in layer.items()}


def test_checksums_can_be_missing_in_old_folders_only(folder, tmp_path):
    path = shutil.copytree(folder, tmp_path / "model")
    facts = json.loads((path / "model.json").read_text("utf-8"))
    del facts["sha256"]
    (path / "model.json").write_text(json.dumps(facts), "utf-8")
    assert "the checksums in model.json are missing" in refused(path)
    (path / "model.json").write_text(json.dumps(facts | {"version": 2}), "utf-8")
    assert load_model(path).history == HISTORY


def test_a_model_can_be_copied_without_its_history(folder, tmp_path):
    for name in FILES[:2]:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert load_model(tmp_path).history == ()
