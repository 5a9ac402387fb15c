"""The target "keras": each part of a model as a `.keras` file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from waza.interop.part import Part
from waza.interop.target import Run, Target


class KerasTarget(Target):
    """Files of Keras, in its own layers: they can be trained further, with any backend and without waza."""

    name = "keras"
    ending = ".keras"
    packages = ("keras",)
    extra = "tensorflow"

    def write(self, part: Part, path: Path, facts: Mapping[str, Any]) -> None:
        """Write the part's Keras model.

        Raises:
            Error: a layer has no counterpart in Keras.
        """
        from waza.interop.keras.parts import keras_part

        keras_part(part).save(path)

    def read(self, part: Part, path: Path) -> Run:
        """The loaded file's predictions."""
        from waza.interop.keras.graph import load_file

        loaded = load_file(path)

        def run(inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
            given = [inputs[one.name] for one in part.inputs]
            found = loaded(given[0] if len(given) == 1 else given)
            outputs = found if isinstance(found, list | tuple) else (found,)
            pairs = zip(part.outputs, outputs, strict=True)
            return {one.name: np.asarray(y).astype(one.dtype, copy=False) for one, y in pairs}

        return run


TARGET = KerasTarget()
