"""ONNX as a target of exports."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from waza.core.files import write_whole
from waza.interop.target import Run, Target


class ONNXTarget(Target):
    """Files of ONNX, written by the package `onnx` and checked with ONNX Runtime."""

    name: ClassVar = "onnx"
    ending: ClassVar = ".onnx"
    packages: ClassVar = ("onnx", "onnxruntime")
    extra: ClassVar = "onnx"

    def write(self, part: Any, path: Path, facts: Mapping[str, Any]) -> None:
        """Write a part with native operators; the facts stand in the file's metadata, each as JSON.

        Raises:
            Error: a layer has no counterpart.
        """
        from waza.interop.onnx.writing import model_of

        texts = {name: json.dumps(value, ensure_ascii=False) for name, value in facts.items()}
        write_whole(path, model_of(part, texts).SerializeToString())

    def read(self, part: Any, path: Path) -> Any:
        """The part by ONNX Runtime on the CPU."""
        return run_by(path)


def run_by(model: Path | bytes) -> Run:
    """A model, in a file or in memory, as a function of arrays by name, computed by ONNX Runtime on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def run(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        found = session.run(None, dict(inputs))
        return {one.name: y for one, y in zip(session.get_outputs(), found, strict=True)}

    return run


TARGET = ONNXTarget()
