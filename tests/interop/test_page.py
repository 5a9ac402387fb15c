"""A page in which a classifier is tried: what it holds, what a browser answers, and what cannot be a page."""

import json
import shutil
import subprocess
from pathlib import Path

import jax
import numpy as np
import pytest

from waza import models, nn
from waza.core.errors import Error
from waza.data.array_preparation import ArrayPreparation
from waza.data.image_preparation import ImagePreparation
from waza.interop.page import target
from waza.kinds.exported import export_model
from waza.kinds.model_folder import prepared_model

NETWORK = models.ConvNet((models.Convolution(3, 5, pool=nn.MaxPool(4)),), (8,), 3)
RUNTIME = target.RUNTIME


@pytest.fixture(scope="module")
def model():
    variables = jax.jit(NETWORK.init)(jax.random.key(0))
    return prepared_model(NETWORK, variables, ImagePreparation((28, 28), 1, ("one", "</script>", "three")))


def test_without_the_browsers_runtime_there_is_no_page(model, tmp_path, monkeypatch):
    monkeypatch.setattr(target, "RUNTIME", tmp_path)
    with pytest.raises(Error, match="needs onnxruntime-web, which this installation has not: run `make web`"):
        export_model(model, "page", tmp_path / "out")


def test_only_classifiers_of_images_become_pages(tmp_path, monkeypatch):
    for name in (target.SCRIPT, target.WASM):
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(target, "RUNTIME", tmp_path)
    network = models.MLP((2, 2))
    variables = jax.jit(network.init)(jax.random.key(0))
    numbers = prepared_model(network, variables, ArrayPreparation((2,), "float32", 2, "regression"))
    with pytest.raises(Error, match="a page is for classifiers of images: export this model to onnx"):
        export_model(numbers, "page", tmp_path / "out")


@pytest.mark.slow
@pytest.mark.skipif(not (RUNTIME / target.WASM).is_file(), reason="needs onnxruntime-web: make web")
@pytest.mark.skipif(not shutil.which("chromium") or not shutil.which("node"), reason="needs Chromium and Node")
def test_a_browser_answers_as_waza_does(model, tmp_path):
    export_model(model, "page", tmp_path / "out")
    script = Path(__file__).with_name("browser.mjs")
    command = ["node", "--experimental-websocket", script, tmp_path / "out" / "model.html", tmp_path / "profile"]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(made.stdout)
    pixels = np.array(found["pixels"], np.uint8).reshape(1, 28, 28, 1)
    shares = dict(zip(model.classes, model.predict_proba(pixels)[0], strict=True))
    assert pixels.max() > 200 and [name for name, _ in found["answers"]] == sorted(shares, key=lambda one: -shares[one])
    assert dict(found["answers"]) == pytest.approx(shares, abs=1e-5)
