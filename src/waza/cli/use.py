"""`waza use`: a saved model on rows, images or texts: predicting, generating, translating, or playing episodes."""

import argparse
import contextlib
import dataclasses
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waza.cli.columns import csv_text, encoded, formulas, print_columns
from waza.cli.declared import add_declared, given
from waza.cli.keep import keep_compiled, read_by, writable
from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import texts
from waza.core.terminal import hand_over, put, tell
from waza.kinds.registry import kind_prepared_by, kinds, use_options
from waza.kinds.using import InputOptions, Lines, Predictions, Writing


def add_options(parser: argparse.ArgumentParser) -> None:
    """The folder, and the options that the kinds of model declare."""
    parser.add_argument("model", metavar="MODEL_DIR", help="the folder that `waza fit` or `waza compare` named")
    parser.epilog = "--input - reads a file from standard input."
    text = "for a spreadsheet program: an apostrophe before texts of the CSV that begin with =, +, - or @"
    parser.add_argument("--spreadsheet", action="store_true", help=f"{text} (default: texts as they are)")
    add_declared(parser, [(kind.data, kind.use_options) for kind in kinds()])


def command(options: argparse.Namespace) -> None:
    """Print or write what the model gives for the options."""
    keep_compiled()
    from waza.kinds import load_model

    model = load_model(Path(options.model))
    kind = kind_prepared_by(model.preparation.kind)
    asked: Any = use_options(kind, given(options, [(one.data, one.use_options) for one in kinds()]))
    from waza.kinds.fit_folder import FILES

    read = [*read_by(asked), *(path for name in FILES if (path := Path(options.model) / name).exists())]
    for path in asked.outputs():
        writable(Path(path), read)
    output = getattr(asked, "output", None)
    with piped(asked, kind.piped) as asked:
        found = kind.use(model, asked, options.lang)
    if options.spreadsheet and not isinstance(found, Predictions):
        raise Error("--spreadsheet is for CSV, and this model gives text: leave it out")
    for note in found.notes:
        tell(f"• {note.say(options.lang)}")
    if isinstance(found, Writing):
        _write(found.pieces)
    elif isinstance(found, Lines):
        _put("".join(f"{line}\n" for line in found.lines), None if found.told else output)
    elif output is None and sys.stdout.isatty():
        print_columns(found.columns)
    else:
        _hand_over(found.columns, output, options)


def _hand_over(columns: Any, output: str | None, options: argparse.Namespace) -> None:
    """Write the predictions as CSV to a file or standard output."""
    text = csv_text(columns, options.spreadsheet)
    if output:
        write_whole(Path(output), encoded(text))
    else:
        hand_over(text)
    count = 0 if options.spreadsheet else formulas(columns)
    if count:
        tell("• " + texts(Path(__file__).with_suffix(""), options.lang)["formulas"].format(count=count))


@contextlib.contextmanager
def piped(asked: Any, ending: str) -> Iterator[Any]:
    """The options with what comes on standard input in a file in place of "-", while this is entered."""
    if not isinstance(asked, InputOptions) or asked.input is None or "-" not in asked.input:
        yield asked
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"standard-input{ending}"
        file.write_bytes(sys.stdin.buffer.read())
        try:
            yield dataclasses.replace(asked, input=tuple(str(file) if one == "-" else one for one in asked.input))
        except Error as error:
            if str(file) not in str(error):
                raise
            raise Error(str(error).replace(str(file), "standard input")) from error


def _put(text: str, output: str | None) -> None:
    """Write a text to a file in UTF-8, or print it."""
    if output:
        write_whole(Path(output), encoded(text))
    else:
        hand_over(text)


def _write(pieces: Iterator[str]) -> None:
    """Print a text as it comes."""
    try:
        for piece in pieces:
            hand_over(piece, flush=True)
    finally:
        put("")  # also after Ctrl-C
