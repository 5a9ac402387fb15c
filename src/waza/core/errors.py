"""The one error that a user's mistake raises."""

import difflib
from collections.abc import Iterable


class Error(Exception):
    """A mistake that the user can mend: what was given, what was expected, what to do, in one line."""


def nearest(given: str, known: Iterable[str]) -> str:
    """The end of an error about an unknown name: the nearest known one, or all of them.

    >>> nearest("learning_rat", ["learning_rate", "momentum"])
    "did you mean 'learning_rate'?"
    """
    known = list(known)
    close = difflib.get_close_matches(given, known, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(known)}" if known else "there are none"
