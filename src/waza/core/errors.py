"""The exception for user errors."""

import contextlib
import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from waza.core.controls import one_line

LONGEST_WORD, LONGEST_MESSAGE = 300, 4_000
MOST_KNOWN = 40


class Error(Exception):
    """A user error. The message is one line: what was given, what was expected, what to do.

    Names and values of the user's are part of it: control characters are escaped, and what is very long is cut.

    >>> print(Error("there is no file two\\nlines.csv"))
    there is no file two\\nlines.csv
    """

    def __init__(self, message: object = ""):
        super().__init__(_cut(one_line(str(message))))

    def tell(self, sentences: Iterable[str]) -> None:
        """Add sentences to the message, but for those that it has already.

        >>> error = Error("no row is left")
        >>> error.tell(["Rows without a target: 3."])
        >>> print(error)
        no row is left. Rows without a target: 3.
        """
        message = str(self)
        said = [one for one in sentences if one_line(one) not in message]
        if said:
            self.args = (_cut(one_line(" ".join([message if message.endswith(".") else f"{message}.", *said]))),)


def _cut(text: str) -> str:
    """The text without the middle of very long words, and of itself."""
    for word in set(re.findall(rf"\S{{{LONGEST_WORD + 1},}}", text)):
        text = text.replace(word, _middle_cut(word, LONGEST_WORD // 2))
    return _middle_cut(text, LONGEST_MESSAGE)


def _middle_cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 :]}"


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


def alike(given: object, known: Iterable[str]) -> list[str]:
    """The known name that is meant, if one is near: first of all one that differs in upper and lower case alone.

    >>> alike("Price", ["prices", "PRICE"]), alike("price", ["size"])
    (['PRICE'], [])
    """
    given = str(given)
    known = [name for name in known if len(name) <= LONGEST_WORD]
    cased = [name for name in known if name.casefold() == given.casefold()]
    return cased[:1] or difflib.get_close_matches(given[:LONGEST_WORD], known, n=1)


def nearest(given: object, known: Iterable[str]) -> str:
    """The end of an error message about an unknown name: the nearest known name, or the known names.

    A name that differs in upper and lower case alone is the nearest.

    >>> nearest("learning_rat", ["learning_rate", "momentum"])
    "did you mean 'learning_rate'?"
    """
    known = list(known)
    close = alike(given, known)
    if close:
        return f"did you mean {close[0]!r}?"
    more = ", ..." if len(known) > MOST_KNOWN else ""
    return f"known: {', '.join(known[:MOST_KNOWN])}{more}" if known else "there are none"
