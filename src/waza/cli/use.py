"""`waza use`: a saved model on rows, images or texts: predicting, generating, translating, or playing episodes."""

import argparse
import contextlib
import csv
import dataclasses
import io
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from waza.cli.declared import add_declared, given
from waza.cli.keep import keep_compiled, writable
from waza.core.files import write_whole
from waza.core.terminal import hand_over, put, tell
from waza.kinds.registry import kind_prepared_by, kinds, use_options
from waza.kinds.using import InputOptions, Lines, Writing

DIGITS, DIGITS_SHOWN = 9, 4


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
        tell(f"• {note.say(options.lang)}")
    if isinstance(found, Writing):
        _write(found.pieces)
    elif isinstance(found, Lines):
        _put("".join(f"{line}\n" for line in found.lines), None if found.told else output)
    elif output:
        write_whole(Path(output), _csv(found.columns).encode())
    elif sys.stdout.isatty():
        _print(found.columns)
    else:
        hand_over(_csv(found.columns))


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
        hand_over(text)


def _write(pieces: Iterator[str]) -> None:
    """Print a text as it comes."""
    try:
        for piece in pieces:
            hand_over(piece, flush=True)
    finally:
        put("")  # also after Ctrl-C


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
    from rich.table import Table

    from waza.core.console import Terminal

    table = Table(*columns, box=None, pad_edge=False)
    for row in _rows(columns, DIGITS_SHOWN):
        table.add_row(*row)
    Terminal().print(table)
