"""Which columns of a table are used, and as what; decided on all rows, without the target."""

import collections
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from waza.data.cells import as_numbers, as_texts, is_missing, texts_as_numbers
from waza.data.columns import MOST_CATEGORIES
from waza.data.notations import Notation, remarks_on
from waza.data.notes import Note, listed, short
from waza.data.rounding import SMALLEST, rounded_notes, spread

DISTINCT_SHARE = 0.9
LARGEST = 1e150  # its square is still a float
WORDS_OF_TEXT = 3
FEWEST_COUNTED = 20
UNEVEN = 1.0  # Kolmogorov and Smirnov's distance from a uniform distribution, times the root of the rows
NAMES_ROWS = re.compile(
    r"(?i:ids?|index|idx|row|#|no\.?|nr\.?|rownames?|(row|line|record|sample|case|sr|serial)[ _.]?(id|no|nr|number)\.?)"
    r"|column\d+|(?i:unnamed: ?\d+)|.*[a-z_ -](Id|ID)|.*[_ -]id|.*(番号|連番|行番|通し番)"
)
BEGINS_AS_NUMBER = re.compile(r"\W*\d")


class Use(NamedTuple):
    """A column that is used: as numbers where its notation has a reading, else as categories.

    Args:
        name: the column's.
        notation: how it is written.
        marked: whether it is numbers of which some are missing.
    """

    name: str
    notation: Notation
    marked: bool = False


def choose_columns(frame: Any, notations: Mapping[str, Notation]) -> tuple[list[Use], list[Note]]:
    """The columns that are used, and notes on how they are read and why others are dropped.

    Args:
        frame: all rows of the table, without the target.
        notations: of each column, as `find_notations` gives them.
    """
    used: list[Use] = []
    notes: list[Note] = []
    dropped: dict[str, list[str]] = {}
    for name in map(str, frame.columns):
        cells, notation = frame[name], notations[name]
        texts = as_texts(cells)
        present = texts[~is_missing(texts)]
        if notation.reading is None:
            reason = _unusable_texts(texts, present, notation)
            use = Use(name, notation)
        else:
            numbers = as_numbers(cells, notation.reading, notation.unit)
            reason = _unusable_numbers(name, numbers)
            use = Use(name, notation, marked=not np.isfinite(numbers).all())
        if reason is not None:
            kind, example = reason
            dropped.setdefault(kind, []).append(f"{short(name)} ({example})" if example else name)
            continue
        used.append(use)
        notes += remarks_on(name, notation, cells)
        if notation.reading is None:
            notes += _half_numbers(name, present)
        elif notation.reading in ("number", "thousands", "comma"):
            notes += [Note("counts_rows", {"column": name})] if counts_rows(numbers) else []
            notes += rounded_notes(name, cells, numbers)
    return used, notes + [Note(kind, {"columns": listed(names)}) for kind, names in dropped.items()]


def counts_rows(numbers: np.ndarray) -> bool:
    """Whether the numbers look like row numbers: whole, all different, and in order, without gaps or evenly spread.

    >>> counts_rows(np.arange(1000.0, 1150.0)), counts_rows(np.arange(150.0) ** 2 % 149)
    (True, False)
    """
    rows = len(numbers)
    if rows < FEWEST_COUNTED or not np.isfinite(numbers).all() or (numbers != np.round(numbers)).any():
        return False
    places = np.sort(numbers)
    steps = np.diff(numbers)
    if (np.diff(places) == 0).any():
        return False
    if (steps > 0).all() or (steps < 0).all() or places[-1] - places[0] == rows - 1:
        return True
    even = (places - places[0]) / (places[-1] - places[0])
    return bool(np.abs(even - np.linspace(0, 1, rows)).max() * np.sqrt(rows) < UNEVEN)


def _unusable_numbers(name: str, numbers: np.ndarray) -> tuple[str, str] | None:
    """Why a column of numbers is dropped, as the kind of a note and an example; None if it is used."""
    finite = numbers[np.isfinite(numbers)]
    if len(finite) == 0:
        return "empty", ""
    if len(finite) == len(numbers) and finite.min() == finite.max():
        return "constant", ""
    if np.abs(finite).max() > LARGEST:
        return "too_large", ""
    if 0 < spread(finite) < SMALLEST:
        return "too_small", ""
    whole = len(finite) == len(numbers) >= FEWEST_COUNTED and (finite == np.round(finite)).all()
    if whole and len(np.unique(finite)) == len(finite) and NAMES_ROWS.fullmatch(name):
        return "row_numbers", ""
    return None


def _unusable_texts(texts: np.ndarray, present: np.ndarray, notation: Notation) -> tuple[str, str] | None:
    """Why a column of categories is dropped, as the kind of a note and an example; None if it is used."""
    distinct = len(set(present))
    if distinct == 0:
        return "empty", ""
    if distinct == 1 and len(present) == len(texts):
        return "constant", ""
    if notation.mixed and distinct > MOST_CATEGORIES:
        return "mixed_units", ", ".join(map(short, notation.mixed))
    if distinct <= max(MOST_CATEGORIES, DISTINCT_SHARE * len(present)):
        return None
    strange = present[np.isnan(texts_as_numbers(present, "number"))]
    if len(strange) < len(present) / 2:
        return "unread", short(strange[0])
    forms = collections.Counter(re.sub(r"[\d\W_]", "", text) for text in present if BEGINS_AS_NUMBER.match(text))
    if max(forms.values(), default=0) > DISTINCT_SHARE * len(present):  # such as 2022-W05, with the same letters
        return "unread", short(present[0])
    if np.median([len(text.split()) for text in present]) >= WORDS_OF_TEXT:
        return "free_text", ""
    return "identifier", ""


def _half_numbers(name: str, present: np.ndarray) -> list[Note]:
    """A note if at least half of the cells of a column of categories are numbers."""
    strange = present[np.isnan(texts_as_numbers(present, "number"))]
    if len(strange) == 0 or len(strange) > len(present) / 2:
        return []
    return [Note("half_numbers", {"column": name, "count": len(strange), "example": short(strange[0])})]
