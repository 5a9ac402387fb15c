"""Preparation of tables: from columns to inputs of a network, fitted on the training rows only."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, get_args

import numpy as np

from waza.core.errors import Error, nearest
from waza.data.cells import Reading, as_numbers, as_texts, find_reading
from waza.data.columns import CategoricalColumn, NumericColumn
from waza.data.dataset import Dataset, Split
from waza.data.given import frame_of, is_frame, plain_labels
from waza.data.notes import Note, at_most, listed, short
from waza.data.outliers import outlier_note
from waza.data.splitting import split_rows
from waza.data.targets import Task, find_answers

MOST_CATEGORIES = 50
MOST_INPUTS = 20_000
DISTINCT_SHARE = 0.9
TOLD = 1e-9


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
        missing = [column.name for column in self.columns if column.name not in frame.columns]
        if missing:
            raise Error(
                f"the table lacks {len(missing)} of {len(self.columns)} columns, such as {missing[0]!r}: "
                f"{nearest(missing[0], map(str, list(frame.columns)[:30]))}"
            )
        return np.hstack([column.apply(frame[column.name]) for column in self.columns]).astype(np.float32)

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
            Error: there are several files, or the one cannot be read.
        """
        from waza.data.tables import read_table

        if len(paths) != 1:
            raise Error(f"{len(paths)} files given; this model takes the rows of one table: give its file")
        frame, notes = read_table(paths[0])
        return frame, [*notes, *self.remarks(frame)]

    def remarks(self, frame: Any) -> list[Note]:
        """Notes on the cells of new rows that the preparation cannot use."""
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
            kind = kinds[str(given.pop("of"))]
            columns.append(kind(**given))
        tuples = {name: tuple(values.get(name, ())) for name in ("classes", "labels")}
        return cls(**{**values, **tuples, "columns": tuple(columns)})


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A prepared table: the splits, the preparation, and notes on decisions."""

    dataset: Dataset
    preparation: Preparation
    notes: tuple[Note, ...]


def prepare(
    frame: Any,
    target: str,
    name: str = "table",
    task: Task | None = None,
    seed: int = 0,
    part: np.ndarray | None = None,
    width: int | None = None,
) -> Prepared:
    """Split a table into training, validation and test rows (60, 20, 20 %), and fit its preparation on training rows.

    Args:
        frame: a pandas.DataFrame, as `read_table` gives it.
        target: the column to predict.
        name: the name of the data.
        task: "classification" or "regression"; by default numbers with more than 20 values are regression.
        seed: the seed of the split; classes have the same shares in all parts.
        part: of each row, where the table is already split: 0 for training, 1 for validation, 2 for test.
        width: the number of columns of an array from which the table was made.

    Raises:
        Error: too few rows or classes, or no column that can be used.
    """
    frame = frame.reset_index(drop=True)
    given = frame[target]
    rows, answers, decided, notes = find_answers(given, target, task)
    frame = frame.drop(columns=target).iloc[rows]
    if part is None:
        parts = split_rows(len(frame), answers if decided == "classification" else None, seed)
    else:
        parts = [np.flatnonzero(part[rows] == number) for number in range(3)]
    if decided == "regression":
        with np.errstate(over="ignore", invalid="ignore"):
            mean, scale = float(answers[parts[0]].mean()), float(answers[parts[0]].std()) or 1.0
        if not np.isfinite([mean, scale]).all():
            raise Error(f"the target {target!r} has numbers up to {abs(answers).max():.3g}: give it in a larger unit")
    columns = _fitted(frame.iloc[parts[0]], answers[parts[0]], notes)
    if not columns:
        raise Error(f"no column of {name} can be used to predict {target!r}: check that the inputs vary between rows")
    if decided == "classification":
        classes = tuple(str(label) for label in np.unique(answers))
        labels = _labels(given.iloc[rows], answers, classes)
        index = {label: i for i, label in enumerate(classes)}
        y = np.array([index[str(answer)] for answer in answers], np.int32)
        preparation = Preparation(tuple(columns), target, decided, classes, labels=labels, width=width)
    else:
        y = ((answers - mean) / scale).astype(np.float32)
        preparation = Preparation(tuple(columns), target, decided, mean=mean, scale=scale, width=width)
    if preparation.inputs > MOST_INPUTS:
        raise Error(
            f"the columns of {name} become {preparation.inputs} inputs, and at most {MOST_INPUTS} are used: "
            "leave out columns, those of many categories first"
        )
    x = preparation.apply(frame)
    train, validation, test = (Split(x[rows], y[rows]) for rows in parts)
    notes += [*preparation.remarks(frame), *_outliers(preparation, frame, answers), *_same_rows(train, test)]
    return Prepared(Dataset(name, train, test, validation), preparation, tuple(at_most(notes)))


def _labels(cells: Any, answers: np.ndarray, classes: tuple[str, ...]) -> tuple[Any, ...]:
    """The classes as the table has them: the first cell of each; none where all are texts."""
    first = [cells.iloc[int(np.argmax(answers == label))] for label in classes]
    labels = plain_labels(first)
    return () if all(isinstance(one, str) for one in labels) else tuple(labels)


def _fitted(train: Any, answers: np.ndarray, notes: list[Note]) -> list[NumericColumn | CategoricalColumn]:
    """Fit each usable column on the training rows; dropped columns and decisions are noted."""
    columns: list[NumericColumn | CategoricalColumn] = []
    dropped: dict[str, list[str]] = {"empty": [], "constant": [], "too_large": [], "identifier": []}
    for name in map(str, train.columns):
        cells = train[name]
        texts = as_texts(cells)
        present = texts != ""
        distinct = len(set(texts[present]))
        reading = find_reading(cells, texts) if distinct else None
        numbers = None if reading is None else as_numbers(cells, reading)
        column: NumericColumn | CategoricalColumn | str
        if distinct == 0:
            column = "empty"
        elif distinct == 1 and present.all():
            column = "constant"
        elif reading is not None and numbers is not None:
            column = _fit_numbers(name, numbers, reading)
        elif distinct > DISTINCT_SHARE * present.sum() and distinct > MOST_CATEGORIES:
            column = "identifier"
        else:
            column = _fit_categories(name, texts, notes)
            notes += _half_numbers(name, cells, texts)
        if isinstance(column, str):
            dropped[column].append(name)
            continue
        columns.append(column)
        if reading in ("thousands", "comma", "date"):
            notes.append(Note(reading, {"column": name}))
        if numbers is not None and _counts_rows(numbers, cells.index.to_numpy()):
            notes.append(Note("counts_rows", {"column": name}))
        if _tells(numbers, texts, answers):
            notes.append(Note("tells", {"column": name}))
    notes += [Note(reason, {"columns": listed(names)}) for reason, names in dropped.items() if names]
    return columns


def _fit_numbers(name: str, numbers: np.ndarray, reading: Reading) -> NumericColumn | str:
    """Fit the column by scikit-learn; or the reason why it is dropped."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    values = np.where(np.isfinite(numbers), numbers, np.nan)[:, None]
    missing = np.isnan(values)
    if missing.all():
        return "empty"
    if np.nanmin(values) == np.nanmax(values) and not missing.any():
        return "constant"
    with np.errstate(over="ignore", invalid="ignore"):
        imputer = SimpleImputer(strategy="median").fit(values)
        scaler = StandardScaler().fit(imputer.transform(values))
    facts = (float(imputer.statistics_[0]), float(scaler.mean_[0]), float(scaler.scale_[0]))
    if not np.isfinite(facts).all():
        return "too_large"
    return NumericColumn(name, *facts, marked=bool(missing.any()), kind=reading)


def _fit_categories(name: str, texts: np.ndarray, notes: list[Note]) -> CategoricalColumn:
    """The most frequent categories of the training rows, by scikit-learn's encoder."""
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(
        max_categories=MOST_CATEGORIES + 1, handle_unknown="infrequent_if_exist", sparse_output=False
    )
    encoder.fit(texts[:, None].astype(object))
    rare = encoder.infrequent_categories_[0]
    rare = set() if rare is None else set(rare)
    kept = tuple(str(category) for category in encoder.categories_[0] if category not in rare)
    if rare:
        count = len(encoder.categories_[0])
        notes.append(Note("many_categories", {"column": name, "count": count, "kept": len(kept)}))
    return CategoricalColumn(name, kept, bool(rare))


def _outliers(preparation: Preparation, frame: Any, answers: np.ndarray) -> list[Note]:
    """Notes on columns of numbers, and a target, of which one cell decides the scale."""
    numeric = [column for column in preparation.columns if isinstance(column, NumericColumn)]
    found = [
        one for column in numeric for one in outlier_note(column.name, as_numbers(frame[column.name], column.kind))
    ]
    return found + (outlier_note(preparation.target, answers) if preparation.task == "regression" else [])


def _same_rows(train: Split, test: Split) -> list[Note]:
    """A note if test rows, with the same inputs and target, are also training rows."""
    seen = {row.tobytes() for row in np.column_stack([train.x, train.y]).astype(np.float32)}
    rows = sum(row.tobytes() in seen for row in np.column_stack([test.x, test.y]).astype(np.float32))
    return [Note("same_rows", {"rows": rows})] if rows else []


def _half_numbers(name: str, cells: Any, texts: np.ndarray) -> list[Note]:
    """A note if at least half of the cells of a column of categories are numbers."""
    strange = texts[(texts != "") & np.isnan(as_numbers(cells, "number"))]
    if len(strange) > (texts != "").sum() / 2:
        return []
    return [Note("half_numbers", {"column": name, "count": len(strange), "example": short(strange[0])})]


def _counts_rows(numbers: np.ndarray, positions: np.ndarray) -> bool:
    """Whether the column holds the positions of the rows in the table, from 0 or 1."""
    start = numbers - positions
    return bool(start[0] in (0, 1) and np.all(start == start[0]))


def _tells(numbers: np.ndarray | None, texts: np.ndarray, answers: np.ndarray) -> bool:
    """Whether the column is the target in another form: one value per class, or a linear function."""
    if answers.dtype == object:
        pairs = len(set(zip(texts, answers, strict=True)))
        return pairs == len(set(texts)) == len(set(answers))
    if numbers is None or not np.isfinite(numbers).all() or np.ptp(answers) == 0:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(1 - abs(np.corrcoef(numbers, answers)[0, 1]) < TOLD)
