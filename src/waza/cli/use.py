"""`waza use`: a kept model on new rows."""

import argparse
import csv
import io
import sys
from pathlib import Path

from waza.cli.keep import writable
from waza.core.files import write_whole

DIGITS = 9


def command(options: argparse.Namespace) -> None:
    """Predict each row of a table; the answers go to the screen or to a file, as CSV."""
    from waza.data.tables import read_table
    from waza.practice import load_model

    if options.output:
        writable(Path(options.output))
    model = load_model(Path(options.model))
    frame, notes = read_table(Path(options.input))
    columns = model.predict(frame)
    for note in [*notes, *model.preparation.remarks(frame)]:
        print(f"• {note.say(options.lang)}", file=sys.stderr)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([value if isinstance(value, str) else f"{value:.{DIGITS}g}" for value in row])
    if options.output:
        write_whole(Path(options.output), text.getvalue().encode())
    else:
        sys.stdout.write(text.getvalue())
