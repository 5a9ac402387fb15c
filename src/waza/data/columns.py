"""Columns of a table as inputs of a network, with statistics fitted on the training rows."""

import dataclasses
from typing import Any, get_args

import numpy as np

from waza.data.cells import Reading, as_numbers, as_texts
from waza.data.notes import Note, short

CLIP = 10.0


@dataclasses.dataclass(frozen=True)
class NumericColumn:
    """A column of numbers: missing ones are replaced by the training median and marked, then all are standardised."""

    name: str
    median: float
    mean: float
    scale: float
    marked: bool
    kind: Reading = "number"

    def __post_init__(self):
        facts = (self.median, self.mean, self.scale)
        if not np.isfinite(facts).all() or self.scale <= 0 or self.kind not in get_args(Reading):
            raise ValueError(f"{self} is not a column of numbers")

    @property
    def width(self) -> int:
        """The number of inputs of the column."""
        return 1 + self.marked

    def apply(self, cells: Any) -> np.ndarray:
        """(value - mean) / scale, clipped to -10..10, and whether it was missing."""
        values = as_numbers(cells, self.kind)
        missing = ~np.isfinite(values)
        filled = np.where(missing, self.median, values)
        scaled = np.clip((filled - self.mean) / self.scale, -CLIP, CLIP)
        return np.column_stack([scaled, missing]) if self.marked else scaled[:, None]

    def remarks(self, cells: Any) -> list[Note]:
        """Notes on cells that are not empty but count as missing."""
        texts, numbers = as_texts(cells), as_numbers(cells, self.kind)
        found = []
        if (infinite := int(np.isinf(numbers).sum())) > 0:
            found.append(Note("infinite", {"column": self.name, "count": infinite}))
        strange = texts[(texts != "") & np.isnan(numbers)]
        if len(strange):
            values = {"column": self.name, "count": len(strange), "example": short(strange[0])}
            found.append(Note("not_dates" if self.kind == "date" else "not_numbers", values))
        return found


@dataclasses.dataclass(frozen=True)
class CategoricalColumn:
    """A column of categories: one input per category of the training rows, and with `others` one for all others."""

    name: str
    categories: tuple[str, ...]
    others: bool

    @property
    def width(self) -> int:
        """The number of inputs of the column."""
        return len(self.categories) + self.others

    def apply(self, cells: Any) -> np.ndarray:
        """1 for the cell's category, 0 elsewhere; an unknown category counts as one of the others."""
        texts = as_texts(cells)
        known = [texts == category for category in self.categories]
        if self.others:
            known.append(~np.any(known, axis=0) if known else np.ones(len(texts), bool))
        return np.column_stack(known).astype(np.float32)

    def remarks(self, cells: Any) -> list[Note]:
        """A note on cells with a category that is not in the training rows, if there is no input for others."""
        texts = as_texts(cells)
        new = texts[(texts != "") & ~np.isin(texts, self.categories)]
        if self.others or not len(new):
            return []
        return [Note("unseen", {"column": self.name, "count": len(new), "example": short(new[0])})]
