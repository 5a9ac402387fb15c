"""Every kind of model leaves for TensorFlow and Keras, and is served there by a process without waza."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PARTS = {
    "images": 1, "wide images": 1, "grouped images": 1, "local response": 1, "table": 1, "lstm": 1, "peepholes": 1,
    "CartPole-v1": 1, "Pendulum-v1": 1, "FrozenLake-v1": 1, "text": 1, "vae": 2, "seq2seq": 2, "transformer": 2,
}  # fmt: skip
REFUSED = {  # by Keras, and what to do
    "local response": "leave it out, use BatchNorm, or `waza export --to tensorflow`",
    "table": "export it by --to tensorflow or --to onnx",
    "peepholes": "use peepholes=False, or `waza export --to tensorflow`",
    "seq2seq": "export it by --to tensorflow or --to onnx",
    "transformer": "export it by --to tensorflow or --to onnx",
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["tensorflow", "keras"])
def left(request, tmp_path_factory):
    """The target, what one process wrote to it, and what another one read."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    for script, backend in (("leaving.py", "jax"), ("arriving.py", "tensorflow")):
        run = [sys.executable, FOLDER / script, request.param, folder]
        subprocess.run(run, check=True, env={**environment, "KERAS_BACKEND": backend}, timeout=900)
    written, read = (json.loads((folder / name).read_text("utf-8")) for name in ("found.json", "read.json"))
    return request.param, folder, written, read


@pytest.mark.parametrize("name", PARTS)
def test_a_model_leaves_and_is_served(left, name):
    to, folder, written, read = left
    if to == "keras" and name in REFUSED:
        assert REFUSED[name] in written[name] and "\n" not in written[name]
        assert not (folder / name).exists()
        return
    assert isinstance(written[name], dict), written[name]
    assert len(written[name]) == PARTS[name] and max(written[name].values()) < 1e-5
    served = {key: value for key, value in read.items() if key.startswith(f"{name} ")}
    assert len(served) == 2 * PARTS[name] and max(served.values()) < 1e-5
