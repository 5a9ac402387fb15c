"""Tables: a user's own file, as columns of text or numbers."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data.notes import Note

LARGEST = 1 << 30
ENCODINGS = ("utf-8-sig", "cp932")
DELIMITERS = ",;\t|"
KINDS = (".csv", ".tsv", ".txt", ".parquet", ".npz")
SNIFFED = 1 << 16


def read_table(path: Path, largest: int = LARGEST) -> tuple[Any, list[Note]]:
    """A table's columns as a pandas.DataFrame, and notes on what had to be decided.

    CSV and TSV come as text, column by column, and are read in UTF-8, else in cp932, else in latin-1; the delimiter is
    found among comma, semicolon, tab and bar. Parquet keeps its types. An `.npz` holds arrays `x` (rows, ...) and `y`
    (rows,), whose columns are called x0, x1, ... and y; pickled objects are refused.

    Args:
        path: a file whose name ends in .csv, .tsv, .txt, .parquet or .npz.
        largest: the most bytes that are read.

    Raises:
        Error: the file is missing, too large, empty, damaged, of another kind, or has lines that do not fit its header.
    """
    if not path.is_file():
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
            frame = _read_text(path, notes)
    except OSError as error:
        raise Error(f"{path} cannot be read ({error.strerror or error}): choose a file that you may read") from error
    except MemoryError as error:
        raise Error(f"{path} does not fit into memory: draw a sample of its rows into another file") from error
    names = [str(name).strip() for name in frame.columns]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise Error(f"{path} has two columns called {doubled[0]!r}: give each column a name of its own")
    frame.columns = names
    if len(frame) == 0:
        raise Error(f"{path} has a header and no rows: expected at least 20 rows")
    return frame, notes


def _read_text(path: Path, notes: list[Note]) -> Any:
    """A delimited text file, every cell as text or missing."""
    import pandas as pd

    raw = path.read_bytes()
    if b"\0" in raw:
        raise Error(f"{path} holds NUL bytes, so it is no text table (or UTF-16): save it as CSV in UTF-8")
    text = _decoded(raw, path, notes)
    first = next((line for line in text[:SNIFFED].splitlines() if line.strip()), "")
    if not first:
        raise Error(f"{path} holds nothing but blank lines: expected a header and rows")
    delimiter = _delimiter(text[:SNIFFED], first, path)
    header = next(csv.reader([first], delimiter=delimiter))
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            dtype=str,
            header=0,
            names=range(len(header)),
            index_col=False,
            skipinitialspace=True,
            on_bad_lines="error",
            keep_default_na=True,
            na_values=["?", "-", "--", "欠損"],
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pd.errors.ParserWarning, ValueError, csv.Error) as error:
        reason = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")
        raise Error(
            f"{path} is no even table ({reason}): every line needs {len(header)} cells as the header has, "
            "quoted where they hold the delimiter"
        ) from error
    frame.columns = [name.strip() for name in header]
    if any(not name for name in frame.columns):
        blank = [i for i, name in enumerate(frame.columns) if not name]
        frame.columns = [name or f"column{i}" for i, name in enumerate(frame.columns)]
        notes.append(Note("unnamed", {"columns": ", ".join(f"column{i}" for i in blank)}))
    return frame


def _decoded(raw: bytes, path: Path, notes: list[Note]) -> str:
    """The text; which encoding was taken is noted where it is not UTF-8."""
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != ENCODINGS[0]:
            notes.append(Note("encoding", {"encoding": encoding}))
        return text
    text = raw.decode("latin-1")
    control = sum(letter < " " and letter not in "\t\r\n" for letter in text[:SNIFFED])
    if control > len(text[:SNIFFED]) / 100:
        raise Error(f"{path} is no text: save the table as CSV in UTF-8")
    notes.append(Note("encoding", {"encoding": "latin-1"}))
    return text


def _delimiter(text: str, first: str, path: Path) -> str:
    """The delimiter of most cells in the header; a tab for .tsv where there is one."""
    if path.suffix.lower() == ".tsv" and "\t" in first:
        return "\t"
    counts = {delimiter: len(next(csv.reader([first], delimiter=delimiter))) for delimiter in DELIMITERS}
    return max(counts, key=lambda delimiter: counts[delimiter])


def _read_parquet(path: Path) -> Any:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise Error(
            f"{path} is Parquet, which needs pyarrow: pip install 'waza[parquet]', or save it as CSV"
        ) from error
    try:
        return parquet.read_table(path).to_pandas()
    except Exception as error:  # pyarrow raises its own kinds
        raise Error(f"{path} is no readable Parquet file ({str(error).splitlines()[0]}): write it anew") from error


def _read_arrays(path: Path) -> Any:
    import pandas as pd

    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = sorted(arrays.files)
            if not {"x", "y"} <= set(found):
                raise Error(f"{path} holds {', '.join(found) or 'nothing'}; expected arrays called x and y")
            x, y = arrays["x"], arrays["y"]
    except (ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise Error(f"{path} is no readable .npz of plain arrays ({error}): write it anew with numpy.savez") from error
    if x.ndim < 1 or y.ndim != 1 or len(x) != len(y):
        raise Error(f"{path}: x has the shape {x.shape} and y {y.shape}; expected (rows, ...) and (rows,)")
    if x.dtype.kind not in "biuf" or y.dtype.kind not in "biufU":
        raise Error(f"{path}: x holds {x.dtype} and y {y.dtype}; expected numbers (y may hold text)")
    x = x.reshape(len(x), -1)
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
    return frame.assign(y=y)


def choose_target(frame: Any, target: str) -> tuple[str, list[Note]]:
    """The target's column: of this very name, or the only one of this name in other case, which is noted.

    Raises:
        Error: no column, or several, can be meant.
    """
    from waza.core.errors import nearest

    columns = [str(name) for name in frame.columns]
    if target in columns:
        others = [name for name in columns if name != target and name.lower() == target.lower()]
        return target, [Note("like_target", {"column": name, "target": target}) for name in others]
    alike = [name for name in columns if name.lower() == target.strip().lower()]
    if len(alike) == 1:
        return alike[0], [Note("target_case", {"given": target, "column": alike[0]})]
    if alike:
        raise Error(f"{target!r} may mean the columns {', '.join(map(repr, alike))}: write the name as it stands")
    raise Error(f"the table has no column {target!r}: {nearest(target, columns[:30])}")
