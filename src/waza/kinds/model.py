"""A trained model with its preparation."""

import dataclasses
from typing import Any

import jax
import numpy as np

from waza.learners import as_inputs
from waza.learners.rows import rows_at_once
from waza.nn import Layer, Pass


@dataclasses.dataclass(frozen=True)
class Model:
    """A trained model with what turns a user's files into its inputs, and its outputs into answers.

    A preparation has `shape` (of a row's inputs), `outputs`, `task`, `read(paths) -> (given, notes)`,
    `apply(given) -> inputs`, `answers(outputs, given) -> columns`, `to_json()` and `from_json(values)`.
    """

    model: Layer
    variables: Any
    preparation: Any

    def predict(self, given: Any) -> dict[str, Any]:
        """The answers, as columns by name, for what the preparation's `read` gives: a table's rows, or images."""
        return self.preparation.answers(self.outputs(self.preparation.apply(given)), given)

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """The network's outputs for rows of inputs, computed in pieces."""
        apply = jax.jit(lambda variables, x: self.model.apply(variables, as_inputs(x), Pass()))
        size = rows_at_once(x)
        pieces = [np.asarray(apply(self.variables, x[i : i + size])) for i in range(0, len(x), size)]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.preparation.outputs), np.float32)

    def check(self) -> None:
        """Apply the model to one row.

        Raises:
            ValueError: its layers, variables and preparation do not fit each other.
        """
        row = np.zeros((1, *self.preparation.shape), np.float32)
        outputs = self.model.apply(jax.device_put(self.variables), as_inputs(row), Pass())
        needed = self.preparation.outputs
        if outputs.shape != (1, needed):
            raise ValueError(f"the model has {outputs.shape[-1]} outputs, and {needed} are needed")
