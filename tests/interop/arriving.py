"""Reads exports without waza: `python arriving.py TARGET FOLDER` with what `leaving.py` wrote.

It writes the largest difference of each model, relative to the largest value, at least 1, to FOLDER/read.json.
"""

import json
import sys
from pathlib import Path

import numpy as np


def tensorflow_model(path):
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    serve = loaded.signatures["serving_default"]
    return lambda inputs: {key: y.numpy() for key, y in serve(**{k: tf.constant(x) for k, x in inputs.items()}).items()}


def keras_model(path):
    import keras

    loaded = keras.models.load_model(f"{path}.keras")

    def run(inputs):
        y = loaded(inputs if len(inputs) > 1 else next(iter(inputs.values())))
        return dict(enumerate(y if isinstance(y, list | tuple) else [y]))

    return run


def difference(run, arrays):
    """The largest difference for the inputs and outputs of one part and one number of rows."""
    inputs = {key[3:]: x for key, x in arrays.items() if key.startswith("in ")}
    outputs = {key[4:]: y for key, y in arrays.items() if key.startswith("out ")}
    found = run(inputs)
    largest = 0.0
    for place, (name, y) in enumerate(outputs.items()):
        given = np.asarray(found.get(name, found.get(place)))
        assert given.shape == y.shape, (name, given.shape, y.shape)
        largest = max(largest, float(np.abs(given.astype(float) - y).max() / max(1, np.abs(y.astype(float)).max())))
    return largest


def main(to, folder):
    found = {}
    for file in sorted(Path(folder).glob("*.npz")):
        arrays = np.load(file)
        for part in {key.split(" ")[0] for key in arrays}:
            run = {"tensorflow": tensorflow_model, "keras": keras_model}[to](file.with_suffix("") / part)
            for rows in ("2", "5"):
                chosen = {key.split(" ", 2)[2]: arrays[key] for key in arrays if key.startswith(f"{part} {rows} ")}
                found[f"{file.stem} {part} {rows}"] = difference(run, chosen)
    assert "waza" not in sys.modules
    (Path(folder) / "read.json").write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
