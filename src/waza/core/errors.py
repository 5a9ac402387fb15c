"""The exception for user errors."""

import difflib
from collections.abc import Iterable


class Error(Exception):
    """A user error. The message is one line: what was given, what was expected, what to do."""


def nearest(given: str, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name: the nearest known name, or all known names.

    >>> nearest("learning_rat", ["learning_rate", "momentum"])
    "did you mean 'learning_rate'?"
    """
    known = list(known)
    close = difflib.get_close_matches(given, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(known)}" if known else "there are none"
