"""Targets of tables: whether they are classes or numbers, and which rows are usable."""

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from waza.core.errors import Error
from waza.data.cells import DATES, PROGRAMS, as_numbers, as_texts, is_missing, narrow
from waza.data.notations import Notation, remarks_on
from waza.data.notes import MOST_LISTED, Note, listed, quoted, short, with_notes
from waza.data.rounding import SMALLEST, spread

FEWEST_ROWS = 20
FEWEST_IN_CLASS = 5
MOST_CLASSES = 20
WHOLE = r"[-+]?(?:0|[1-9]\d*)(?:\.0*)?"
MARKS = re.compile(r"(?<!\d)[.,;:!'\"´`’_\s]|[.,;:!'\"´`’_\s](?!\d)|(?<=[^\W\d])-(?=[^\W\d])|^\+")

Task = Literal["classification", "regression"]


def find_answers(
    cells: Any, target: str, task: Task | None, notation: Notation
) -> tuple[np.ndarray, np.ndarray, Task, list[Note]]:
    """Positions of the rows whose target can be used, their answers (texts or numbers), the task, and notes.

    A word such as NA or None is a class where the others are texts, and a missing value where they are numbers.

    Args:
        cells: the target's column.
        target: its name.
        task: "classification" or "regression"; by default whole numbers of few values and texts are classes.
        notation: of the column, as `find_notations` gives it for the whole table.

    Raises:
        Error: too few rows or classes, or the task is regression and there are texts.
    """
    notes: list[Note] = []
    with with_notes(notes):
        return *_answers(cells, target, task, notation, notes), notes


def _answers(
    cells: Any, target: str, task: Task | None, notation: Notation, notes: list[Note]
) -> tuple[np.ndarray, np.ndarray, Task]:
    """The same, adding to the notes."""
    texts = as_texts(cells)
    reading = None if _is_logical(cells) or notation.reading in (*DATES, "time") else notation.reading
    missing = np.array([text == "" or text in PROGRAMS for text in texts], bool)
    words = is_missing(texts) & ~missing
    if words.any():
        values = {"target": target, "rows": int(words.sum()), "example": texts[words][0]}
        notes.append(Note("word_classes" if reading is None else "target_words", values))
    if reading is not None:
        missing |= words
    rows = np.flatnonzero(~missing)

    def without(left_out: np.ndarray, kind: str, **values: Any) -> np.ndarray:
        if left_out.any():
            notes.append(Note(kind, {"rows": int(left_out.sum()), **values}))
        return rows[~left_out]

    if empty := int(missing.sum()) - (int(words.sum()) if reading is not None else 0):
        notes.append(Note("target_missing", {"rows": empty}))
    if len(rows) < FEWEST_ROWS:
        raise Error(f"{len(rows)} rows have a target; expected at least {FEWEST_ROWS}: add rows")
    numbers = np.full(len(texts), np.nan) if reading is None else as_numbers(cells, reading, notation.unit)
    strange = np.isnan(numbers[rows])
    if task == "regression" and strange.all():
        raise Error(f"the target {target!r} holds text such as {short(texts[rows][0])!r}; regression needs numbers")
    distinct = len(set(texts[rows]))
    if task is None:
        finite = numbers[rows][np.isfinite(numbers[rows])]
        whole = len(finite) > 0 and (finite == np.round(finite)).all()
        few = distinct <= MOST_CLASSES and distinct * FEWEST_IN_CLASS <= len(rows)
        numeric = not strange.all() and not (few and (whole or strange.any()))
        task = "regression" if numeric else "classification"
    if task == "regression":
        if strange.any():
            rows = without(strange, "target_not_numbers", example=short(texts[rows][strange][0]))
        rows = without(np.isinf(numbers[rows]), "target_infinite")
        answers = numbers[rows]
        if len(rows) < FEWEST_ROWS or np.all(answers == answers[0]):
            raise Error(f"the target {target!r} has one value only, or too few rows: there is nothing to predict")
        notes += remarks_on(target, notation, cells)
        notes.append(Note("regression", {"target": target, "distinct": len(np.unique(answers))}))
        return rows, answers, task
    if not strange.any():
        rows = without(np.isinf(numbers[rows]), "target_infinite")
    answers = _labels(texts[rows])
    labels, counts = np.unique(answers, return_counts=True)
    if len(labels) > len(answers) / 2 and notation.reading in (*DATES, "time"):
        raise Error(
            f"the target {target!r} holds dates or times such as {short(labels[0])!r}; expected classes or numbers: "
            "give it as a number, such as days since a date"
        )
    if len(labels) > len(answers) / 2:
        raise Error(
            f"the target {target!r} has {len(labels)} different texts in {len(answers)} rows, such as "
            f"{short(labels[0])!r}: expected classes that occur repeatedly, or numbers"
        )
    rare = labels[counts < FEWEST_IN_CLASS]
    if len(rare):
        kept = ~np.isin(answers, rare)
        rows = without(~kept, "rare_classes", least=FEWEST_IN_CLASS, classes=listed(rare))
        answers = answers[kept]
    classes = len(labels) - len(rare)
    if classes < 2:
        raise Error(f"the target {target!r} has {classes} class with {FEWEST_IN_CLASS} rows or more; expected two")
    if len(rows) < FEWEST_ROWS:
        raise Error(f"{len(rows)} rows are left; expected at least {FEWEST_ROWS}: add rows")
    notes += _alike(np.unique(answers).tolist())
    notes.append(Note("classification", {"target": target, "classes": classes}))
    return rows, answers, task


def scale_of(target: str, answers: np.ndarray, train: np.ndarray) -> tuple[float, float]:
    """The mean and the standard deviation of a regression's training rows.

    Args:
        target: its name.
        answers: the numbers of all rows.
        train: the positions of the training rows.

    Raises:
        Error: the numbers are too large, or differ too little, to be squared.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        mean, scale = float(answers[train].mean()), float(answers[train].std()) or 1.0
    if not np.isfinite([mean, scale]).all():
        largest = f"{abs(answers).max():.3g}"
        raise Error(f"the target {short(target)!r} has numbers up to {largest}: give it in a larger unit")
    if spread(answers) < SMALLEST:
        raise Error(
            f"the target {short(target)!r} has numbers that differ by {spread(answers):.3g} at most, which is too "
            "little to compute with: give it in a smaller unit"
        )
    return mean, scale


def _is_logical(cells: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_bool_dtype(cells))


def _labels(texts: np.ndarray) -> np.ndarray:
    """Class labels: whole numbers in one form ("1.0" and "1" are one class, "01" is a code and stays), or the texts."""
    plain = {text: narrow(text) for text in set(texts)}
    if all(re.fullmatch(WHOLE, text) for text in plain.values()):
        return np.array([str(int(plain[text].partition(".")[0])) for text in texts], object)
    return texts


def _alike(labels: Sequence[str]) -> list[Note]:
    """Notes on classes that differ in upper and lower case alone, or else in a mark such as a full stop.

    >>> [(note.kind, note.values["classes"]) for note in _alike(["Yes", "yes", "no", "no."])]
    [('alike_case', "'Yes' = 'yes'"), ('alike_mark', "'no' = 'no.'")]
    """
    notes = []
    seen: set[str] = set()
    for kind, plain in (("alike_case", str.casefold), ("alike_mark", _without_marks)):
        groups: dict[str, list[str]] = {}
        for label in labels:
            groups.setdefault(plain(label), []).append(label)
        found = [
            " = ".join(map(quoted, group)) for group in groups.values() if len(group) > 1 and not seen >= set(group)
        ]
        seen |= {label for group in groups.values() if len(group) > 1 for label in group}
        if found:
            notes.append(Note(kind, {"classes": ", ".join(found[:MOST_LISTED]) + ", ..." * (len(found) > MOST_LISTED)}))
    return notes


def _without_marks(label: str) -> str:
    return MARKS.sub("", narrow(label)).casefold()
