"""Reading a parallel text from two files with aligned lines, or from one file with two columns."""

from collections.abc import Sequence
from pathlib import Path

from waza.core.errors import Error
from waza.core.given_files import as_path
from waza.data.notes import Note, with_notes
from waza.data.text.parallel.text import ParallelText, counted_notes, paired
from waza.data.text.reading import decoded_file, split_lines


def read_pairs(source: str | Path, target: str | Path | None = None) -> tuple[ParallelText, list[Note]]:
    r"""The pairs of sentences in two files, or in one with two columns; with notes on what was decided.

    Line i of the target file translates line i of the source file. One file alone is a table with two columns,
    separated by a tab; quotation marks have no special meaning in it. A line ends with "\n" or "\r\n", or with "\r" in
    a file that has no "\n"; no other character, such as U+2028, ends a line. Encodings are found as for other texts.
    Lines that are empty on a side are left out, and counted in a note (`paired`). A pair of files is named as the
    source file without its ending.

    Args:
        source: the file of the sentences to translate, or of both columns.
        target: the file of their translations.

    Raises:
        Error: a file cannot be read, the files have different numbers of lines, a line has more than two columns, or no
            pair is left.
    """
    lines, notes = _lines(source)
    if target is None:
        sources, targets = columns(source, lines)
    else:
        targets, more = _lines(target)
        notes = [*notes, *more]
        sources, targets = _aligned(source, lines, target, targets)
    text, counts = paired(as_path(source).stem, sources, targets)
    notes += counted_notes(counts)
    if not text.size:
        with with_notes(notes):
            raise no_pair(source)
    return text, notes


def columns(path: str | Path, lines: Sequence[str], first: int = 1) -> tuple[list[str], list[str]]:
    """The two columns of lines, the first of which has the number `first` in its file.

    Raises:
        Error: a line has more columns, or none has two.
    """
    cells = [line.split("\t") for line in lines]
    for number, row in enumerate(cells, first):
        if len(row) > 2:
            raise Error(
                f"{path}: line {number:,} has {len(row)} columns; expected two, the source and the target, with a "
                "tab between them: remove the others"
            )
    if all(len(row) < 2 for row in cells):
        raise Error(
            f"{path} has no tab; expected two columns, the source and the target, separated by a tab: put tabs between "
            "the columns, or give the file of the targets as well"
        )
    return [row[0] for row in cells], ["".join(row[1:]) for row in cells]


def other_length(source: str | Path, count: int, target: str | Path, other: int) -> Error:
    """The error for files with different numbers of lines."""
    return Error(
        f"{source} has {count:,} lines and {target} has {other:,}; expected the same number, since each line is the "
        "translation of the one at its place: check whether lines are missing or divided"
    )


def no_pair(source: str | Path) -> Error:
    """The error for a text of which each pair has an empty side."""
    return Error(f"{source} has no line with both sides: give a text of sentences and their translations")


def _lines(path: str | Path) -> tuple[list[str], list[Note]]:
    text, notes = decoded_file(path)
    return split_lines(text), notes


def _aligned(
    source: str | Path, sources: list[str], target: str | Path, targets: list[str]
) -> tuple[list[str], list[str]]:
    """Both files' lines, if their numbers are equal, with or without the empty lines at the ends."""
    if len(sources) == len(targets):
        return sources, targets
    count, other = (_without_empty_end(lines) for lines in (sources, targets))
    if count != other:
        raise other_length(source, len(sources), target, len(targets))
    return sources[:count], targets[:count]


def _without_empty_end(lines: list[str]) -> int:
    """The number of lines up to the last that is not empty."""
    return next((i for i in range(len(lines), 0, -1) if lines[i - 1].strip()), 0)
