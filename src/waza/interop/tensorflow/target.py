"""The target "tensorflow": each part of a model as a SavedModel."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from waza.interop.part import Part
from waza.interop.target import Run, Target


class TensorFlowTarget(Target):
    """SavedModels, which TensorFlow loads and serves without waza."""

    name = "tensorflow"
    ending = ""
    packages = ("tensorflow",)
    extra = "tensorflow"

    def write(self, part: Part, path: Path, facts: Mapping[str, Any]) -> None:
        """Write the part as a SavedModel; every layer that JAX can trace has a counterpart."""
        from waza.interop.tensorflow.saved_model import save_part

        save_part(part, path)

    def read(self, part: Part, path: Path) -> Run:
        """The loaded SavedModel's signature."""
        from waza.interop.tensorflow.package import tensorflow
        from waza.interop.tensorflow.saved_model import SIGNATURE

        tf = tensorflow()
        loaded = tf.saved_model.load(str(path))
        serve = loaded.signatures[SIGNATURE]

        def run(inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
            found = serve(**{name: tf.constant(x) for name, x in inputs.items()})
            return {name: y.numpy() for name, y in found.items()}

        return run


TARGET = TensorFlowTarget()
