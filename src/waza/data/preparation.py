"""Preparation: from a table's columns to the numbers that a network takes, fitted on training rows alone."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from waza.core.errors import Error, nearest
from waza.data.dataset import Dataset, Split
from waza.data.notes import Note

FEWEST_ROWS = 20
FEWEST_IN_CLASS = 5
MOST_CLASSES = 20
MOST_CATEGORIES = 50
NUMERIC_SHARE = 0.9
DISTINCT_SHARE = 0.9
SHARES = (0.6, 0.2)
CLIP = 10.0

Task = Literal["classification", "regression"]


@dataclasses.dataclass(frozen=True)
class NumericColumn:
    """A column of numbers: missing ones become the training median (and are marked), then it is standardised."""

    name: str
    median: float
    mean: float
    scale: float
    marked: bool
    kind: Literal["number", "comma", "date"] = "number"

    @property
    def width(self) -> int:
        """How many inputs the column becomes."""
        return 1 + self.marked

    def apply(self, cells: Any) -> np.ndarray:
        """(value - mean) / scale, at most 10 away from zero, and whether it was missing."""
        values = as_numbers(cells, self.kind)
        missing = ~np.isfinite(values)
        filled = np.where(missing, self.median, values)
        scaled = np.clip((filled - self.mean) / self.scale, -CLIP, CLIP)
        return np.column_stack([scaled, missing]) if self.marked else scaled[:, None]


@dataclasses.dataclass(frozen=True)
class CategoricalColumn:
    """A column of categories: one input a category that the training rows have, and one for all others if there are."""

    name: str
    categories: tuple[str, ...]
    others: bool

    @property
    def width(self) -> int:
        """How many inputs the column becomes."""
        return len(self.categories) + self.others

    def apply(self, cells: Any) -> np.ndarray:
        """1 for the cell's category, 0 elsewhere; an unknown category counts among the others."""
        texts = as_texts(cells)
        known = [texts == category for category in self.categories]
        if self.others:
            known.append(~np.any(known, axis=0) if known else np.ones(len(texts), bool))
        return np.column_stack(known).astype(float)


@dataclasses.dataclass(frozen=True)
class Preparation:
    """How rows become inputs, and outputs answers; plain facts, so that it can be kept as JSON.

    Args:
        columns: the columns that are used, in order.
        target: the target's column.
        task: "classification" or "regression".
        classes: the labels, in the order of the outputs.
        mean, scale: of the training rows' targets, for regression.
    """

    columns: tuple[NumericColumn | CategoricalColumn, ...]
    target: str
    task: Task
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    scale: float = 1.0

    @property
    def inputs(self) -> int:
        """How many inputs a row becomes."""
        return sum(column.width for column in self.columns)

    @property
    def outputs(self) -> int:
        """How many outputs the network needs."""
        return len(self.classes) if self.task == "classification" else 1

    def apply(self, frame: Any) -> np.ndarray:
        """The inputs of a table's rows, (rows, inputs) float32; columns that are not used are not looked at.

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

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values; each column says of which kind it is."""
        return {
            **dataclasses.asdict(self),
            "columns": [{"of": type(one).__name__, **dataclasses.asdict(one)} for one in self.columns],
        }


def from_json(values: dict[str, Any]) -> Preparation:
    """The preparation that `to_json` gave."""
    kinds: dict[str, Any] = {kind.__name__: kind for kind in (NumericColumn, CategoricalColumn)}
    columns = []
    for column in values["columns"]:
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in column.items()}
        kind = kinds[str(given.pop("of"))]
        columns.append(kind(**given))
    return Preparation(**{**values, "columns": tuple(columns), "classes": tuple(values["classes"])})


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A table made ready: the splits, how they were made, and what was decided."""

    dataset: Dataset
    preparation: Preparation
    notes: tuple[Note, ...]


def prepare(frame: Any, target: str, name: str = "table", task: Task | None = None, seed: int = 0) -> Prepared:
    """Split a table into training, validation and test rows (60, 20, 20 %), and fit its preparation on the first.

    Args:
        frame: a pandas.DataFrame, as `read_table` gives it.
        target: the column to be predicted.
        name: what the data are called.
        task: "classification" or "regression"; by default numbers with more than 20 values are regression.
        seed: of the split; classes are spread evenly over its parts.

    Raises:
        Error: too few rows or classes, or no column that can be used.
    """
    frame, answers, decided, notes = _rows_with_answers(frame, target, task)
    order = np.random.RandomState(seed).permutation(len(frame))
    parts = _split(order, answers if decided == "classification" else None)
    frame = frame.drop(columns=target)
    train, validation, test = (frame.iloc[rows] for rows in parts)
    columns = _fitted(train, notes)
    if not columns:
        raise Error(f"no column of {name} can be used to predict {target!r}: see that the inputs vary between rows")
    if decided == "classification":
        classes = tuple(str(label) for label in np.unique(answers))
        index = {label: i for i, label in enumerate(classes)}
        y = np.array([index[str(answer)] for answer in answers], np.int32)
        preparation = Preparation(tuple(columns), target, decided, classes)
    else:
        mean, scale = float(answers[parts[0]].mean()), float(answers[parts[0]].std()) or 1.0
        y = ((answers - mean) / scale).astype(np.float32)
        preparation = Preparation(tuple(columns), target, decided, mean=mean, scale=scale)
    splits = [Split(preparation.apply(rows), y[at]) for rows, at in zip((train, validation, test), parts, strict=True)]
    notes += _same_rows(splits[0], splits[2])
    return Prepared(Dataset(name, splits[0], splits[2], splits[1]), preparation, tuple(notes))


def _rows_with_answers(frame: Any, target: str, task: Task | None) -> tuple[Any, np.ndarray, Task, list[Note]]:
    """The rows whose target can be used, their answers (texts or numbers), the task, and notes."""
    notes: list[Note] = []
    cells = frame[target]
    present = cells.notna().to_numpy() & (as_texts(cells) != "")
    if not present.all():
        notes.append(Note("target_missing", {"rows": int((~present).sum())}))
        frame, cells = frame[present], cells[present]
    if len(frame) < FEWEST_ROWS:
        raise Error(f"{len(frame)} rows have a target; expected at least {FEWEST_ROWS}: add rows")
    numbers = as_numbers(cells, "number")
    distinct = len(np.unique(as_texts(cells)))
    numeric = not np.isnan(numbers).any() and cells.dtype != bool
    if task == "regression" and not numeric:
        example = as_texts(cells)[np.isnan(numbers)][0]
        raise Error(f"the target {target!r} holds text such as {example!r}; regression needs numbers")
    if task is None:
        whole = numeric and np.isfinite(numbers).all() and (numbers == np.round(numbers)).all()
        few = distinct <= MOST_CLASSES and distinct * FEWEST_IN_CLASS <= len(frame)
        task = "regression" if numeric and not (few and whole) else "classification"
    if task == "regression":
        finite = np.isfinite(numbers)
        if not finite.all():
            notes.append(Note("target_infinite", {"rows": int((~finite).sum())}))
            frame, numbers = frame[finite], numbers[finite]
        if len(frame) < FEWEST_ROWS or np.ptp(numbers) == 0:
            raise Error(f"the target {target!r} has one value only, or too few rows: there is nothing to predict")
        notes.append(Note("regression", {"target": target, "distinct": distinct}))
        return frame, numbers, task, notes
    answers = as_texts(cells)
    labels, counts = np.unique(answers, return_counts=True)
    if len(labels) > len(answers) / 2:
        raise Error(
            f"the target {target!r} has {len(labels)} different texts in {len(answers)} rows: "
            "expected classes that recur, or numbers"
        )
    rare = labels[counts < FEWEST_IN_CLASS]
    if len(rare):
        kept = ~np.isin(answers, rare)
        shown = ", ".join(map(str, rare[:5])) + (", ..." if len(rare) > 5 else "")
        notes.append(Note("rare_classes", {"rows": int((~kept).sum()), "least": FEWEST_IN_CLASS, "classes": shown}))
        frame, answers = frame[kept], answers[kept]
    classes = len(np.unique(answers))
    if classes < 2:
        raise Error(f"the target {target!r} has {classes} class with {FEWEST_IN_CLASS} rows or more; expected two")
    if len(frame) < FEWEST_ROWS:
        raise Error(f"{len(frame)} rows are left; expected at least {FEWEST_ROWS}: add rows")
    notes.append(Note("classification", {"target": target, "classes": classes}))
    return frame, answers, task, notes


def _split(order: np.ndarray, labels: np.ndarray | None) -> list[np.ndarray]:
    """Positions of training, validation and test rows; each class is spread over them by the same shares."""
    groups = [order] if labels is None else [order[labels[order] == label] for label in np.unique(labels)]
    parts: list[list[np.ndarray]] = [[], [], []]
    for group in groups:
        held = max(1, round(len(group) * SHARES[1]))
        ends = (len(group) - 2 * held, len(group) - held)
        for part, rows in zip(parts, np.split(group, ends), strict=True):
            part.append(rows)
    return [np.sort(np.concatenate(part)) for part in parts]


def _fitted(train: Any, notes: list[Note]) -> list[NumericColumn | CategoricalColumn]:
    """Each usable column's facts from the training rows; what is dropped or decided is noted."""
    columns: list[NumericColumn | CategoricalColumn] = []
    dropped: dict[str, list[str]] = {"empty": [], "constant": [], "identifier": []}
    for name in map(str, train.columns):
        cells = train[name]
        texts = as_texts(cells)
        present = texts != ""
        distinct = len(np.unique(texts[present]))
        if distinct == 0:
            dropped["empty"].append(name)
            continue
        if distinct == 1 and present.all():
            dropped["constant"].append(name)
            continue
        kind = _kind(cells, texts, present, name, notes)
        if kind is not None:
            column = _fit_numbers(name, as_numbers(cells, kind), kind)
            if column is None:
                dropped["constant"].append(name)
            else:
                columns.append(column)
        elif distinct > DISTINCT_SHARE * present.sum() and distinct > MOST_CATEGORIES:
            dropped["identifier"].append(name)
        else:
            columns.append(_fit_categories(name, texts, notes))
    for reason, names in dropped.items():
        if names:
            notes.append(Note(reason, {"columns": ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")}))
    return columns


def _kind(
    cells: Any, texts: np.ndarray, present: np.ndarray, name: str, notes: list[Note]
) -> Literal["number", "comma", "date"] | None:
    """How a column is to be read as numbers; None for categories."""
    for kind in ("number", "comma", "date"):
        numbers = as_numbers(cells, kind)
        read = ~np.isnan(numbers) & present
        share = read.sum() / present.sum()
        if share < (NUMERIC_SHARE if kind == "number" else 1):
            continue
        if kind == "comma":
            notes.append(Note("decimal_comma", {"column": name}))
        if kind == "date":
            notes.append(Note("dates", {"column": name}))
        infinite = np.isinf(numbers)
        if infinite.any():
            notes.append(Note("infinite", {"column": name, "count": int(infinite.sum())}))
        strange = present & ~read
        if strange.any():
            found = {"column": name, "count": int(strange.sum()), "example": str(texts[strange][0])[:30]}
            notes.append(Note("not_numbers", found))
        return kind
    return None


def _fit_numbers(name: str, numbers: np.ndarray, kind: Any) -> NumericColumn | None:
    """The column's facts by scikit-learn; None where its finite values do not vary and none is missing."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import StandardScaler

    values = np.where(np.isfinite(numbers), numbers, np.nan)[:, None]
    missing = np.isnan(values)
    if missing.all() or (np.nanmin(values) == np.nanmax(values) and not missing.any()):
        return None
    imputer = SimpleImputer(strategy="median").fit(values)
    scaler = StandardScaler().fit(imputer.transform(values))
    scale = float(scaler.scale_[0])
    facts = (float(imputer.statistics_[0]), float(scaler.mean_[0]), scale)
    if not np.isfinite(facts).all():
        return None
    return NumericColumn(name, *facts, marked=bool(missing.any()), kind=kind)


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


def _same_rows(train: Split, test: Split) -> list[Note]:
    """A note where test rows, inputs and answer, also stand in the training rows."""
    seen = {row.tobytes() for row in np.column_stack([train.x, train.y]).astype(np.float32)}
    rows = sum(row.tobytes() in seen for row in np.column_stack([test.x, test.y]).astype(np.float32))
    return [Note("same_rows", {"rows": rows})] if rows else []


def as_texts(cells: Any) -> np.ndarray:
    """Cells as stripped texts, "" where they are missing; a number that is whole without its point."""
    missing = cells.isna().to_numpy()
    texts = np.array(["" if gone else _text(cell) for cell, gone in zip(cells.tolist(), missing, strict=True)], object)
    return texts.astype(str) if len(texts) else np.array([], str)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def as_numbers(cells: Any, kind: str) -> np.ndarray:
    """Cells as float64, NaN where they are missing or no numbers; dates as days."""
    import pandas as pd

    if kind == "date":
        if pd.api.types.is_datetime64_any_dtype(cells):
            stamps = cells
        elif pd.api.types.is_numeric_dtype(cells) or not _looks_like_dates(cells):
            return np.full(len(cells), np.nan)
        else:
            stamps = pd.to_datetime(cells, errors="coerce", format="ISO8601", utc=True)
        stamps = pd.Series(stamps).dt.tz_localize(None) if stamps.dt.tz is None else stamps.dt.tz_convert(None)
        days = (stamps - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)
        return days.to_numpy(float, na_value=np.nan)
    if pd.api.types.is_bool_dtype(cells):
        return cells.to_numpy(dtype=float, na_value=np.nan)
    if pd.api.types.is_numeric_dtype(cells):
        return cells.to_numpy(dtype=float, na_value=np.nan)
    texts = pd.Series(as_texts(cells))
    if kind == "comma":
        texts = texts.str.replace(",", ".", regex=False)
    return pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _looks_like_dates(cells: Any) -> bool:
    """Whether the first present cell begins as an ISO date does; spares a long search for dates in plain text."""
    first: Sequence[Any] = cells.dropna().head(1).tolist()
    text = str(first[0]) if first else ""
    return len(text) >= 8 and text[:4].isdigit() and text[4] == "-"
