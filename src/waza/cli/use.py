"""`waza use`: a kept model on new rows, images or texts, or writing on from a prompt."""

import argparse
import csv
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from waza.cli.keep import keep_compiled, writable
from waza.core.errors import Error
from waza.core.files import write_whole

DIGITS, DIGITS_SHOWN = 9, 4
WRITING = ("temperature", "length", "seed")


def command(options: argparse.Namespace) -> None:
    """Answer what is in the files, or write on from the prompt."""
    if (options.input is None) == (options.prompt is None):
        raise Error("give --input with files to be answered, or --prompt with a text to be written on")
    if options.prompt is None:
        _answer(options)
    else:
        _write(options)


def _answer(options: argparse.Namespace) -> None:
    """The answers: as CSV, or where someone watches as a table."""
    for name in WRITING:
        if getattr(options, name) is not None:
            raise Error(f"--{name} goes with --prompt, and --input is given: leave it out")
    if options.output:
        writable(Path(options.output))
    from waza.kinds import load_model

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


def _write(options: argparse.Namespace) -> None:
    """The prompt, and after it what the model writes, as it comes."""
    if options.output:
        raise Error("--output goes with --input, and --prompt is given: leave it out, and redirect what is printed")
    keep_compiled()
    from waza.kinds import load_model
    from waza.kinds.language_model.generation import generate

    model = load_model(Path(options.model))
    asked = {name: getattr(options, name) for name in WRITING if getattr(options, name) is not None}
    pieces = generate(model, options.prompt, **asked)
    for note in model.preparation.of_prompt(options.prompt):
        print(f"• {note.say(options.lang)}", file=sys.stderr)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a prompt's stray bytes, or a terminal that knows few characters
    try:
        print(options.prompt, end="", flush=True)
        for piece in pieces:
            print(piece, end="", flush=True)
    finally:
        print()  # also after Ctrl-C


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
