"""Targets of tables: whether they are classes or numbers, and which rows are usable."""

import re
from typing import Any, Literal

import numpy as np

from waza.core.errors import Error
from waza.data.cells import as_numbers, as_texts, find_reading
from waza.data.notes import Note, listed, short

FEWEST_ROWS = 20
FEWEST_IN_CLASS = 5
MOST_CLASSES = 20
WHOLE = r"-?(?:0|[1-9]\d*)(?:\.0*)?"

Task = Literal["classification", "regression"]


def find_answers(cells: Any, target: str, task: Task | None) -> tuple[np.ndarray, np.ndarray, Task, list[Note]]:
    """Positions of the rows whose target can be used, their answers (texts or numbers), the task, and notes.

    Args:
        cells: the target's column.
        target: its name.
        task: "classification" or "regression"; by default whole numbers of few values and texts are classes.

    Raises:
        Error: too few rows or classes, or the task is regression and there are texts.
    """
    notes: list[Note] = []
    texts = as_texts(cells)
    rows = np.flatnonzero(texts != "")

    def without(left_out: np.ndarray, kind: str, **values: Any) -> np.ndarray:
        if left_out.any():
            notes.append(Note(kind, {"rows": int(left_out.sum()), **values}))
        return rows[~left_out]

    if len(rows) < len(texts):
        notes.append(Note("target_missing", {"rows": len(texts) - len(rows)}))
    if len(rows) < FEWEST_ROWS:
        raise Error(f"{len(rows)} rows have a target; expected at least {FEWEST_ROWS}: add rows")
    reading = None if _is_logical(cells) else find_reading(cells.iloc[rows], texts[rows])
    numbers = np.full(len(texts), np.nan) if reading in (None, "date") else as_numbers(cells, reading or "number")
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
        if reading in ("comma", "thousands"):
            notes.append(Note(reading, {"column": target}))
        notes.append(Note("regression", {"target": target, "distinct": len(np.unique(answers))}))
        return rows, answers, task, notes
    if not strange.any():
        rows = without(np.isinf(numbers[rows]), "target_infinite")
    answers = _labels(texts[rows])
    labels, counts = np.unique(answers, return_counts=True)
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
    notes.append(Note("classification", {"target": target, "classes": classes}))
    return rows, answers, task, notes


def _is_logical(cells: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_bool_dtype(cells))


def _labels(texts: np.ndarray) -> np.ndarray:
    """Class labels: whole numbers in one form ("1.0" and "1" are one class, "01" is a code and stays), or the texts."""
    if all(re.fullmatch(WHOLE, text) for text in set(texts)):
        return np.array([str(int(text.partition(".")[0])) for text in texts], object)
    return texts
