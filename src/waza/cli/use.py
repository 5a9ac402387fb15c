"""`waza use`: a saved model on rows, images or texts: predicting, generating, translating, or playing episodes."""

import argparse
import contextlib
import csv
import dataclasses
import io
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from waza.cli.declared import add_declared, given
from waza.cli.keep import keep_compiled, writable
from waza.core.files import write_whole
from waza.kinds.registry import kind_prepared_by, kinds, use_options
from waza.kinds.using import InputOptions, Lines, Writing

DIGITS, DIGITS_SHOWN = 9, 4
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # line ends and tabs are text


def add_options(parser: argparse.ArgumentParser) -> None:
    """The folder, and the options that the kinds of model declare."""
    parser.add_argument("model", metavar="MODEL_DIR", help="the folder that `waza fit` or `waza compare` named")
    parser.epilog = "--input - reads a file from standard input."
    add_declared(parser, [(kind.data, kind.use_options) for kind in kinds()])


def command(options: argparse.Namespace) -> None:
    """Print or write what the model gives for the options."""
    keep_compiled()
    from waza.kinds import load_model

    model = load_model(Path(options.model))
    kind = kind_prepared_by(model.preparation.kind)
    asked: Any = use_options(kind, given(options, [(one.data, one.use_options) for one in kinds()]))
    for path in asked.outputs():
        writable(Path(path))
    output = getattr(asked, "output", None)
    with piped(asked, kind.piped) as asked:
        found = kind.use(model, asked, options.lang)
    for note in found.notes:
        print(f"• {note.say(options.lang)}", file=sys.stderr)
    if isinstance(found, Writing):
        _write(found.pieces)
    elif isinstance(found, Lines):
        _put("".join(f"{line}\n" for line in found.lines), None if found.told else output)
    elif output:
        write_whole(Path(output), _csv(found.columns).encode())
    elif sys.stdout.isatty():
        _print(found.columns)
    else:
        sys.stdout.write(_csv(found.columns))


@contextlib.contextmanager
def piped(asked: Any, ending: str) -> Iterator[Any]:
    """The options with what comes on standard input in a file in place of "-", while this is entered."""
    if not isinstance(asked, InputOptions) or asked.input is None or "-" not in asked.input:
        yield asked
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"standard-input{ending}"
        file.write_bytes(sys.stdin.buffer.read())
        yield dataclasses.replace(asked, input=tuple(str(file) if one == "-" else one for one in asked.input))


def _put(text: str, output: str | None) -> None:
    """Write a text to a file in UTF-8, or print it."""
    if output:
        write_whole(Path(output), text.encode("utf-8", "replace"))
    else:
        _any_text()
        sys.stdout.write(_shown(text))


def _any_text() -> None:
    """Let lone surrogates of a prompt, and characters that a terminal lacks, be printed as "?"."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _shown(text: str) -> str:
    """The text as it is printed: a terminal would obey control characters, so that it is given "�" for each."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text) if sys.stdout.isatty() else text


def _write(pieces: Iterator[str]) -> None:
    """Print a text as it comes."""
    _any_text()
    try:
        for piece in pieces:
            print(_shown(piece), end="", flush=True)
    finally:
        print()  # also after Ctrl-C


def _rows(columns: Mapping[str, Any], digits: int) -> Iterator[list[str]]:
    """The predictions as texts, row by row."""
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
        table.add_row(*(Text(_shown(cell)) for cell in row))
    Console().print(table)
