"""Notes on columns and rows that give the target away."""

import math
from collections.abc import Sequence

import numpy as np

from waza.data.dataset import Split
from waza.data.notes import Note

TOLD = 1e-9
CHANCE = 1e-6
FEWEST_VALUES, FEWEST_EACH = 3, 2


def column_leaks(name: str, numbers: np.ndarray | None, texts: np.ndarray, answers: np.ndarray) -> list[Note]:
    """A note if a column is the target in another form, or if its values recur and each always has one target.

    Args:
        name: the column's.
        numbers: its numbers, for a column of numbers.
        texts: its cells.
        answers: the rows' classes (texts) or numbers.
    """
    if _tells(numbers, texts, answers):
        return [Note("tells", {"column": name})]
    present = texts != ""
    if recurs(texts[present], answers[present]):
        return [Note("recurs", {"column": name, "values": len(set(texts[present])), "rows": int(present.sum())})]
    return []


def _tells(numbers: np.ndarray | None, texts: np.ndarray, answers: np.ndarray) -> bool:
    """Whether the column is the target in another form: one value per class, or a linear function."""
    if answers.dtype == object:
        pairs = len(set(zip(texts, answers, strict=True)))
        return pairs == len(set(texts)) == len(set(answers))
    if numbers is None or not np.isfinite(numbers).all() or np.ptp(answers) == 0:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(1 - abs(np.corrcoef(numbers, answers)[0, 1]) < TOLD)


def recurs(values: np.ndarray, answers: np.ndarray) -> bool:
    """Whether values recur and all rows of a value have the same target, more often than by chance.

    >>> patients = np.repeat(np.arange(10), 5).astype(str).astype(object)
    >>> recurs(patients, np.repeat(["ill", "well"], 25)), recurs(patients, np.tile(["ill", "well"], 25))
    (True, False)
    """
    distinct = len(set(values))
    if distinct < FEWEST_VALUES or len(values) < FEWEST_EACH * distinct:
        return False
    if len(set(zip(values, answers, strict=True))) > distinct:
        return False
    most = np.unique(answers, return_counts=True)[1].max() / len(answers)
    return most < 1 and (len(values) - distinct) * math.log(most) < math.log(CHANCE)


def row_leaks(parts: Sequence[Split]) -> list[Note]:
    """Notes on test rows that are also training rows, and on rows with the same inputs and different targets.

    Args:
        parts: the training rows, the validation rows and the test rows.
    """
    train, _, test = ([row.tobytes() for row in np.column_stack([part.x, part.y]).astype(np.float32)] for part in parts)
    seen = set(train)
    notes = []
    if rows := sum(row in seen for row in test):
        notes.append(Note("same_rows", {"rows": rows}))
    targets: dict[bytes, set[float]] = {}
    inputs = [row.tobytes() for part in parts for row in part.x]
    for row, target in zip(inputs, np.concatenate([part.y for part in parts]).tolist(), strict=True):
        targets.setdefault(row, set()).add(target)
    if rows := sum(len(targets[row]) > 1 for row in inputs):
        notes.append(Note("conflicting", {"rows": rows}))
    return notes
