"""Notes: decisions about a user's data, as sentences in each language."""

import collections
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from waza.core.controls import one_line
from waza.core.errors import Error
from waza.core.language import texts

MOST_LISTED, MOST_NOTES, LONGEST = 10, 5, 30


class Note(NamedTuple):
    """A decision: its kind, and the values that its sentence shows."""

    kind: str
    values: dict[str, Any] = {}  # noqa: RUF012  # never changed

    def say(self, language: str) -> str:
        """The note as a sentence.

        >>> Note("encoding", {"encoding": "cp932"}).say("en")
        'The file was read as cp932, since it is not UTF-8.'
        """
        return texts(Path(__file__).parent / "notes", language)[self.kind].format(**self.values)


@contextlib.contextmanager
def with_notes(gathered: Iterable[Note]) -> Iterator[None]:
    """Let an `Error` end with the notes that were gathered before it, since they may hold its reason.

    Args:
        gathered: the notes, which are read when the error comes: a list that grows, for instance.

    >>> notes = []
    >>> with with_notes(notes):
    ...     notes.append(Note("target_missing", {"rows": 30}))
    ...     raise Error("7 rows are left")
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: 7 rows are left. Rows that were left out because they have no target: 30.
    """
    try:
        yield
    except Error as error:
        error.tell(note.say("en") for note in at_most(list(gathered)))
        raise


def listed(names: Iterable[Any]) -> str:
    """The first few names, followed by dots if there are more."""
    names = list(names)
    return ", ".join(map(short, names[:MOST_LISTED])) + (", ..." if len(names) > MOST_LISTED else "")


def short(text: Any) -> str:
    """The text on one line, without control characters, shortened if it is long.

    >>> short("two\\nlines")
    'two lines'
    """
    line = one_line(" ".join(str(text).split()))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def quoted(text: str) -> str:
    """The text in quotation marks with all its blanks, shortened if it is long.

    >>> quoted("two  blanks ")
    "'two  blanks '"
    """
    return repr(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def at_most(notes: Sequence[Note]) -> list[Note]:
    """The first few notes of each kind, and how many more there were."""
    counts = collections.Counter(note.kind for note in notes)
    seen: collections.Counter[str] = collections.Counter()
    kept = []
    for note in notes:
        seen[note.kind] += 1
        if seen[note.kind] <= MOST_NOTES:
            kept.append(note)
        if seen[note.kind] == MOST_NOTES and counts[note.kind] > MOST_NOTES:
            values = {"count": counts[note.kind] - MOST_NOTES, "column": note.values.get("column", "")}
            kept.append(Note("and_more", values))
    return kept
