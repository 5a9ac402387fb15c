"""Reading of table files: CSV, TSV, Parquet and .npz."""

import collections
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import LARGEST, opened, read_given, too_large
from waza.data.array_files import NUMBERS, TEXTS, read_npz
from waza.data.delimited import read_delimited
from waza.data.encodings import composed
from waza.data.notes import Note, listed, short, with_notes

KINDS = (".csv", ".tsv", ".txt", ".parquet", ".npz")
EXPECTED = f"a table that ends in {', '.join(KINDS)}"
WIDTH, ROWS = 8, 1024  # bytes of a value that is unpacked, at least; rows of Parquet that are unpacked at once


def read_table(path: Path, largest: int = LARGEST) -> tuple[Any, list[Note]]:
    """Read a table as a pandas.DataFrame, with notes on the decisions made.

    The columns of CSV and TSV files are text, as `read_delimited` gives them. Parquet keeps its types. An `.npz` holds
    arrays `x` (rows, ...) and, for training, `y` (rows,); the columns are called x0, x1, ... and y. Pickled objects are
    refused.

    Args:
        path: a file whose name ends in .csv, .tsv, .txt, .parquet or .npz.
        largest: the largest number of bytes that are read, and that Parquet or an .npz may unpack to.

    Raises:
        Error: the file is missing, no plain file, too large, empty, damaged, of another kind, or has lines that do not
            fit its header.
    """
    kind = path.suffix.lower()
    with opened(path, EXPECTED) as file:
        size = file.seek(0, 2)
    if kind not in KINDS:
        raise Error(f"{path} ends in {kind or 'nothing'!r}; expected {EXPECTED}")
    if size > largest:
        raise Error(
            f"{path} has {size / 2**30:.1f} GiB, and at most {largest / 2**30:g} GiB are read: "
            "draw a sample of its rows into another file"
        )
    if size == 0:
        raise Error(f"{path} is empty: expected a header and rows")
    notes: list[Note] = []
    with with_notes(notes):
        try:
            if kind == ".npz":
                frame = _read_arrays(path, largest)
            elif kind == ".parquet":
                frame = _read_parquet(path, largest)
            else:
                frame, more = read_delimited(path, read_given(path, EXPECTED, largest))
                notes += more
        except MemoryError as error:
            raise Error(f"{path} does not fit into memory: draw a sample of its rows into another file") from error
        names = [column_name(name) for name in frame.columns]
        doubled = [name for name, count in collections.Counter(names).items() if count > 1]
        if doubled:
            raise Error(f"{path} has two columns called {short(doubled[0])!r}: give each column a different name")
        frame.columns = names
        if len(frame) == 0:
            raise Error(f"{path} has a header and no rows: expected rows below it")
    return frame, notes


def column_name(given: Any) -> str:
    """A column's name on one line, with each letter and its accents as one character."""
    return composed(" ".join(str(given).split()))


def _read_parquet(path: Path, largest: int) -> Any:
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise Error(
            f"{path} is Parquet, which needs pyarrow: pip install 'waza[parquet]', or save it as CSV"
        ) from error
    try:
        with opened(path, EXPECTED) as file:
            frame = _unpacked(parquet.ParquetFile(file), path, largest).to_pandas()
        return frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    except (Error, MemoryError, pyarrow.lib.ArrowMemoryError):
        raise
    except Exception as error:  # pyarrow raises its own exception types
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise Error(f"{path} is not a readable Parquet file ({reason}): write it again") from error


def _unpacked(file: Any, path: Path, largest: int) -> Any:
    """The table in a Parquet file. What it unpacks to is read in its footer first, and counted then."""
    import pyarrow

    about = file.metadata
    groups = [about.row_group(i) for i in range(about.num_row_groups)]
    promised = max(sum(group.total_byte_size for group in groups), WIDTH * about.num_rows * about.num_columns)
    if promised > largest:
        raise too_large(path, promised, largest, "unpacks to")
    batches, size = [], 0
    for batch in file.iter_batches(ROWS):
        batches.append(batch)
        size += batch.nbytes
        if size > largest:
            raise too_large(path, size, largest, "unpacks to more than")
    return pyarrow.Table.from_batches(batches, file.schema_arrow)


def _read_arrays(path: Path, largest: int) -> Any:
    import pandas as pd

    arrays = read_npz(path, {"x": NUMBERS, "y": NUMBERS + TEXTS}, largest)
    x, y = arrays["x"], arrays.get("y")
    if x.ndim < 1 or (y is not None and (y.ndim != 1 or len(x) != len(y))):
        shape = None if y is None else y.shape
        raise Error(f"{path}: x has the shape {x.shape} and y {shape}; expected (rows, ...) and (rows,)")
    width = int(np.prod(x.shape[1:]))
    frame = pd.DataFrame(x.reshape(len(x), width), columns=[f"x{i}" for i in range(width)])
    return frame if y is None else frame.assign(y=y)


def choose_target(frame: Any, target: str) -> tuple[str, list[Note]]:
    """The target's column: the one of exactly this name, or the only one of this name in other case, which is noted.

    Raises:
        Error: no column, or several, match.
    """
    from waza.core.errors import nearest

    columns, target = [str(name) for name in frame.columns], column_name(target)
    said = repr(short(target))
    if target in columns:
        others = [name for name in columns if name != target and name.lower() == target.lower()]
        return target, [Note("like_target", {"column": name, "target": target}) for name in others]
    alike = [name for name in columns if name.lower() == target.lower()]
    if len(alike) == 1:
        return alike[0], [Note("target_case", {"given": target, "column": alike[0]})]
    if alike:
        raise Error(f"{said} matches the columns {', '.join(map(repr, map(short, alike)))}: give the exact name")
    if any(name in set(map(str, frame[name])) for name in columns):
        raise Error(
            f"the table has no column {said}, and its first line ({listed(columns)}) looks like data: "
            "write the columns' names into a line above it"
        )
    if len(columns) == 1:
        raise Error(
            f"the table has no column {said}, and one column called {short(columns[0])!r}: if it should have "
            "several, separate them by commas, semicolons, tabs or bars"
        )
    raise Error(f"the table has no column {said}: {nearest(target, columns)}")
