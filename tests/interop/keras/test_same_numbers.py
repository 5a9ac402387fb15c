"""Each layer and its Keras counterpart with the same weights: predictions, loss and gradients, by two backends."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
spec = importlib.util.spec_from_file_location("compare", FOLDER / "compare.py")
compare = importlib.util.module_from_spec(spec)
spec.loader.exec_module(compare)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["tensorflow", "jax"])
def found(request, tmp_path_factory):
    """The differences of all cases, computed by a process with this backend."""
    for package in ("keras", *(["tensorflow"] if request.param == "tensorflow" else [])):
        if importlib.util.find_spec(package) is None:  # importing it here would decide on this process's backend
            pytest.skip(f"{package} is not installed")
    out = tmp_path_factory.mktemp(request.param) / "found.json"
    environment = {**os.environ, "KERAS_BACKEND": request.param, "TF_CPP_MIN_LOG_LEVEL": "2"}
    subprocess.run([sys.executable, FOLDER / "compare.py", out], check=True, env=environment, timeout=900)
    read = json.loads(out.read_text("utf-8"))
    assert read["backend"] == request.param
    return read


@pytest.mark.parametrize("name", compare.CASES)
def test_predictions_loss_and_gradients_agree(found, name):
    assert "error" not in found[name], found[name]["error"]
    assert {kind: found[name][kind] for kind in compare.CLAIMED if found[name][kind] > 1e-5} == {}


@pytest.mark.parametrize("name", [name for name in compare.CASES if name not in compare.UNREAD])
def test_what_went_to_keras_comes_back(found, name):
    assert found[name]["back"] < 1e-5
