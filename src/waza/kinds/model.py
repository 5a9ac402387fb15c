"""A trained model with its preparation."""

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.variables import trained
from waza.kinds.pieces import in_pieces
from waza.learners import as_inputs
from waza.learners.rows import rows_at_once
from waza.nn import Pass


@dataclasses.dataclass(frozen=True, repr=False)
class Model:
    """A trained model with what turns a user's data into its inputs, and its outputs into answers.

    A preparation has `shape` (of a row's inputs), `outputs`, `task`, `read(paths) -> (given, notes)`,
    `apply(given) -> inputs`, `answers(outputs, given) -> columns`, `to_json()` and `from_json(values)`. For `predict`
    it also has `given(x) -> given`, and `classes` and `labels` or `numbers(outputs)`.

    Args:
        model: the network, a `Layer`.
        variables: its variables.
        preparation: of its data.
        history: the measures of each evaluation of its training, with the step.
        notes: sentences on what was decided about its data; they are not saved.
    """

    model: Any
    variables: Any
    preparation: Any
    history: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """The network's class and its number of parameters."""
        parameters = sum(np.size(leaf) for leaf in jax.tree.leaves(trained(self.variables)))
        return f"{type(self).__name__}({self._name}, {parameters:,} parameters)"

    @property
    def _name(self) -> str:
        return type(self.model).__name__

    def predict(self, x: Any) -> np.ndarray:
        """The predictions for rows, in their order: labels as they were given for training, or numbers.

        Args:
            x: as in training: an array or lists (rows, columns), a pandas.DataFrame (columns that are not needed are
                ignored), or images (n, height, width[, channels]) uint8 or a list of images' files.

        Raises:
            Error: the rows do not fit the model.
        """
        outputs = self._outputs_of(x)
        if self._classifies:
            return self.classes[outputs.argmax(axis=1)]
        numbers: np.ndarray = self.preparation.numbers(outputs)
        return numbers

    def predict_proba(self, x: Any) -> np.ndarray:
        """The probability of each class, (rows, classes), in the order of `classes`.

        Raises:
            Error: the model predicts numbers, or the rows do not fit it.
        """
        from scipy.special import softmax

        if not self._classifies:
            raise Error("the model predicts numbers, which have no probabilities: use predict(x)")
        return np.asarray(softmax(self._outputs_of(x).astype(np.float64), axis=1))

    @property
    def classes(self) -> np.ndarray:
        """The labels of the classes, as they were given for training.

        Raises:
            Error: the model predicts numbers.
        """
        if not self._classifies:
            raise Error("the model predicts numbers, and has no classes")
        return np.array(self.preparation.labels or self.preparation.classes)

    def save(self, folder: str | Path) -> None:
        """Write the model to a folder, from which `waza.load` and `waza use` read it; files hold no code.

        Raises:
            Error: the model has a layer that `waza.load` could not make again, or the files cannot be written.
        """
        from waza.kinds.model_folder import save_model

        save_model(folder, self)

    @property
    def _classifies(self) -> bool:
        return getattr(self.preparation, "task", "") == "classification"

    def _outputs_of(self, x: Any) -> np.ndarray:
        return self.outputs(self.preparation.apply(self.preparation.given(x)))

    def answers(self, given: Any) -> dict[str, Any]:
        """The answers, as columns by name, for what the preparation's `read` gives: a table's rows, or images."""
        columns: dict[str, Any] = self.preparation.answers(self.outputs(self.preparation.apply(given)), given)
        return columns

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """The network's outputs for rows of inputs, computed in pieces of few different sizes."""
        found = in_pieces(lambda piece: self._apply(self.variables, piece), x, rows_at_once(x))
        return np.zeros((0, self.preparation.outputs), np.float32) if found is None else found

    @cached_property
    def _apply(self) -> Any:
        return jax.jit(lambda variables, x: self.model.apply(variables, as_inputs(x), Pass()))

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
