"""Arrays of the user's own as a data set: checked and converted on the host, before anything is trained."""

import numbers
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from waza.core.errors import Error
from waza.core.language import system_language
from waza.data.answers import as_classes, as_numbers, likely_task
from waza.data.array_checks import check_differences, check_inputs
from waza.data.dataset import Dataset, Split, Weighted, check_dataset, read_only
from waza.data.given import array_of, is_frame
from waza.data.notes import Note, short
from waza.data.splitting import split_rows
from waza.data.targets import Task


def from_arrays(
    x: Any,
    y: Any,
    *,
    test: tuple[Any, Any] | None = None,
    validation: tuple[Any, Any] | None = None,
    task: Task | None = None,
    name: str = "arrays",
) -> Dataset:
    """A data set from arrays, lists, tensors, or a pandas.DataFrame of numbers and a Series.

    What is converted is said as a warning: targets in a column (rows, 1), one-hot rows, and labels that are no numbers
    0, 1, 2, ..., whose names `Dataset.classes` keeps. Inputs become float32, but for whole numbers and for uint8, which
    a learner scales from 0..255 to 0..1.

    Args:
        x: a row of inputs for each example, (rows, ...).
        y: its target.
        test: (x, y) of the test rows; without them, 20 % of the rows for testing and 20 % for validation are drawn.
        validation: (x, y) of the validation rows.
        task: "classification" or "regression"; by default texts, truth values and whole numbers of few values are
            classes.
        name: of the data set.

    Raises:
        Error: x and y differ in length, hold values that are no finite numbers, or do not fit the task.

    >>> data = from_arrays([[0.5], [1.5]], [0, 1], test=([[1.0]], [1]), task="classification")
    >>> data.train.x.tolist(), data.test.y.tolist()
    ([[0.5], [1.5]], [1])
    """
    if task is not None and task not in get_args(Task):
        raise Error(f"task is {task!r}; expected 'classification' or 'regression'")
    given = {"train": (x, y), "validation": validation, "test": test}
    pairs = {"" if test is None and part == "train" else part: pair for part, pair in given.items() if pair is not None}
    splits = {part: _split(part, *_pair(part, pair)) for part, pair in pairs.items()}
    for part, split in splits.items():
        _check_rows(part, split)
        if not isinstance(split.x, np.ndarray):
            raise Error(f"x is {type(split.x).__name__}; expected one array, (rows, ...)")
    task = task or likely_task({part: split.y for part, split in splits.items()})
    for part, split in splits.items():
        check_differences(part, split)
    splits = {part: _narrowed_split(split, pairs[part]) for part, split in splits.items()}
    splits = {part: split._replace(x=_float32(split.x)) for part, split in splits.items()}
    notes: list[Note] = []
    classes: tuple[str, ...] = ()
    if task == "classification":
        splits, classes = _labelled(splits, notes)
    else:
        splits, _ = _converted(splits, task, None, notes)
    if test is None:
        whole = splits.pop("")
        parts = split_rows(len(whole.y), whole.y if task == "classification" and whole.y.ndim == 1 else None)
        drawn = dict(
            zip(("train", "validation", "test"), (Split(whole.x[at], whole.y[at]) for at in parts), strict=True)
        )
        splits = {**drawn, **splits}
    say(notes, 2)
    return Dataset(name, classes=classes, **{part: read_only(split) for part, split in splits.items()})


def say(notes: Iterable[Note], level: int) -> None:
    """Warn of what was converted, in the system's language; `level` counts the frames to the user's."""
    for note in notes:
        warnings.warn(note.say(system_language()), stacklevel=level + 1)


def checked(
    data: Dataset, task: Task | None, shape: Sequence[int] | None, pool: Split | None = None
) -> tuple[Dataset, Split | None, list[Note]]:
    """A data set whose splits are arrays that fit a task; the same object where there is nothing to convert.

    Args:
        data: the splits may hold lists, frames and tensors; one of other objects, such as a source, stays as it is.
        task: of the loss; None where its targets may be anything: then the numbers of rows are checked alone.
        shape: of the outputs of a row; None if it is not known.
        pool: rows from which splits are drawn.

    Raises:
        Error: x and y differ in length, hold values that are no finite numbers, or do not fit the task.
    """
    every = {"train": data.train, "validation": data.validation, "test": data.test, "pool": pool}
    given = {part: split for part, split in every.items() if split is not None}
    if not all(isinstance(split, Split | Weighted | list) or type(split) is tuple for split in given.values()):
        return data, pool, []
    splits = {part: _split(part, *_pair(part, split)) for part, split in given.items()}
    for part, split in splits.items():
        _check_rows(part, split)
        check_differences(part, split)
    splits = {part: _narrowed_split(split, given[part]) for part, split in splits.items()}
    notes: list[Note] = []
    names: tuple[str, ...] = ()
    if task is not None:
        splits, names = _converted(splits, task, shape, notes)
    if all(_is_same(split, given[part]) for part, split in splits.items()):
        return data, pool, []
    pool = splits.pop("pool", None)
    return data._replace(**splits, classes=data.classes or names), pool, notes


def as_split(pair: Any) -> Any:
    """A tuple (x, y) or (x, y, weights) as a split; anything else as it is."""
    if type(pair) is not tuple or len(pair) not in (2, 3):
        return pair
    return Split(*pair) if len(pair) == 2 else Weighted(*pair)


def with_arrays(data: Dataset) -> Dataset:
    """A data set whose splits hold arrays where they held lists, and are splits where they were tuples; unchecked.

    Raises:
        Error: lists have different lengths, or hold numbers that differ by less than 32 bits hold, or a field is of
            another kind.
    """
    check_dataset(data)
    changed = {}
    for part in ("train", "test", "validation"):
        given = getattr(data, part)
        split = as_split(given)
        if isinstance(split, Split | Weighted) and any(isinstance(values, list) for values in split):
            lists = {name: values for name, values in split._asdict().items() if isinstance(values, list)}
            wide = {name: _arrays(name, values) for name, values in lists.items()}
            check_differences(part, split._replace(**wide))
            split = split._replace(**{name: _narrowed(wide[name], lists[name]) for name in lists})
        if split is not given:
            changed[part] = split
    return data._replace(**changed) if changed else data


def _pair(part: str, pair: Any) -> tuple[Any, ...]:
    if not isinstance(pair, tuple | list) or len(pair) not in (2, 3):
        size = f" of {len(pair)}" if isinstance(pair, tuple | list) else ""
        raise Error(f"{part or 'data'} is a {type(pair).__name__}{size}; expected (x, y)")
    return tuple(pair)


def _split(part: str, x: Any, y: Any, weights: Any = None) -> Any:
    """A split of arrays; trees of arrays and arrays of JAX stay as they are."""
    split = Split(_arrays("x", x), _arrays("y", y))
    return split if weights is None else Weighted(*split, _arrays("weights", weights))


def _arrays(name: str, values: Any) -> Any:
    if isinstance(values, Mapping):
        return {key: _arrays(f"{name}[{key!r}]", one) for key, one in values.items()} if _changes(values) else values
    if isinstance(values, tuple) and all(hasattr(one, "shape") for one in values):
        return values
    if _is_array(values):
        return values
    array = _numbers_of(values) if is_frame(values) and name[0] == "x" else array_of(name, values)
    if array.dtype == object and all(isinstance(one, numbers.Real) for one in array.ravel()):
        array = np.array(array.tolist())
    if array.ndim == 0:
        raise Error(f"{name} is a {type(values).__name__}; expected an array with one row for each example")
    if name[0] == "x":
        array = _without_objects(name, array)
    return array


def _narrowed(values: Any, given: Any) -> Any:
    """Values of 64 bits with 32, where they are no array that was given."""
    if values is given:
        return values
    if isinstance(values, Mapping):
        return {key: _narrowed(one, given[key]) for key, one in values.items()}
    return values.astype(np.float32) if getattr(values, "dtype", None) == np.float64 else values


def _narrowed_split(split: Any, given: Any) -> Any:
    return split._make(map(_narrowed, split, _pair("", given)))


def _changes(values: Mapping[Any, Any]) -> bool:
    return not all(_is_array(one) or isinstance(one, Mapping | tuple) for one in values.values())


def _is_array(values: Any) -> bool:
    """Whether a program takes the values as they are: an array of NumPy or JAX, but for objects and masks."""
    if isinstance(values, np.ndarray):
        return not values.dtype.hasobject and not isinstance(values, np.ma.MaskedArray)
    return hasattr(values, "aval")


def _numbers_of(frame: Any) -> np.ndarray:
    """The numbers of a DataFrame."""
    import pandas as pd

    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise Error(
                f"x is a DataFrame {frame.shape} whose column {short(name)!r} has no numbers ({frame[name].dtype}): "
                "leave it out, or give the frame to wz.fit or wz.compare, which read such columns"
            )
    if frame.isna().to_numpy().any():
        names = [str(name) for name in frame.columns[frame.isna().any()]]
        count = int(frame.isna().to_numpy().sum())
        raise Error(
            f"x has {count} missing values, in {len(names)} columns such as {short(names[0])!r}: fill them in, or give "
            "the frame to wz.fit or wz.compare, which do"
        )
    return np.asarray(frame.to_numpy(np.float64))


def _without_objects(name: str, x: np.ndarray) -> np.ndarray:
    """Objects that are numbers as numbers."""
    if x.dtype.kind in "OUS":
        try:
            return x.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise Error(
                f"{name} has texts or other objects such as {short(x.ravel()[0])!r}; expected numbers"
            ) from error
    return x


def _float32(x: Any) -> Any:
    return x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def _check_rows(part: str, split: Any) -> None:
    """Refuse splits without rows, and those whose parts differ in length."""
    import jax

    counts = {
        name: {int(leaf.shape[0]) if leaf.shape else 0 for leaf in jax.tree.leaves(value)}
        for name, value in split._asdict().items()
    }
    of = f" of {part}" if part else ""
    rows = [min(counts[name], default=0) for name in ("x", "y")]
    if len(set().union(*counts.values())) > 1:
        raise Error(f"x{of} has {rows[0]} rows and y has {rows[1]}: each row needs one target")
    if rows[0] == 0:
        raise Error(f"x and y{of} have no rows; expected one or more")


def _converted(
    splits: Mapping[str, Any], task: Task, shape: Sequence[int] | None, notes: list[Note]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The splits with targets that fit the task, and the names of classes that were texts; adds to the notes."""
    import jax

    weights = {part: np.asarray(split.weights) for part, split in splits.items() if isinstance(split, Weighted)}
    for part, split in splits.items():
        if part not in weights:  # else what is not counted may be anything
            for leaf in jax.tree.leaves(split.x):
                check_inputs(part, leaf)
    if not all(_is_array(split.y) or isinstance(split.y, np.ndarray) for split in splits.values()):
        return dict(splits), ()
    targets = {part: np.asarray(split.y) for part, split in splits.items()}
    names: tuple[str, ...] = ()
    if task == "classification":
        found, names, said = as_classes(targets, shape, weights)
    else:
        found, said = as_numbers(targets, shape, weights)
    notes += said
    same = {part: found[part] is targets[part] for part in splits}
    return {part: split if same[part] else split._replace(y=found[part]) for part, split in splits.items()}, names


def _labelled(splits: Mapping[str, Any], notes: list[Note]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The splits with class numbers, and the classes' names where they are not 0, 1, 2, ...; adds to the notes."""
    rows = all(split.y.dtype.kind in "iuf" and split.y.ndim == 1 for split in splits.values())
    labels = np.unique(np.concatenate([split.y for split in splits.values()])) if rows else None
    if labels is not None and np.all(labels == np.round(labels)):
        labels = labels.astype(np.int64)
    if labels is None or labels.dtype.kind == "f" or np.array_equal(labels, np.arange(len(labels))):
        return _converted(splits, "classification", None, notes)
    notes.append(Note("targets_numbered", {"classes": short(", ".join(map(str, labels))), "last": len(labels) - 1}))
    numbered = {
        part: split._replace(y=np.searchsorted(labels, split.y).astype(np.int32)) for part, split in splits.items()
    }
    return _converted(numbered, "classification", None, notes)[0], tuple(map(str, labels))


def _is_same(split: Any, given: Any) -> bool:
    return type(split) is type(given) and all(a is b for a, b in zip(split, given, strict=True))
