"""Lines for the terminal: Japanese is broken between any two characters that may be parted."""

from collections.abc import Iterator

from rich.cells import cell_len

NOT_FIRST = set("、。,.・:;?!)」』】〉》〕%゛゜ヽヾーァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎ々~,.:;?!)]}%…")
NOT_LAST = set("(「『【〈《〔([{")


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, each at most `width` cells wide; a full-width character has two.

    Lines are broken at spaces and beside full-width characters, but not before a closing mark or after an opening one.
    A longer word has a line of its own.

    >>> wrapped("weights of zero", 10), wrapped("重みは、等しい。", 6)
    (['weights of', 'zero'], ['重み', 'は、等', 'しい。'])
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and cell_len(line + piece.rstrip(" ")) > width:
            lines.append(line.rstrip(" "))
            line = ""
        line += piece
    return [*lines, line.rstrip(" ")]


def _pieces(text: str) -> Iterator[str]:
    """What must not be parted: words with the space behind them, and single full-width characters with their marks."""
    piece = ""
    for letter in text:
        if piece and _may_part(piece[-1], letter):
            yield piece
            piece = ""
        piece += letter
    yield piece


def _may_part(before: str, after: str) -> bool:
    if after == " " or after in NOT_FIRST or before in NOT_LAST:
        return False
    return before == " " or cell_len(before) == 2 or cell_len(after) == 2
