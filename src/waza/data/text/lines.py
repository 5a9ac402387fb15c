"""Texts that have to stay in one line."""

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # line ends among them
SURROGATE = re.compile(r"[\ud800-\udfff]")


def without_controls(text: str) -> str:
    r"""The text with a space for each line end and each other control character.

    Half of a surrogate pair, which JSON can hold and no file can, becomes "�".

    >>> without_controls("one\ntwo")
    'one two'
    """
    return SURROGATE.sub("\N{REPLACEMENT CHARACTER}", CONTROL.sub(" ", text))


def one_line(text: str) -> str:
    r"""The same without blanks at its ends.

    >>> one_line(" to\tbe\r\nor \x1b[1m not\n")
    'to be  or  [1m not'
    """
    return without_controls(text).strip()
