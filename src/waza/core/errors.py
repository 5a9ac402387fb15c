"""The exception for user errors."""

import contextlib
import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path


class Error(Exception):
    """A user error. The message is one line: what was given, what was expected, what to do."""


class Damaged(Error):
    """A file that waza wrote cannot be read. The message names the file, what is wrong in it, and what to do."""


@contextlib.contextmanager
def missing_methods() -> Iterator[None]:
    """Turn the `NotImplementedError` of a base class of waza, such as one without `judge`, into an `Error`."""
    try:
        yield
    except NotImplementedError as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is None or not Path(trace.tb_frame.f_code.co_filename).is_relative_to(Path(__file__).parent.parent):
            raise
        raise Error(f"{error}: define it in the class") from error


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
