"""Reading of table files: CSV, TSV, Parquet and .npz."""

import collections
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data.delimited import read_delimited
from waza.data.encodings import composed
from waza.data.notes import Note, listed, short

LARGEST = 1 << 30
KINDS = (".csv", ".tsv", ".txt", ".parquet", ".npz")


def read_table(path: Path, largest: int = LARGEST) -> tuple[Any, list[Note]]:
    """Read a table as a pandas.DataFrame, with notes on the decisions made.

    The columns of CSV and TSV files are text, as `read_delimited` gives them. Parquet keeps its types. An `.npz` holds
    arrays `x` (rows, ...) and, for training, `y` (rows,); the columns are called x0, x1, ... and y. Pickled objects are
    refused.

    Args:
        path: a file whose name ends in .csv, .tsv, .txt, .parquet or .npz.
        largest: the largest number of bytes that are read.

    Raises:
        Error: the file is missing, too large, empty, damaged, of another kind, or has lines that do not fit its header.
    """
    try:
        given = path.is_file()
    except (OSError, ValueError):  # the name is too long, or the folder may not be read
        given = False
    if not given:
        raise Error(f"there is no file {path}: give a table that ends in {', '.join(KINDS)}")
    kind, size = path.suffix.lower(), path.stat().st_size
    if kind not in KINDS:
        raise Error(f"{path} ends in {kind or 'nothing'!r}; expected a table that ends in {', '.join(KINDS)}")
    if size > largest:
        raise Error(
            f"{path} has {size / 2**30:.1f} GiB, and at most {largest / 2**30:g} GiB are read: "
            "draw a sample of its rows into another file"
        )
    if size == 0:
        raise Error(f"{path} is empty: expected a header and rows")
    notes: list[Note] = []
    try:
        if kind == ".npz":
            frame = _read_arrays(path)
        elif kind == ".parquet":
            frame = _read_parquet(path)
        else:
            frame, more = read_delimited(path)
            notes += more
    except OSError as error:
        raise Error(f"{path} cannot be read ({error.strerror or error}): choose a file that you may read") from error
    except MemoryError as error:
        raise Error(f"{path} does not fit into memory: draw a sample of its rows into another file") from error
    names = [column_name(name) for name in frame.columns]
    doubled = [name for name, count in collections.Counter(names).items() if count > 1]
    if doubled:
        raise Error(f"{path} has two columns called {doubled[0]!r}: give each column a different name")
    frame.columns = names
    if len(frame) == 0:
        raise Error(f"{path} has a header and no rows: expected rows below it")
    return frame, notes


def column_name(given: Any) -> str:
    """A column's name on one line, with each letter and its accents as one character."""
    return composed(" ".join(str(given).split()))


def _read_parquet(path: Path) -> Any:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise Error(
            f"{path} is Parquet, which needs pyarrow: pip install 'waza[parquet]', or save it as CSV"
        ) from error
    try:
        frame = parquet.read_table(path).to_pandas()
        return frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    except Exception as error:  # pyarrow raises its own exception types
        raise Error(f"{path} is not a readable Parquet file ({str(error).splitlines()[0]}): write it again") from error


def _read_arrays(path: Path) -> Any:
    import pandas as pd

    try:
        with path.open("rb") as file:
            arrays = np.load(file, allow_pickle=False)
            if isinstance(arrays, np.ndarray):
                raise Error(f"{path} holds one array without a name; expected arrays called x and y")
            found = sorted(arrays.files)
            if "x" not in found:
                raise Error(f"{path} holds {', '.join(found) or 'nothing'}; expected arrays called x and y")
            x = arrays["x"]
            y = arrays["y"] if "y" in found else None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise Error(f"{path} is not a readable .npz of plain arrays ({reason}): write it with numpy.savez") from error
    if x.ndim < 1 or (y is not None and (y.ndim != 1 or len(x) != len(y))):
        shape = None if y is None else y.shape
        raise Error(f"{path}: x has the shape {x.shape} and y {shape}; expected (rows, ...) and (rows,)")
    if x.dtype.kind not in "biuf" or (y is not None and y.dtype.kind not in "biufU"):
        answers = "" if y is None else f" and y {y.dtype}"
        raise Error(f"{path}: x holds {x.dtype}{answers}; expected numbers, or text for y")
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
    if target in columns:
        others = [name for name in columns if name != target and name.lower() == target.lower()]
        return target, [Note("like_target", {"column": name, "target": target}) for name in others]
    alike = [name for name in columns if name.lower() == target.lower()]
    if len(alike) == 1:
        return alike[0], [Note("target_case", {"given": target, "column": alike[0]})]
    if alike:
        raise Error(f"{target!r} matches the columns {', '.join(map(repr, alike))}: give the exact name")
    if any(name in set(map(str, frame[name])) for name in columns):
        raise Error(
            f"the table has no column {target!r}, and its first line ({listed(columns)}) looks like data: "
            "write the columns' names into a line above it"
        )
    if len(columns) == 1:
        raise Error(
            f"the table has no column {target!r}, and one column called {short(columns[0])!r}: if it should have "
            "several, separate them by commas, semicolons, tabs or bars"
        )
    raise Error(f"the table has no column {target!r}: {nearest(target, columns[:30])}")
