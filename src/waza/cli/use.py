"""`waza use`: a kept model on new rows or images."""

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from waza.cli.keep import writable
from waza.core.files import write_whole

DIGITS, DIGITS_SHOWN = 9, 4


def command(options: argparse.Namespace) -> None:
    """Answer what is in the files: as CSV, or where someone watches as a table."""
    from waza.practice import load_model

    if options.output:
        writable(Path(options.output))
    model = load_model(Path(options.model))
    given, notes = model.preparation.read([Path(path) for path in options.input])
    columns = model.predict(given)
    for note in notes:
        print(f"• {note.say(options.lang)}", file=sys.stderr)
    if options.output:
        write_whole(Path(options.output), _csv(columns).encode())
    elif sys.stdout.isatty():
        _print(columns)
    else:
        sys.stdout.write(_csv(columns))


def _rows(columns: Mapping[str, Any], digits: int) -> Iterator[list[str]]:
    """The answers as texts, row by row."""
    for row in zip(*columns.values(), strict=True):
        yield [value if isinstance(value, str) else f"{value:.{digits}g}" for value in row]


def _csv(columns: Mapping[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(_rows(columns, DIGITS))
    return text.getvalue()


def _print(columns: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False)
    for row in _rows(columns, DIGITS_SHOWN):
        table.add_row(*map(Text, row))
    Console().print(table)
