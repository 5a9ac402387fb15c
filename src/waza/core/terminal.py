"""All text for a terminal: what is said on standard output and standard error, with controls shown as text."""

import io
import sys

from waza.core.controls import one_line, shown
from waza.core.streams import Errors, written


def put(text: str, end: str = "\n", flush: bool = False) -> None:
    """Print a text for people.

    Raises:
        OutputLost: standard output cannot be written.
    """
    with written():
        print(shown(text), end=end, flush=flush)


def hand_over(text: str, end: str = "", flush: bool = False) -> None:
    """Print a text for programs, such as a table's CSV: as it is, unless it goes to a terminal.

    Raises:
        OutputLost: standard output cannot be written.
    """
    with written():
        print(shown(text) if sys.stdout.isatty() else text, end=end, flush=flush)


def ask_line(prompt: str) -> str | None:
    """The next line of standard input, with what is no text as "�"; None at its end.

    Raises:
        OutputLost: standard output cannot be written.
    """
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin.errors != "replace":
        sys.stdin.reconfigure(errors="replace")
    try:
        with written():
            return input(prompt)
    except EOFError:
        return None


def tell(text: object) -> None:
    """Print a line to standard error; where that is impossible, it is lost."""
    print(one_line(text), file=Errors(), flush=True)
