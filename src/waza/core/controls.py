"""Controls of terminals in texts, shown as text.

Names of variants, classes, columns and files, and what a model writes, are anybody's: an escape sequence in them could
clear the screen or set its title, a mark of direction could reverse a line.
"""

import re

# Controls of C0 and C1 except line ends and tabs; separators of lines and paragraphs; marks of direction; surrogates;
# and the invisible tag characters. Joiners stay, which some scripts and emoji need.
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def shown(text: str) -> str:
    r"""The text with its controls as text. Line ends and tabs stay, and two characters for one line end become one.

    >>> shown("\x1b[2J a\tb\r\n"), shown("\x9b1m"), shown("\u202egnp.exe")
    ('\\x1b[2J a\tb\n', '\\x9b1m', '\\u202egnp.exe')
    """
    return CONTROLS.sub(_escaped, text.replace("\r\n", "\n"))


def one_line(text: object) -> str:
    r"""The text on one line, with line ends and tabs as text too.

    >>> one_line("no file a\nb\r\n")
    'no file a\\nb\\r\\n'
    """
    return re.sub(r"[\t\n]", _escaped, CONTROLS.sub(_escaped, str(text)))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
