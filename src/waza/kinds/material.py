"""Material: the data of a training, with the preparation that `waza use` repeats."""

import dataclasses
from typing import Any

import numpy as np

from waza.data import Dataset, Note


@dataclasses.dataclass(frozen=True)
class Material:
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


def set_aside(data: Dataset) -> Note:
    """A note on the number of rows of each split, for data that were split here."""
    assert data.validation is not None
    return Note("set_aside", {name: len(getattr(data, name).y) for name in ("train", "validation", "test")})
