"""Preparation of arrays that are a network's inputs as they are."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, get_args

import numpy as np

from waza.core.errors import Error
from waza.data.array_files import NUMBERS, read_npz
from waza.data.given import array_of
from waza.data.notes import Note
from waza.data.targets import Task


@dataclasses.dataclass(frozen=True)
class ArrayPreparation:
    """Passes arrays on as inputs, and converts outputs to labels or numbers; can be stored as JSON.

    Args:
        shape: of a row's inputs.
        dtype: of the inputs; bytes are scaled from 0..255 to 0..1 by the learner.
        outputs: the number of outputs of the network.
        task: "classification" or "regression".
        labels: of the classes, in the order of the outputs; 0, 1, 2, ... if there are none.
    """

    kind: ClassVar[str] = "arrays"

    shape: tuple[int, ...]
    dtype: str
    outputs: int
    task: Task
    labels: tuple[Any, ...] = ()

    def __post_init__(self):
        if self.task not in get_args(Task) or len(self.labels) not in (0, self.outputs):
            raise ValueError(f"{self.task!r} with {len(self.labels)} labels does not describe {self.outputs} outputs")

    @property
    def classes(self) -> tuple[Any, ...]:
        """The labels of the classes; none for regression."""
        return self.labels or tuple(range(self.outputs)) if self.task == "classification" else ()

    def given(self, x: Any) -> np.ndarray:
        """The rows as an array (rows, ...).

        Raises:
            Error: they have another shape than in training, or only one of the two is bytes.
        """
        rows = array_of("x", x)
        bytes_expected = self.dtype == "uint8"
        if rows.ndim == 0 or rows.shape[1:] != self.shape or (rows.dtype == np.uint8) != bytes_expected:
            expected = ", ".join(["rows", *map(str, self.shape)])
            raise Error(f"x is {rows.dtype} {rows.shape}; the model takes {self.dtype} ({expected})")
        return rows if bytes_expected else rows.astype(self.dtype)

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """The rows, unchanged."""
        return rows

    def numbers(self, outputs: np.ndarray) -> np.ndarray:
        """The outputs; one number a row where there is one output."""
        return outputs[:, 0] if self.outputs == 1 else outputs

    def read(self, paths: Sequence[Path]) -> tuple[np.ndarray, list[Note]]:
        """The array `x` of an .npz file.

        Raises:
            Error: there are several files, or the one has no such array.
        """
        if len(paths) != 1:
            raise Error(f"{len(paths)} files given; this model takes one .npz file with an array x")
        return self.given(read_npz(paths[0], {"x": NUMBERS})["x"]), []

    def answers(self, outputs: np.ndarray, rows: np.ndarray) -> dict[str, Any]:
        """The predictions for each row: "prediction" (and "probability"), or "output0", "output1", ..."""
        from scipy.special import softmax

        if self.task == "classification":
            shares = softmax(outputs, axis=1)
            predicted = np.array([str(label) for label in self.classes])[shares.argmax(axis=1)]
            return {"prediction": predicted, "probability": shares.max(axis=1)}
        if self.outputs == 1:
            return {"prediction": outputs[:, 0]}
        return {f"output{i}": outputs[:, i] for i in range(self.outputs)}

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The preparation from the values of `to_json`."""
        return cls(**{**values, "shape": tuple(values["shape"]), "labels": tuple(values["labels"])})
