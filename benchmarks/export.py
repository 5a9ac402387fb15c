"""Exported models: ONNX Runtime on native operators against jax2onnx's, and latencies of a small network.

    python benchmarks/export.py [ROUNDS] [--tensorflow] [--keras]

1. Two LSTM layers of 256 units, 100 steps, batch 1: the file that `waza export` writes against that of jax2onnx, both
   in ONNX Runtime on the CPU, with one thread. The target is 5 times. jax2onnx (0.17) is looked for in this Python, or
   in the one that the environment variable JAX2ONNX_PYTHON names: its requirements may not fit waza's.
2. The simple convolutional network of the course, batches of 1 and of 256 images: ONNX Runtime against waza's compiled
   `Model.outputs`, and, where they are asked for, the SavedModel in TensorFlow and Keras's `predict`.

A side whose package is missing is reported and left out. Each side is a process of its own, and they take turns.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from turns import Steps, measured, work

UNITS, LAYERS, TIME = 256, 2, 100
LSTM_STEPS, NETWORK_STEPS = 20, {1: 100, 256: 5}
TARGET = 5.0
FOLDER = "WAZA_BENCHMARK_FOLDER"


def stack() -> Any:
    """Two LSTM layers."""
    from waza import nn

    return nn.StackedRecurrent(tuple(nn.Recurrent(nn.LSTM(UNITS, UNITS)) for _ in range(LAYERS)))


def network() -> Any:
    """A trained model's classes and numbers do not matter here: the network has its initial values."""
    import jax

    from waza import models
    from waza.data.image_preparation import ImagePreparation
    from waza.kinds.model_folder import prepared_model

    layer = models.simple_convnet()
    classes = tuple(map(str, range(10)))
    return prepared_model(layer, layer.init(jax.random.key(0)), ImagePreparation((28, 28), 1, classes))


def write_lstm(folder: Path) -> None:
    """The file of `waza export`."""
    import jax

    from waza.interop.exporting import export
    from waza.interop.part import BATCH, Exportable, Part, Tensor, random_inputs

    layer = stack()
    given = (Tensor("x", "float32", (BATCH, TIME, UNITS)),)
    found = (Tensor("y", "float32", (BATCH, TIME, UNITS)),)
    part = Part("model", layer, layer.init(jax.random.key(0)), given, found, random_inputs(given))
    export(Exportable((part,), {}), "onnx", folder / "lstm")


def write_by_jax2onnx(folder: str) -> None:
    """The file of jax2onnx for the same layers with the same values.

    It is given a plain scan of the cells: it replaces functions of JAX while it traces, among them one by which waza's
    layers check a state.
    """
    import jax
    import jax.numpy as jnp
    from jax2onnx import to_onnx

    from waza import nn

    layers = stack()
    variables = layers.init(jax.random.key(0))

    def outputs(x: Any) -> Any:
        x = jnp.swapaxes(x, 0, 1)
        for layer, own in zip(layers.layers, variables["layers"], strict=True):

            def step(state: Any, now: Any, cell: Any = layer.cell, own: Any = own["cell"]) -> Any:
                return cell.advance(own, state, nn.Preactivations(now, own))

            _, x = jax.lax.scan(step, layer.cell.start(1), layer.cell.project(own["cell"], x))
        return jnp.swapaxes(x, 0, 1)

    Path(folder, "jax2onnx.onnx").write_bytes(to_onnx(outputs, [(1, TIME, UNITS)]).SerializeToString())


def session_of(path: Path) -> Any:
    """A session of ONNX Runtime with one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def steps_of(name: str, form: str) -> Steps:
    """A function that computes the outputs of one batch some times."""
    folder, rng = Path(os.environ[FOLDER]), np.random.default_rng(0)
    if name == "lstm":
        session = session_of(folder / ("lstm/model.onnx" if form == "waza export" else "jax2onnx.onnx"))
        given = {session.get_inputs()[0].name: rng.normal(size=(1, TIME, UNITS)).astype(np.float32)}
        return _times(lambda: session.run(None, given))
    images = rng.integers(0, 256, (int(name), 28, 28, 1)).astype(np.uint8)
    if form == "ONNX Runtime":
        session = session_of(folder / "onnx" / "model.onnx")
        return _times(lambda: session.run(None, {"images": images}))
    if form == "waza":
        model = network()
        return _times(lambda: model.outputs(images))
    if form == "TensorFlow":
        import tensorflow

        loaded = tensorflow.saved_model.load(str(folder / "tensorflow" / "model"))
        given = tensorflow.constant(images)
        function = loaded.signatures["serving_default"]
        return _times(lambda: function(images=given))
    import keras

    model = keras.saving.load_model(folder / "keras" / "model.keras")
    return _times(lambda: model.predict(images, batch_size=len(images), verbose=0))


def _times(compute: Any) -> Steps:
    def steps(count: int) -> None:
        for _ in range(count):
            compute()

    return steps


def lstm(folder: Path, rounds: int) -> None:
    """Print the latency of both files."""
    write_lstm(folder)
    python = os.environ.get("JAX2ONNX_PYTHON", sys.executable)
    made = subprocess.run([python, __file__, "--jax2onnx", folder], capture_output=True, text=True)
    forms = ["waza export", *(["jax2onnx"] if made.returncode == 0 else [])]
    if made.returncode:
        print(f"jax2onnx is left out: {made.stderr.strip().splitlines()[-1]}")
    seconds = measured(__file__, "lstm", forms, LSTM_STEPS, rounds)
    found = {form: 1000 * statistics.median(values) for form, values in seconds.items()}
    print(f"{LAYERS} LSTM layers of {UNITS} units, {TIME} steps, batch 1, milliseconds: {_told(found)}")
    if "jax2onnx" in found:
        print(f"  {found['jax2onnx'] / found['waza export']:.1f} times as fast (target {TARGET})")
        print(f"  largest difference of the two: {_difference(folder):.1e}")


def _difference(folder: Path) -> float:
    """Between the outputs of both files."""
    x = np.random.default_rng(1).normal(size=(1, TIME, UNITS)).astype(np.float32)
    sessions = [session_of(folder / path) for path in ("lstm/model.onnx", "jax2onnx.onnx")]
    ours, theirs = (one.run(None, {one.get_inputs()[0].name: x})[0] for one in sessions)
    return float(np.abs(ours - theirs).max())


def latencies(folder: Path, rounds: int, more: list[str]) -> None:
    """Print the latency of a small convolutional network."""
    from waza.core.errors import Error
    from waza.kinds.exported import export_model

    forms = ["ONNX Runtime", "waza"]
    for name, target in (("ONNX Runtime", "onnx"), ("TensorFlow", "tensorflow"), ("Keras", "keras")):
        if name not in forms and f"--{target}" not in more:
            continue
        try:
            export_model(network(), target, folder / target)
        except Error as error:
            print(f"{name} is left out: {error}")
            continue
        forms += [] if name in forms else [name]
    for rows, steps in NETWORK_STEPS.items():
        seconds = measured(__file__, str(rows), forms, steps, rounds)
        found = {form: 1000 * statistics.median(values) for form, values in seconds.items()}
        print(f"simple_convnet, {rows} images, milliseconds: {_told(found)}")


def _told(found: dict[str, float]) -> str:
    return ", ".join(f"{form} {value:.3f}" for form, value in found.items())


def main() -> None:
    """Write the files, and measure."""
    if sys.argv[1:2] == ["--work"]:
        work(steps_of(*sys.argv[2:]))
        return
    if sys.argv[1:2] == ["--jax2onnx"]:
        write_by_jax2onnx(sys.argv[2])
        return
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    with tempfile.TemporaryDirectory() as name:
        os.environ[FOLDER] = name
        rounds = numbers[0] if numbers else 9
        lstm(Path(name), rounds)
        latencies(Path(name), rounds, [one for one in sys.argv[1:] if one.startswith("--")])


if __name__ == "__main__":
    main()
