"""Preparation of tables: from columns to inputs of a network, fitted on the training rows only."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, get_args

import numpy as np

from waza.core.errors import Error
from waza.data.cells import as_numbers, as_texts, is_missing
from waza.data.choice import Use, choose_columns
from waza.data.columns import CategoricalColumn, NumericColumn, fit_categories, fit_numbers
from waza.data.dataset import Dataset, Split
from waza.data.encodings import composed
from waza.data.given import frame_of, is_frame, plain_labels
from waza.data.leaks import column_leaks, row_leaks
from waza.data.missing_columns import check_columns
from waza.data.notations import Notation, find_notations
from waza.data.notes import Note, at_most, listed, short, with_notes
from waza.data.outliers import outlier_note
from waza.data.rounding import rounded_notes
from waza.data.splitting import split_rows
from waza.data.tables import choose_target, read_table
from waza.data.targets import Task, find_answers, scale_of

MOST_INPUTS = 20_000


@dataclasses.dataclass(frozen=True)
class Preparation:
    """Converts rows to inputs, and outputs to predictions; can be stored as JSON.

    Args:
        columns: the columns that are used, in order.
        target: the column of the target.
        task: "classification" or "regression".
        classes: the labels, in the order of the outputs.
        mean, scale: of the training rows' targets, for regression.
        labels: the classes as the table had them, where these are numbers or booleans.
        width: the number of columns of the array that it was fitted on; None for a table with names.
    """

    kind: ClassVar[str] = "table"

    columns: tuple[NumericColumn | CategoricalColumn, ...]
    target: str
    task: Task
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    scale: float = 1.0
    labels: tuple[Any, ...] = ()
    width: int | None = None

    def __post_init__(self):
        names = [self.target, *self.classes, *(column.name for column in self.columns)]
        if not all(isinstance(name, str) for name in names) or len(set(self.classes)) < len(self.classes):
            raise ValueError("columns need names, and every class needs a unique name")
        if self.labels and len(self.labels) != len(self.classes):
            raise ValueError(f"there are {len(self.labels)} labels for {len(self.classes)} classes")
        if self.task not in get_args(Task) or not np.isfinite([self.mean, self.scale]).all():
            raise ValueError(f"{self.task!r}, {self.mean} and {self.scale} do not describe predictions")

    @property
    def inputs(self) -> int:
        """The number of inputs per row."""
        return sum(column.width for column in self.columns)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a row's inputs."""
        return (self.inputs,)

    @property
    def outputs(self) -> int:
        """The number of outputs of the network."""
        return len(self.classes) if self.task == "classification" else 1

    def apply(self, frame: Any) -> np.ndarray:
        """The inputs of a table's rows, (rows, inputs) float32; columns that are not used are ignored.

        Raises:
            Error: a column that the preparation needs is missing.
        """
        self._check_columns(frame)
        return np.hstack([column.apply(frame[column.name]) for column in self.columns]).astype(np.float32)

    def _check_columns(self, frame: Any) -> None:
        check_columns(frame, [column.name for column in self.columns])

    def given(self, x: Any) -> Any:
        """The rows as `apply` takes them: a pandas.DataFrame, or an array of the width that it was fitted on.

        Raises:
            Error: it is neither.
        """
        frame = frame_of(x)
        if is_frame(x) == (self.width is None) and self.width in (None, frame.shape[1]):
            return frame
        if self.width is None:
            raise Error(
                f"an array is given, and the model was trained on a table with the column {self.columns[0].name!r}: "
                "give a pandas.DataFrame with the same columns"
            )
        if is_frame(x):
            return self.given(frame.to_numpy())
        raise Error(f"x has {frame.shape[1]} columns, and the model was trained on {self.width}: give the same columns")

    def numbers(self, outputs: np.ndarray) -> np.ndarray:
        """The predicted numbers of a regression, (rows,), in the target's unit."""
        return outputs[:, 0].astype(float) * self.scale + self.mean

    def read(self, paths: Sequence[Path]) -> tuple[Any, list[Note]]:
        """The rows of a table's file, and notes on them.

        Raises:
            Error: there are several files, or the one cannot be read or lacks a column.
        """
        if len(paths) != 1:
            raise Error(f"{len(paths)} files given; this model takes the rows of one table: give its file")
        frame, notes = read_table(paths[0])
        with with_notes(notes):
            self._check_columns(frame)
        used = {self.target, *(column.name for column in self.columns)}
        extra = [name for name in map(str, frame.columns) if name not in used]
        if extra:
            notes.append(Note("extra_columns", {"columns": listed(extra)}))
        return frame, [*notes, *self.remarks(frame)]

    def remarks(self, frame: Any) -> list[Note]:
        """Notes on the cells of rows that the preparation cannot use."""
        return at_most([note for column in self.columns for note in column.remarks(frame[column.name])])

    def answers(self, outputs: np.ndarray, frame: Any) -> dict[str, Any]:
        """The predictions for each row: "prediction", and for classification its "probability"."""
        from scipy.special import softmax

        if self.task == "regression":
            return {"prediction": self.numbers(outputs)}
        shares = softmax(outputs, axis=1)
        return {"prediction": np.array(self.classes)[shares.argmax(axis=1)], "probability": shares.max(axis=1)}

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values; each column with its kind."""
        values = {
            **dataclasses.asdict(self),
            "columns": [{"of": type(one).__name__, **dataclasses.asdict(one)} for one in self.columns],
        }
        return {name: value for name, value in values.items() if value or name not in ("labels", "width")}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The preparation from the values of `to_json`."""
        kinds: dict[str, Any] = {kind.__name__: kind for kind in (NumericColumn, CategoricalColumn)}
        columns = []
        for column in values["columns"]:
            given = {name: tuple(value) if isinstance(value, list) else value for name, value in column.items()}
            if isinstance(given["name"], str):
                given["name"] = composed(given["name"])
            kind = kinds[str(given.pop("of"))]
            columns.append(kind(**given))
        tuples = {name: tuple(values.get(name, ())) for name in ("classes", "labels")}
        return cls(**{**values, **tuples, "columns": tuple(columns)})


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A prepared table: the splits, the preparation, and notes on decisions.

    Args:
        dataset: the splits.
        preparation: fitted on the training rows.
        notes: on decisions.
        drawn: whether the split was drawn at random.
        groups: the group of each training, validation and test row, in this order, where the split keeps groups whole.
    """

    dataset: Dataset
    preparation: Preparation
    notes: tuple[Note, ...]
    drawn: bool = True
    groups: np.ndarray | None = None


def prepare(
    frame: Any,
    target: str,
    name: str = "table",
    task: Task | None = None,
    seed: int = 0,
    part: np.ndarray | None = None,
    width: int | None = None,
    groups: str | None = None,
    order: str | None = None,
) -> Prepared:
    """Split a table into training, validation and test rows (60, 20, 20 %), and fit its preparation on training rows.

    What a column is, such as numbers or categories, follows from all rows; means and categories from training rows.

    Args:
        frame: a pandas.DataFrame, as `read_table` gives it.
        target: the column to predict.
        name: the name of the data.
        task: "classification" or "regression"; by default numbers with more than 20 values are regression.
        seed: the seed of the split; classes have the same shares in all parts.
        part: of each row, where the table is already split: 0 for training, 1 for validation, 2 for test.
        width: the number of columns of an array from which the table was made.
        groups: a column whose values name groups, such as patients, which the split keeps whole; it is no input.
        order: a column of dates or numbers, of which the latest are held out; it is no input.

    Raises:
        Error: too few rows or classes, no column that can be used, or a split that is impossible.
    """
    notes: list[Note] = []
    with with_notes(notes):
        return _prepared(frame.reset_index(drop=True), target, name, task, seed, part, width, groups, order, notes)


def _prepared(
    frame: Any,
    target: str,
    name: str,
    task: Task | None,
    seed: int,
    part: np.ndarray | None,
    width: int | None,
    groups: str | None,
    order: str | None,
    notes: list[Note],
) -> Prepared:
    """The same, adding to the notes."""
    groups, order = (None if name is None else choose_target(frame, name)[0] for name in (groups, order))
    notations = find_notations(frame)
    frame, place = _placed(frame, target, groups, order, notations, notes)
    given = frame[target]
    rows, answers, decided, more = find_answers(given, target, task, notations[target])
    notes += more
    if part is None:
        stratified = answers if decided == "classification" else None
        parts = split_rows(len(rows), stratified, seed, **{option: values[rows] for option, values in place.items()})
    else:
        parts = [np.flatnonzero(part[rows] == number) for number in range(3)]
    frame = frame.drop(columns=[name for name in (target, groups, order) if name is not None])
    used, choice = choose_columns(frame, notations)
    notes += choice
    frame = frame.iloc[rows]
    if decided == "regression":
        mean, scale = scale_of(target, answers, parts[0])
        notes += rounded_notes(target, given.iloc[rows], answers)
    if not used:
        why = "" if choice else ": it has no other columns"
        raise Error(f"no column of {name} can be used to predict {short(target)!r}{why}")
    columns = []
    for use in used:
        column, more = _fitted(use, frame[use.name], parts[0], answers)
        columns.append(column)
        notes += more
    if decided == "classification":
        classes = tuple(str(label) for label in np.unique(answers))
        labels = _labels(given.iloc[rows], answers, classes)
        index = {label: i for i, label in enumerate(classes)}
        y = np.array([index[str(answer)] for answer in answers], np.int32)
        preparation = Preparation(tuple(columns), target, decided, classes, labels=labels, width=width)
        if untrained := sorted(set(range(len(classes))) - set(y[parts[0]])):
            notes.append(Note("untrained_classes", {"classes": listed(classes[one] for one in untrained)}))
    else:
        y = ((answers - mean) / scale).astype(np.float32)
        preparation = Preparation(tuple(columns), target, decided, mean=mean, scale=scale, width=width)
    if preparation.inputs > MOST_INPUTS:
        raise Error(
            f"the columns of {name} become {preparation.inputs} inputs, and at most {MOST_INPUTS} are used: "
            "leave out columns, those of many categories first"
        )
    x = preparation.apply(frame)
    train, validation, test = (Split(x[one], y[one]) for one in parts)
    notes += [*preparation.remarks(frame), *_outliers(preparation, frame, answers)]
    notes += row_leaks([train, validation, test])
    grouped = None if groups is None else np.concatenate([place["groups"][rows][one] for one in parts])
    drawn = part is None and order is None
    return Prepared(Dataset(name, train, test, validation), preparation, tuple(at_most(notes)), drawn, grouped)


def _labels(cells: Any, answers: np.ndarray, classes: tuple[str, ...]) -> tuple[Any, ...]:
    """The classes as the table has them: the first cell of each; none where all are texts."""
    first = [cells.iloc[int(np.argmax(answers == label))] for label in classes]
    labels = plain_labels(first)
    return () if all(isinstance(one, str) for one in labels) else tuple(labels)


def _placed(
    frame: Any,
    target: str,
    groups: str | None,
    order: str | None,
    notations: Mapping[str, Notation],
    notes: list[Note],
) -> tuple[Any, dict[str, np.ndarray]]:
    """The rows that have a group or a place in the order, and those by the option's name; adds to the notes."""
    place: dict[str, np.ndarray] = {}
    for option, name in (("groups", groups), ("order", order)):
        if name is None:
            continue
        if name == target:
            raise Error(f"{option}={name!r} is the target; expected another column")
        texts, notation = as_texts(frame[name]), notations[name]
        if option == "groups":
            values, without = texts, is_missing(texts)
        elif notation.reading is None:
            example = short(next(iter(texts[~is_missing(texts)]), ""))
            raise Error(f"order={name!r} has cells such as {example!r}; expected dates or numbers, in all rows")
        else:
            values = as_numbers(frame[name], notation.reading, notation.unit)
            without = ~np.isfinite(values)
        if without.any():
            notes.append(Note("no_place", {"column": name, "rows": int(without.sum())}))
            frame, values = frame[~without].reset_index(drop=True), values[~without]
        place[option] = values
        notes.append(Note(option, {"column": name, "count": len(set(values))}))
    return frame, place


def _fitted(
    use: Use, cells: Any, train: np.ndarray, answers: np.ndarray
) -> tuple[NumericColumn | CategoricalColumn, list[Note]]:
    """The column fitted on the training rows, and notes on its categories and on leaks."""
    texts, notation = as_texts(cells), use.notation
    texts = np.where(is_missing(texts), "", texts)
    if notation.reading is None:
        column, notes = fit_categories(use.name, cells.iloc[train])
        return column, notes + column_leaks(use.name, None, texts, answers)
    numbers = as_numbers(cells, notation.reading, notation.unit)
    fitted = fit_numbers(use.name, cells.iloc[train], notation.reading, notation.unit, use.marked)
    return fitted, column_leaks(use.name, numbers, texts, answers)


def _outliers(preparation: Preparation, frame: Any, answers: np.ndarray) -> list[Note]:
    """Notes on columns of numbers, and a target, of which one cell decides the scale."""
    found = []
    for column in preparation.columns:
        if isinstance(column, NumericColumn):
            found += outlier_note(column.name, as_numbers(frame[column.name], column.kind, column.unit))
    return found + (outlier_note(preparation.target, answers) if preparation.task == "regression" else [])
