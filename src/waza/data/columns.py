"""Columns of a table as inputs of a network, with statistics fitted on the training rows."""

import dataclasses
from typing import Any, get_args

import numpy as np

from waza.data.cells import DATES, Reading, as_numbers, as_texts, is_missing
from waza.data.encodings import composed
from waza.data.notes import Note, short
from waza.data.rounding import NOISE, spread

CLIP = 10.0
MOST_CATEGORIES = 50


@dataclasses.dataclass(frozen=True)
class NumericColumn:
    """A column of numbers: missing ones are replaced by the training median and marked, then all are standardised."""

    name: str
    median: float
    mean: float
    scale: float
    marked: bool
    kind: Reading = "number"
    unit: str = ""

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
        values = as_numbers(cells, self.kind, self.unit)
        missing = ~np.isfinite(values)
        filled = np.where(missing, self.median, values)
        scaled = np.clip((filled - self.mean) / self.scale, -CLIP, CLIP)
        return np.column_stack([scaled, missing]) if self.marked else scaled[:, None]

    def remarks(self, cells: Any) -> list[Note]:
        """Notes on cells that are not empty but count as missing."""
        texts, numbers = as_texts(cells), as_numbers(cells, self.kind, self.unit)
        found = []
        if (infinite := int(np.isinf(numbers).sum())) > 0:
            found.append(Note("infinite", {"column": self.name, "count": infinite}))
        strange = texts[~is_missing(texts) & np.isnan(numbers)]
        if len(strange):
            values = {"column": self.name, "count": len(strange), "example": short(strange[0])}
            found.append(Note("not_dates" if self.kind in DATES else "not_numbers", values))
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
        """1 for the cell's category, 0 elsewhere; an unknown category counts as one of the others.

        A word for a missing value, such as NA, is the empty category where it is not one of its own.
        """
        texts = self._known_texts(cells)
        known = [texts == composed(category) for category in self.categories]
        if self.others:
            known.append(~np.any(known, axis=0) if known else np.ones(len(texts), bool))
        return np.column_stack(known).astype(np.float32)

    def remarks(self, cells: Any) -> list[Note]:
        """A note on cells with a category that is not in the training rows, if there is no input for others."""
        texts = self._known_texts(cells)
        new = texts[(texts != "") & ~np.isin(texts, [composed(category) for category in self.categories])]
        if self.others or not len(new):
            return []
        return [Note("unseen", {"column": self.name, "count": len(new), "example": short(new[0])})]

    def _known_texts(self, cells: Any) -> np.ndarray:
        texts = as_texts(cells)
        own = {composed(category) for category in self.categories}
        missing = is_missing(texts) & np.array([text not in own for text in texts], bool)
        return np.where(missing, "", texts)


def fit_numbers(name: str, cells: Any, kind: Reading, unit: str, marked: bool) -> NumericColumn:
    """Fit a column of numbers on its training rows, by scikit-learn.

    Args:
        name: the column's.
        cells: of the training rows.
        kind, unit: how the numbers are written.
        marked: whether the column has missing values in any row.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    numbers = as_numbers(cells, kind, unit)
    values = np.where(np.isfinite(numbers), numbers, np.nan)[:, None]
    if np.isnan(values).all():  # the values are all in held-out rows
        return NumericColumn(name, 0.0, 0.0, 1.0, marked, kind, unit)
    imputer = SimpleImputer(strategy="median").fit(values)
    filled = imputer.transform(values)
    scaler = StandardScaler().fit(filled)
    scale = float(scaler.scale_[0])
    if scale == 1 and spread(filled) > NOISE * np.abs(filled).max():
        scale = float(filled.std())  # scikit-learn takes small differences of large numbers for rounding
    facts = (float(imputer.statistics_[0]), float(scaler.mean_[0]), scale)
    return NumericColumn(name, *facts, marked=marked, kind=kind, unit=unit)


def fit_categories(name: str, cells: Any) -> tuple[CategoricalColumn, list[Note]]:
    """The most frequent categories of the training rows, by scikit-learn's encoder, and a note if there are more."""
    from sklearn.preprocessing import OneHotEncoder

    texts = as_texts(cells)
    texts = np.where(is_missing(texts), "", texts)
    encoder = OneHotEncoder(
        max_categories=MOST_CATEGORIES + 1, handle_unknown="infrequent_if_exist", sparse_output=False
    )
    encoder.fit(texts[:, None].astype(object))
    rare = encoder.infrequent_categories_[0]
    rare = set() if rare is None else set(rare)
    kept = tuple(str(category) for category in encoder.categories_[0] if category not in rare)
    values = {"column": name, "count": len(encoder.categories_[0]), "kept": len(kept)}
    return CategoricalColumn(name, kept, bool(rare)), [Note("many_categories", values)] if rare else []
