"""A corpus: a text in three parts, and how one text is split into them."""

from typing import NamedTuple

from waza.core.errors import Error

CUTS = (0.90, 0.95)
LEEWAY = 0.02
FEWEST = 2_000


class Corpus(NamedTuple):
    """A named text in three parts: for training, for choosing settings, and for the test."""

    name: str
    train: str
    validation: str
    test: str


def cut(name: str, text: str) -> Corpus:
    """Divide a text: the first 90 % for training, the next 5 % for validation, the last 5 % for the test.

    The cuts are at the nearest line ends, so that no line is in two parts; if the nearest is farther than 2 % of the
    text, the cut is inside a line. The concatenated parts are the text.

    Raises:
        Error: the text has fewer than 2,000 characters.

    >>> [len(part) for part in cut("lines", "one line\\n" * 1_000)[1:]]
    [8100, 450, 450]
    """
    if len(text) < FEWEST:
        raise Error(
            f"{name} has {len(text):,} characters; expected at least {FEWEST:,}, since 5 % are held out twice: "
            "give a longer text"
        )
    first, second = (_line_end(text, round(share * len(text))) for share in CUTS)
    return Corpus(name, text[:first], text[first:second], text[second:])


def _line_end(text: str, at: int) -> int:
    """The line end nearest to a position; the position itself if none is near."""
    ends = (text.rfind("\n", 0, at) + 1, text.find("\n", at) + 1)  # 0 if there is none: never near
    nearest = min(ends, key=lambda end: abs(end - at))
    return nearest if abs(nearest - at) <= LEEWAY * len(text) else at
