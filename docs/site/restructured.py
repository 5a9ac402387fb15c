"""Docstrings as reStructuredText.

waza's docstrings are plain text with `code`, $inline$ and $$displayed$$ equations and doctests, in Google's sections.
"""

import re
from collections.abc import Iterator

_PIECES = re.compile(
    r"(?P<doctest>(?:^|(?<=\n))[ ]*>>>.*?(?=\n[ ]*\n|\Z))"
    r"|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$|`(?P<code>[^`]+)`",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z_][\w.]*")


def restructured(lines: list[str]) -> list[str]:
    """The lines of a docstring as reStructuredText."""
    return "".join(_pieces("\n".join(lines))).split("\n")


def _pieces(text: str) -> Iterator[str]:
    end = 0
    for found in _PIECES.finditer(text):
        yield _plain(text[end : found.start()])
        end = found.end()
        kind, inner = found.lastgroup, found[found.lastgroup]
        if kind == "doctest":
            yield inner
        elif kind == "block":
            indent = " " * (found.start() - text.rfind("\n", 0, found.start()) - 1)
            yield f"\n{indent}.. math:: {' '.join(inner.split())}\n{indent}"
        elif kind == "inline":
            yield rf"\ :math:`{' '.join(inner.split())}`\ "
        elif _NAME.fullmatch(inner):
            yield rf"\ :py:obj:`{inner}`\ "
        else:
            yield rf"\ ``{' '.join(inner.split())}``\ "
    yield _plain(text[end:])


def _plain(text: str) -> str:
    """Prose, with the characters escaped that have a meaning in reStructuredText."""
    return re.sub(r"[\\*|]|(?<=\w)_(?!\w)", r"\\\g<0>", text)
