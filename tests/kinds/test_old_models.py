"""Models that version 0.1 wrote are read, and predict as they did."""

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from waza import nn
from waza.core.errors import Error
from waza.kinds import Model, load_model, save_model

OLD = Path(__file__).parent.parent / "fixtures" / "v0.1"
EXPECTED = json.loads((OLD / "expected.json").read_text())


def answers(model, inputs):
    given, _ = model.preparation.read([OLD / "inputs" / name for name in inputs])
    return {name: list(values) for name, values in model.answers(given).items() if name != "file"}


def agree(found, expected):
    assert set(found) == set(expected)
    for name, values in expected.items():
        if isinstance(values[0], str):
            assert found[name] == values
        else:
            np.testing.assert_allclose(found[name], values, rtol=1e-5)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_predictions_are_the_same_before_and_after_a_model_is_written_again(name, tmp_path):
    expected = EXPECTED[name]
    model = load_model(OLD / "models" / name)
    agree(answers(model, expected["inputs"]), expected["answers"])
    save_model(tmp_path, model)
    agree(answers(load_model(tmp_path), expected["inputs"]), expected["answers"])
    assert "waza." not in (tmp_path / "model.json").read_text()


def test_layers_and_arrays_have_public_names(tmp_path):
    save_model(tmp_path, load_model(OLD / "models" / "convnet"))
    described = json.loads((tmp_path / "model.json").read_text())["model"]
    assert described["class"] == "models.ConvNet"
    assert described["fields"]["activation"] == {"function": "nn.relu"}
    paths = set(safetensors.numpy.load_file(tmp_path / "variables.safetensors"))
    assert {"convolutions.0.convolution.weight", "hidden.0.norm.mean", "output.bias"} <= paths


class Own(nn.Dense):
    """A user's own layer."""


def test_a_layer_that_could_not_be_loaded_is_not_saved(tmp_path):
    layer = Own(2, 2, nn.Xavier())
    with pytest.raises(Error, match=r"cannot be saved .*: use layers of waza.nn and waza.models"):
        save_model(tmp_path, Model(layer, {}, load_model(OLD / "models" / "mlp").preparation))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda arrays: arrays.pop("output.bias"), "output.bias is missing"),
        (lambda arrays: arrays.update(more=np.zeros(1)), "more is not expected"),
        (lambda arrays: arrays.update({"output.bias": np.zeros(7, np.float32)}), r"output.bias is float32 \(7,\)"),
        (lambda arrays: arrays.update({"output.bias": np.full(2, np.nan, np.float32)}), "output.bias has values"),
    ],
)
def test_arrays_that_do_not_fit_are_named(tmp_path, change, words):
    save_model(tmp_path, load_model(OLD / "models" / "mlp"))
    path = tmp_path / "variables.safetensors"
    arrays = safetensors.numpy.load_file(path)
    change(arrays)
    safetensors.numpy.save_file(arrays, path)
    with pytest.raises(Error, match=words):
        load_model(tmp_path)
