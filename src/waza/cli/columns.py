"""Predictions as text: the CSV for programs and spreadsheets, and the table on a terminal.

Names of classes and files are anybody's, and a spreadsheet computes a cell that begins with =, +, - or @. The CSV has
them as they are, so that it joins with the user's own table; `--spreadsheet` writes an apostrophe before them.
"""

import csv
import types
from collections.abc import Iterator, Mapping
from typing import Any

DIGITS, DIGITS_SHOWN = 9, 4
ENDS = "\r\n"  # the characters that the writer puts in quotation marks
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # also the wide ones, which Japanese spreadsheets take


def csv_text(columns: Mapping[str, Any], spreadsheet: bool = False) -> str:
    """The columns as CSV with a head line.

    Args:
        columns: texts or numbers by name.
        spreadsheet: write an apostrophe before texts that are formulas there.

    >>> print(csv_text({"class": ["=1+1", "-1.5"], "probability": [0.5, 0.25]}, spreadsheet=True), end="")
    class,probability
    '=1+1,0.5
    -1.5,0.25
    """
    lines: list[str] = []
    writer = csv.writer(types.SimpleNamespace(write=lines.append), lineterminator=ENDS)
    for row in _cells(columns):
        writer.writerow([f"'{cell}" if spreadsheet and is_formula(cell) else cell for cell in row])
    return "".join(line.removesuffix(ENDS) + "\n" for line in lines)


def encoded(text: str) -> bytes:
    r"""The text in UTF-8; a file name that is not UTF-8 keeps its bytes, and other lone surrogates become "?".

    >>> encoded("caf\udce9"), encoded("\ud800")
    (b'caf\xe9', b'?')
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def formulas(columns: Mapping[str, Any]) -> int:
    """The number of cells that a spreadsheet would compute."""
    return sum(is_formula(cell) for row in _cells(columns) for cell in row)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet takes a cell for a formula; a number is none.

    >>> [is_formula(cell) for cell in ("@SUM(A1)", "-dog", "-1.5", "+3", "cat", "")]
    [True, True, False, False, False, False]
    """
    if not cell.startswith(FORMULA):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return False


def print_columns(columns: Mapping[str, Any]) -> None:
    """Print the columns as a table."""
    from rich.table import Table

    from waza.core.console import Terminal

    table = Table(*columns, box=None, pad_edge=False)
    for row in _rows(columns, DIGITS_SHOWN):
        table.add_row(*row)
    Terminal().print(table)


def _cells(columns: Mapping[str, Any]) -> Iterator[list[str]]:
    yield [*columns]
    yield from _rows(columns, DIGITS)


def _rows(columns: Mapping[str, Any], digits: int) -> Iterator[list[str]]:
    """The predictions as texts, row by row."""
    for row in zip(*columns.values(), strict=True):
        yield [value if isinstance(value, str) else f"{value:.{digits}g}" for value in row]
