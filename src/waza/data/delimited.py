"""Reading of delimited text files: the delimiter, the quotes and the header are found from all lines."""

import collections
import contextlib
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.data.cells import texts_as_numbers
from waza.data.encodings import decoded
from waza.data.notes import Note, listed, short

DELIMITERS = ",;\t|"
NAMED_DELIMITER = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)  # Excel's first line
SAMPLED = 1000  # lines
LONGEST_SAMPLE = 1 << 22
MOST_ABOVE = 20  # lines above a header
FITTING = 0.9
EVEN = "expected as many cells in a line as in the header, and quotes around cells that contain the delimiter"
SINGLE_QUOTED = r"(?:^|{delimiter})[ ]*'(?:[^'\n]|'')*'[ ]*(?={delimiter}|$)"


class Form(NamedTuple):
    """How a file is delimited: by `delimiter`, or by blanks where that is " ", with cells between `quote`."""

    delimiter: str
    quote: str = '"'

    def rows(self, lines: Any) -> Iterator[list[str]]:
        """The cells of each line; none where it is blank."""
        if self.delimiter == " ":
            return (row.split() for row in lines)
        return csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote, skipinitialspace=True)


def read_delimited(path: Path, content: bytes) -> tuple[Any, list[Note]]:
    """A delimited text file as a pandas.DataFrame, every cell as text, or missing where it is empty; and notes.

    The encoding is found as for texts: `waza.data.encodings.decoded`. The delimiter is the one of comma, semicolon, tab
    and bar, or else blanks, that divides most lines alike; Excel's first line `sep=;` names it. In a table of one
    column a blank line is a missing value, in others it is skipped.

    Args:
        path: of the file, for error messages.
        content: its bytes.

    Raises:
        Error: the file is no table, has no header, has lines above its header, or lines longer than it.
    """
    import pandas as pd

    whole, notes = decoded(content, path)
    text = whole.lstrip("\r\n ")
    named = NAMED_DELIMITER.match(text)
    if named:
        text = text[named.end() :].lstrip("\r\n ")
    above = whole.count("\n", 0, len(whole) - len(text))
    if not text:
        raise Error(f"{path} has only blank lines: expected a header and rows")
    try:
        with _long_cells(len(text)):
            sample = text[: text.find("\n", LONGEST_SAMPLE) + 1] if len(text) > LONGEST_SAMPLE else text
            form = _form(sample, named[1] if named else "\t" if path.suffix.lower() == ".tsv" else "")
            _check_header(_numbered(form, sample, above), path)
            header, more = _measured(io.StringIO(text, newline=""), form, above, path)
        frame = pd.read_csv(
            io.StringIO(text, newline=""),
            sep=r"\s+" if form.delimiter == " " else form.delimiter,
            quotechar=form.quote,
            dtype=str,
            header=0,
            names=range(len(header)),
            index_col=False,
            skipinitialspace=True,
            skip_blank_lines=len(header) > 1,
            on_bad_lines="error",
            keep_default_na=False,
            na_values=[""],
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, csv.Error) as error:
        reason = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")
        raise Error(f"{path} is not a regular table ({reason}): {EVEN}") from error
    frame.columns = [name.strip() for name in header]
    repeated = frame.eq(frame.columns.to_numpy()).all(axis=1) if len(header) > 1 else pd.Series(False, frame.index)
    if repeated.any():  # as in joined files
        more.append(Note("repeated_header", {"count": int(repeated.sum())}))
        frame = frame[~repeated].reset_index(drop=True)
    return _named(frame, notes + more)


def _named(frame: Any, notes: list[Note]) -> tuple[Any, list[Note]]:
    """The table without the index that pandas writes, and with names for all columns."""
    import pandas as pd

    if not frame.columns[0] and frame.iloc[:, 0].equals(pd.Series(range(len(frame)), dtype=str)):
        notes.append(Note("index"))
        frame = frame.iloc[:, 1:]
    if any(not name for name in frame.columns):
        blank = [i for i, name in enumerate(frame.columns) if not name]
        frame.columns = [name or f"column{i}" for i, name in enumerate(frame.columns)]
        notes.append(Note("unnamed", {"columns": listed(f"column{i}" for i in blank)}))
    return frame, notes


@contextlib.contextmanager
def _long_cells(longest: int) -> Iterator[None]:
    """Let csv read cells of this length."""
    limit = csv.field_size_limit(longest + 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _form(sample: str, delimiter: str) -> Form:
    """The form that divides most of the first lines into as many cells, at least two.

    On a tie the comma is the decimal sign; among others, the one that gives most cells is taken.

    Args:
        sample: the first lines.
        delimiter: the one that is expected, or "".
    """
    forms = [Form(one, _quote(sample, one)) for one in DELIMITERS]
    found = {form: _fit(form, sample) for form in forms}
    if delimiter:
        expected = Form(delimiter, _quote(sample, delimiter))
        if _fit(expected, sample)[2] > 1:
            return expected
    best = max(forms, key=lambda form: (*found[form][:2], form.delimiter != ",", found[form][2]))
    if found[best][:2] < (True, 1.0) and _is_blank_separated(sample):
        return Form(" ")
    return best


def _fit(form: Form, sample: str) -> tuple[bool, float, int]:
    """Whether the first line has as many cells as most lines, how many lines have, and how many cells these are."""
    lines: list[int] = []
    try:
        for row in islice(form.rows(io.StringIO(sample, newline="")), SAMPLED):
            if any(map(str.strip, row)):
                longer = lines and len(row) > lines[0] and not any(row[lines[0] :])
                lines.append(lines[0] if longer else len(row))
    except csv.Error:  # a quote that is not closed is said when the file is read
        pass
    widths = collections.Counter(width for width in lines if width > 1)
    if not widths:
        return False, 0.0, 1
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return lines[0] == width, count / len(lines), width


def _quote(sample: str, delimiter: str) -> str:
    """The sign around cells: the single one where all cells that begin with it end with it, and no other is used."""
    edge = re.escape(delimiter)
    if re.search(rf'(?:^|{edge})[ ]*"', sample, re.MULTILINE):
        return '"'
    others, whole = re.subn(SINGLE_QUOTED.format(delimiter=edge), "", sample, flags=re.MULTILINE)
    return "'" if whole > 1 and not re.search(rf"(?:^|{edge})[ ]*'", others, re.MULTILINE) else '"'


def _is_blank_separated(sample: str) -> bool:
    """Whether all lines have as many cells between blanks, below the header with numbers among them.

    R writes row names without a name in the header, which then has one cell fewer.
    """
    first, *rows = (line.split() for line in sample.splitlines()[:SAMPLED] if line.strip())
    if not rows or len(rows[0]) < 2 or len(first) not in (len(rows[0]), len(rows[0]) - 1):
        return False
    numeric = np.mean([np.isfinite(_numbers(row)).any() for row in rows])
    return {len(row) for row in rows} == {len(rows[0])} and bool(numeric >= FITTING)


def _numbers(row: Sequence[str]) -> np.ndarray:
    """The cells as numbers with a decimal point or comma, NaN if they are none."""
    cells = np.array([cell.strip() for cell in row], object)
    found = [texts_as_numbers(cells, reading) for reading in ("number", "thousands", "comma")]
    return np.where(np.isnan(found[0]), np.where(np.isnan(found[1]), found[2], found[1]), found[0])


def _numbered(form: Form, sample: str, above: int) -> dict[int, list[str]]:
    """The first lines that are not blank, by their numbers in the file."""
    rows = form.rows(io.StringIO(sample, newline=""))
    numbered = ((above + getattr(rows, "line_num", number), row) for number, row in enumerate(rows, 1))
    return dict(islice(((number, row) for number, row in numbered if any(map(str.strip, row))), SAMPLED))


def _check_header(numbered: Mapping[int, Sequence[str]], path: Path) -> None:
    """Refuse a table whose first line is a title or data."""
    numbers, rows = list(numbered), list(numbered.values())
    widths = collections.Counter(map(len, rows[1:]))
    if not widths:
        return
    most, count = widths.most_common(1)[0]
    first = rows[0]
    lone = len(first) < most or (most > 1 and not any(map(str.strip, first[1:])))
    headers = [i for i, row in enumerate(rows[1 : MOST_ABOVE + 1], 1) if _is_header(row, most)]
    if lone and headers and count + headers[0] >= FITTING * len(rows):
        line, names = numbers[headers[0]], rows[headers[0]]
        raise Error(
            f"{path}: line {line} has {len(names)} cells and looks like the header, and line {numbers[0]} above it "
            f"({short(first[0])!r}) like a title: delete the lines above the header"
        )
    if len(first) == most and _is_data(first, rows[1:]):
        raise Error(
            f"{path}: the first line looks like data ({listed(first)}): write the columns' names into a line above it"
        )


def _is_header(row: Sequence[str], width: int) -> bool:
    """Whether the cells are as many names."""
    names = [cell.strip() for cell in row]
    return len(row) == width and len(set(names)) == width and all(names) and bool(np.isnan(_numbers(names)).all())


def _is_data(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first line's numbers are values: not in order, as years or columns' numbers are, or one not whole."""
    numbers = _numbers(first)
    columns = np.flatnonzero(np.isfinite(numbers))
    if len(columns) == 0 or not rows:
        return False
    found = numbers[columns]
    steps = np.diff(found)
    whole = bool((found >= 0).all() and (found == np.round(found)).all())
    if ((steps > 0).all() or (steps < 0).all()) and (whole or len(found) > 2):
        return False
    below = [[row[int(column)] for row in rows if len(row) > column] for column in columns]
    return all(np.isfinite(_numbers(cells)).mean() >= FITTING for cells in below if cells)


def _measured(buffer: io.StringIO, form: Form, above: int, path: Path) -> tuple[list[str], list[Note]]:
    """The header's cells, and notes on shorter and blank lines; longer lines are refused."""
    rows = form.rows(buffer)
    header = next(rows)
    widths: collections.Counter[int] = collections.Counter()
    blank = trailing = 0
    for number, row in enumerate(rows, 2):
        if len(row) > len(header) and any(row[len(header) :]):
            line = above + getattr(rows, "line_num", number)
            names = "; if the first cells are row names, name them in the header" if len(row) == len(header) + 1 else ""
            raise Error(f"{path}: line {line} has {len(row)} cells and the header {len(header)}; {EVEN}{names}")
        if len(row) > 1 or (row and row[0].strip()):
            widths[len(row)] += 1
            blank, trailing = blank + trailing, 0
        else:
            trailing += 1
    notes = [Note("blanks")] if form.delimiter == " " else []
    if form.quote == "'":
        notes.append(Note("single_quotes"))
    if short_lines := sum(count for width, count in widths.items() if width < len(header)):
        notes.append(Note("short_lines", {"count": short_lines}))
    if len(header) == 1 and blank + trailing:
        notes.append(Note("blank_lines", {"count": blank + trailing}))
    elif len(header) > 1 and blank:
        notes.append(Note("skipped_lines", {"count": blank}))
    return header, notes
