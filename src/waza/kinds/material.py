"""Subject: what a model is trained on; Material: data, with the preparation that `waza use` repeats."""

import dataclasses
import hashlib
import json
import math
from typing import Any

import numpy as np

from waza.data import Dataset, Note

SAMPLED = 1000


@dataclasses.dataclass(frozen=True)
class Subject:
    """What a model is trained on: its data, or an environment in which it makes its own.

    Args:
        dataset: the learner's data; None where it makes its own.
        preparation: what `waza use` needs to know of it.
        notes: on decisions.
    """

    dataset: Any
    preparation: Any
    notes: tuple[Note, ...] = ()

    @property
    def name(self) -> str:
        """Of the data or the environment."""
        raise NotImplementedError(f"{type(self).__name__} has no name")

    def digest(self) -> str:
        """Of the content: a training resumes if it is the same."""
        raise NotImplementedError(f"{type(self).__name__} has no digest()")


@dataclasses.dataclass(frozen=True)
class Material(Subject):
    """Data with a validation split, their preparation, and notes on what was decided about them.

    Args:
        dataset: the data.
        preparation: of new rows.
        notes: on decisions.
        drawn: whether the rows were divided here at random, so that other divisions are as good.
        groups: the group of each training, validation and test row, in this order; None where rows are independent.
    """

    dataset: Dataset
    preparation: Any
    notes: tuple[Note, ...] = ()
    drawn: bool = False
    groups: np.ndarray | None = None

    @property
    def name(self) -> str:
        """Of the data."""
        return self.dataset.name

    def digest(self) -> str:
        """Of the data and their preparation; all labels count, and 1,000 rows of each split: large data read slowly."""
        digest = hashlib.sha256((json.dumps(self.preparation.to_json(), indent=1, ensure_ascii=False) + "\n").encode())
        for split in filter(None, (self.dataset.train, self.dataset.validation, self.dataset.test)):
            digest.update(repr((split.x.shape, str(split.x.dtype))).encode())
            digest.update(np.ascontiguousarray(split.y).tobytes())
            for row in range(0, len(split.y), max(1, math.ceil(len(split.y) / SAMPLED))):
                digest.update(np.ascontiguousarray(split.x[row]).tobytes())
        return digest.hexdigest()[:16]


def set_aside(data: Dataset) -> Note:
    """A note on the number of rows of each split, for data that were split here."""
    assert data.validation is not None
    return Note("set_aside", {name: len(getattr(data, name).y) for name in ("train", "validation", "test")})
