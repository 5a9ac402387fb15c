"""Test for strings of the embedded Reber grammar, by a regular expression."""

import re

# From the state in which T may be repeated: T's, then V, then any number of paths back to it, then the exit.
_LOWER = "T*V(?:PXT*V)*(?:V|PS)"
_REBER = f"B(?:TS*X(?:S|X{_LOWER})|P{_LOWER})E"
_EMBEDDED = re.compile(f"B([TP]){_REBER}\\1E")


def is_embedded_reber(text: str) -> bool:
    """Whether the text is one whole string of the embedded Reber grammar.

    It shares no code with the generator `embedded_reber_string`, so that each can test the other.

    >>> is_embedded_reber("BTBPVVETE"), is_embedded_reber("BTBPVVEPE")
    (True, False)
    """
    return _EMBEDDED.fullmatch(text) is not None
