"""Reading a parallel text from two files with aligned lines, or from one file with two columns."""

from pathlib import Path

from waza.core.errors import Error
from waza.data.notes import Note
from waza.data.text.parallel.text import ParallelText, paired
from waza.data.text.reading import decoded_file


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
        columns = [line.split("\t") for line in lines]
        for number, cells in enumerate(columns, 1):
            if len(cells) > 2:
                raise Error(
                    f"{source}: line {number:,} has {len(cells)} columns; expected two, the source and the target, with "
                    "a tab between them: remove the others"
                )
        if all(len(cells) < 2 for cells in columns):
            raise Error(
                f"{source} has no tab; expected two columns, the source and the target, with a tab between them: "
                "separate the columns by tabs, or give the target's file as well"
            )
        sources, targets = [cells[0] for cells in columns], ["".join(cells[1:]) for cells in columns]
    else:
        sources, (targets, more) = lines, _lines(target)
        notes = [*notes, *more]
        sources, targets = _aligned(source, sources, target, targets)
    text, more = paired(Path(source).stem, sources, targets)
    if not text.count:
        raise Error(f"{source} has no line with both sides: give a text of sentences and their translations")
    return text, [*notes, *more]


def split_lines(text: str) -> list[str]:
    r"""The lines of a text: "\n" ends one, "\r\n" too, and "\r" where there is no "\n".

    >>> split_lines("a\u2028b\nc\rd\r\n"), split_lines("a\rb")
    (['a\u2028b', 'c\rd'], ['a', 'b'])
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _lines(path: str | Path) -> tuple[list[str], list[Note]]:
    text, notes = decoded_file(path)
    return split_lines(text), notes


def _aligned(source: str | Path, sources: list[str], target: str | Path, targets: list[str]) -> tuple[list, list]:
    """Both files' lines, if their numbers are equal, with or without the empty lines at the ends."""
    if len(sources) == len(targets):
        return sources, targets
    count, other = (_without_empty_end(lines) for lines in (sources, targets))
    if count != other:
        raise Error(
            f"{source} has {len(sources):,} lines and {target} has {len(targets):,}; expected the same number, since each "
            "line translates the one at its place: check whether lines are missing or divided"
        )
    return sources[:count], targets[:count]


def _without_empty_end(lines: list[str]) -> int:
    """The number of lines up to the last that is not empty."""
    return next((i for i in range(len(lines), 0, -1) if lines[i - 1].strip()), 0)
