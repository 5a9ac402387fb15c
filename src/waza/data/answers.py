"""Targets in the form that a loss takes: classes 0, 1, 2, ... or numbers, converted where that is safe."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data.notes import Note, listed, short
from waza.data.targets import FEWEST_IN_CLASS, MOST_CLASSES, Task

Targets = Mapping[str, np.ndarray]  # by split


def as_classes(
    targets: Targets, shape: Sequence[int] | None, weights: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], tuple[str, ...], list[Note]]:
    """Class numbers, names where there were texts, and notes.

    A column (rows, 1) and one-hot rows become class numbers, truth values and whole floats too; texts are numbered in
    their order. Numbers are never shifted, since that would change what a class is called: labels from 1 are an error.

    Args:
        targets: by split.
        shape: of the outputs of a row, (..., classes); None if it is not known.
        weights: of the targets, by split: one whose weight is 0 may be any number.

    Raises:
        Error: they are no classes, or not those of the outputs.

    >>> as_classes({"train": np.array([0.0, 1.0])}, (2,), {})[0]["train"].tolist()
    [0, 1]
    """
    found = dict(targets)
    notes: list[Note] = []
    classes = None if shape is None else shape[-1]
    axes = 1 if shape is None else len(shape)
    if all(y.ndim == axes + 1 and y.shape[-1] == 1 for y in found.values()):
        found = {name: y[..., 0] for name, y in found.items()}
        notes.append(Note("targets_in_a_column"))
    elif all(y.ndim == axes + 1 and classes in (None, y.shape[-1]) and _one_hot(y) for y in found.values()):
        found = {name: y.argmax(axis=-1).astype(np.int32) for name, y in found.items()}
        notes.append(Note("targets_one_hot"))
    if shape is not None:
        _check_shapes(found, tuple(shape[:-1]))
    names: tuple[str, ...] = ()
    if any(_is_text(y) for y in found.values()):
        found, names = _numbered(found)
        notes.append(Note("targets_of_texts", {"classes": listed(names)}))
    for name, y in found.items():
        if y.dtype == bool:
            found[name] = y.astype(np.int32)
        elif y.dtype.kind == "f":
            _check_finite(name, y)
            if (strange := y[y != np.round(y)]).size:
                raise Error(
                    f"{_of(name)} has numbers such as {float(strange[0]):.4g}, and the loss takes classes: give class "
                    "numbers 0, 1, 2, ..., or for numbers loss=nn.SquaredError()"
                )
            found[name] = y.astype(np.int32)
            notes.append(Note("targets_whole"))
        elif y.dtype.kind not in "iu":
            raise Error(f"{_of(name)} has values of {y.dtype}; expected classes 0, 1, 2, ...")
    _check_range(
        {
            name: y[np.broadcast_to(_along(weights[name], y), y.shape) != 0] if name in weights else y
            for name, y in found.items()
        },
        classes,
    )
    return found, names, _different(notes)


def as_numbers(
    targets: Targets, shape: Sequence[int] | None, weights: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Numbers, and notes; a column (rows, 1) becomes (rows,) where a row has one output.

    Args:
        targets: by split.
        shape: of the outputs of a row, (..., 1); None if it is not known.
        weights: of the targets, by split: of one that has some, targets may be any numbers.

    Raises:
        Error: they are no finite numbers, or of another shape than the outputs.
    """
    found = dict(targets)
    notes: list[Note] = []
    axes = 1 if shape is None else len(shape)
    if all(y.ndim == axes + 1 and y.shape[-1] == 1 for y in found.values()):
        found = {name: y[..., 0] for name, y in found.items()}
        notes.append(Note("targets_in_a_column"))
    for name, y in found.items():
        if y.dtype.kind not in "fiub":
            try:
                found[name] = y = y.astype(np.float64).astype(np.float32)
            except (TypeError, ValueError) as error:
                raise Error(
                    f"{_of(name)} has texts such as {short(y.ravel()[0])!r}, and the loss takes numbers: for classes "
                    "give loss=nn.CrossEntropy()"
                ) from error
        if y.dtype == bool:
            found[name] = y = y.astype(np.float32)
        if name not in weights:
            _check_finite(name, y)
    if shape is not None:
        _check_shapes(found, tuple(shape[:-1]))
    return found, notes


def one_a_row(y: np.ndarray, task: Task | None) -> tuple[np.ndarray, list[Note]]:
    """Targets of shape (rows,), where they are in a column (rows, 1) or one-hot rows, and a note; others unchanged.

    One-hot rows are classes, so that for a regression they stay as they are.

    >>> one_a_row(np.array([[0, 1], [1, 0]]), None)[0].tolist(), one_a_row(np.array([[3.5], [2.5]]), None)[0].tolist()
    ([1, 0], [3.5, 2.5])
    """
    if y.ndim == 2 and y.shape[1] == 1:
        return y[:, 0], [Note("targets_in_a_column")]
    if y.ndim == 2 and len(y) and task != "regression" and _one_hot(y):
        return y.argmax(axis=1).astype(np.int32), [Note("targets_one_hot")]
    return y, []


def likely_task(targets: Targets) -> Task:
    """What targets are when nothing else says it: texts, truth values, one-hot rows and few whole numbers are classes.

    >>> likely_task({"train": np.arange(100) % 3}), likely_task({"train": np.arange(100) / 7})
    ('classification', 'regression')
    """
    parts = list(targets.values())
    if any(_is_text(y) or y.dtype == bool or (y.ndim == 2 and y.shape[1] > 1 and _one_hot(y)) for y in parts):
        return "classification"
    numbers = np.concatenate([np.ravel(y) for y in parts])
    distinct = len(np.unique(numbers))
    whole = numbers.dtype.kind in "iu" or bool(np.all(numbers == np.round(numbers)))
    few = distinct <= MOST_CLASSES and distinct * FEWEST_IN_CLASS <= numbers.size
    return "classification" if whole and few else "regression"


def _along(weights: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights of rows, or of targets, beside targets."""
    return weights.reshape(*weights.shape, *[1] * (y.ndim - weights.ndim))


def _of(name: str) -> str:
    return f"y of {name}" if name else "y"


def _different(notes: list[Note]) -> list[Note]:
    """The notes, each once."""
    return [note for i, note in enumerate(notes) if note not in notes[:i]]


def _is_text(y: np.ndarray) -> bool:
    return y.dtype.kind in "OUS"


def _one_hot(y: np.ndarray) -> bool:
    """Whether each row (the last axis) has one 1 and otherwise 0."""
    if y.dtype.kind not in "fiub" or y.shape[-1] < 2:
        return False
    return bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=-1) == 1))


def _numbered(targets: Targets) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Class numbers of texts, and the texts in their order."""
    import pandas as pd

    texts = {}
    for name, y in targets.items():
        if (missing := np.flatnonzero(pd.isna(y.ravel()))).size:
            raise Error(
                f"{_of(name)} has no value in {missing.size} of {y.size} places, such as {missing[0]}: leave them out"
            )
        texts[name] = np.array([_text(one) for one in y.ravel()], str).reshape(y.shape)
    classes = np.unique(np.concatenate([y.ravel() for y in texts.values()]))
    numbered = {name: np.searchsorted(classes, y).astype(np.int32) for name, y in texts.items()}
    return numbered, tuple(map(str, classes))


def _text(one: Any) -> str:
    return one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)


def _check_shapes(targets: Targets, expected: tuple[int, ...]) -> None:
    for name, y in targets.items():
        if y.shape[1:] != expected:
            shapes = [f"(rows, {', '.join(map(str, one))})".replace(", )", ",)") for one in (y.shape[1:], expected)]
            raise Error(
                f"{_of(name)} has the shape {shapes[0]}; expected {shapes[1]}, a target for each output of the network"
            )


def _check_finite(name: str, y: np.ndarray) -> None:
    """Refuse missing and infinite numbers."""
    if y.dtype.kind == "f" and (wrong := np.flatnonzero(~np.isfinite(y.reshape(len(y), -1)).all(axis=1))).size:
        raise Error(
            f"{_of(name)} is NaN or infinite in {wrong.size} of {len(y)} rows, such as row {wrong[0]}: leave these "
            "rows out"
        )


def _check_range(targets: Targets, classes: int | None) -> None:
    """Refuse classes that are none of the outputs."""
    ends = [(int(y.min()), int(y.max())) for y in targets.values() if y.size]
    low, high = min(one for one, _ in ends), max(one for _, one in ends)
    if low >= 0 and (classes is None or high < classes):
        return
    distinct = sorted(set().union(*(np.unique(y).tolist() for y in targets.values())))
    runs = f"labels run {low}..{high}"
    if classes is None:
        raise Error(f"{runs}; expected classes from 0: {_renumber(distinct, low)}")
    expected = f"expected 0..{classes - 1}, the classes of the network's {classes} outputs"
    if len(distinct) <= classes:
        raise Error(f"{runs}; {expected}: {_renumber(distinct, low)}")
    raise Error(f"{runs}, {len(distinct)} classes; {expected}: give the network {high + 1 - min(low, 0)} outputs")


def _renumber(distinct: list[int], low: int) -> str:
    """What to do with labels that do not count from 0."""
    if distinct == list(range(low, low + len(distinct))):
        return f"use y - {low}" if low > 0 else f"use y + {-low}"
    return "number them with numpy.unique(y, return_inverse=True)[1], or give wz.data.from_arrays(x, y)"
