"""Exported models in onnxruntime-web, under Node. `make web` fetches it."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from waza import models, nn
from waza.interop.onnx.target import TARGET

PACKAGE = Path(__file__).parents[2] / "build" / "node_modules" / "onnxruntime-web"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PACKAGE.is_dir() or shutil.which("node") is None, reason="needs Node and onnxruntime-web: make web"
    ),
]
LAYERS = {
    "images": (models.ConvNet((models.Convolution(3, 3, pool=nn.MaxPool(2)),), (4,), 3, (8, 8, 1)), (8, 8, 1)),
    "sequences": (models.SequenceModel(nn.Bidirectional(nn.LSTM(3, 4, peepholes=True)), 2, "last"), (5, 3)),
    "attention": (nn.MultiHead(6, 2), (4, 6)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_the_browsers_runtime_agrees(name, part_of, tmp_path):
    layer, shape = LAYERS[name]
    part = part_of(layer, *shape)
    TARGET.write(part, tmp_path / "model.onnx", {})
    inputs = part.sample(np.random.default_rng(0), 3)
    given = {"x": {"type": "float32", "dims": inputs[0].shape, "data": inputs[0].ravel().tolist()}}
    (tmp_path / "inputs.json").write_text(json.dumps(given))
    script = Path(__file__).with_name("web.mjs")
    command = ["node", script, PACKAGE, tmp_path / "model.onnx", tmp_path / "inputs.json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["y0"]
    expected = part.compute(inputs)["y0"]
    assert np.allclose(np.reshape(found["data"], found["dims"]), expected, atol=1e-5)
