"""A table in a file or in memory, as the material of a training."""

from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data import Dataset, Note
from waza.data.given import FORMS, checked_pair, frame_of, is_frame, name_of_target, with_target
from waza.data.notes import with_notes
from waza.data.preparation import Prepared, prepare
from waza.data.tables import choose_target, read_table
from waza.data.targets import Task
from waza.kinds.material import Material, set_aside

VALIDATION = 0.2


def table(
    data: Any,
    target: str | None = None,
    task: Task | None = None,
    groups: str | None = None,
    order: str | None = None,
) -> Material:
    """A table with its preparation, which is fitted on the training rows.

    Args:
        data: (x, y), a pandas.DataFrame, a table's file, or a `Dataset` with inputs (rows, columns).
        target: the column to predict, of a DataFrame or a file.
        task: "classification" or "regression"; by default as the target's values suggest.
        groups: a column whose values name groups, such as patients, which the split keeps whole.
        order: a column of dates or numbers, of which the latest are held out.

    Raises:
        Error: the data cannot be used.
    """
    if isinstance(data, str | Path):
        frame, notes = read_table(Path(data))
        return _of_frame(frame, "y" if target is None else target, Path(data).stem, task, notes, groups, order)
    if is_frame(data):
        if target is None:
            raise Error("a DataFrame is given without target: give target='COLUMN', the column to predict")
        return _of_frame(frame_of(data), target, "table", task, [], groups, order)
    if target is not None:
        raise Error(f"target={target!r} names a column of a DataFrame or a file, and the data have y: leave it out")
    if isinstance(data, Dataset):
        if groups is not None or order is not None:
            raise Error("groups or order is given, and a Dataset is split already: leave it out")
        return _of_dataset(data, task)
    if not isinstance(data, tuple):
        raise Error(f"a {type(data).__name__} is given as data; expected {FORMS}")
    x, y, notes = checked_pair(data, task)
    width = None if is_frame(x) or x.ndim != 2 else int(x.shape[1])
    frame, name = with_target(x, y, name_of_target(data[1]))
    with with_notes(notes):
        prepared = prepare(frame, name, "table", task, width=width, groups=groups, order=order)
    return _material(prepared, notes, split=True)


def _of_frame(
    frame: Any,
    target: str,
    name: str,
    task: Task | None,
    notes: list[Note],
    groups: str | None,
    order: str | None,
) -> Material:
    with with_notes(notes):
        target, more = choose_target(frame, target)
        prepared = prepare(frame, target, name, task, groups=groups, order=order)
    return _material(prepared, [*notes, *more], split=True)


def _of_dataset(data: Dataset, task: Task | None) -> Material:
    """A data set whose splits stay as they are; without validation rows, a fifth of the training rows is set aside."""
    pairs = [
        checked_pair((split.x, split.y), task)
        for split in (data.train, data.validation, data.test)
        if split is not None
    ]
    part = np.repeat(range(len(pairs)), [len(y) for _, y, _ in pairs])
    if data.validation is None:
        part[part == 1] = 2
        rows = np.flatnonzero(part == 0)
        held = np.random.RandomState(0).permutation(rows)[: max(1, round(VALIDATION * len(rows)))]
        part[held] = 1
    x, y = (np.concatenate([np.asarray(pair[i]) for pair in pairs]) for i in range(2))
    if data.classes:
        y = np.array(data.classes)[y]
    frame, name = with_target(x, y)
    prepared = prepare(frame, name, data.name, task, part=part, width=x.shape[1])
    return _material(prepared, pairs[0][2], split=data.validation is None)


def _material(prepared: Prepared, notes: list[Note], split: bool) -> Material:
    aside = [set_aside(prepared.dataset)] if split else []
    said = (*notes, *prepared.notes, *aside)
    return Material(prepared.dataset, prepared.preparation, said, prepared.drawn, prepared.groups)
