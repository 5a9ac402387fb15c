"""Characters as tokens."""

import dataclasses
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from waza.core.errors import Error
from waza.data.text.ids import checked_ids

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
LARGE, FEWEST = 256, 3


@dataclasses.dataclass(frozen=True)
class Characters:
    """A tokenizer of characters: 1, 2, ... in the order of the alphabet; 0 for every other one, decoded as "�".

    Args:
        alphabet: the characters, each once.

    >>> letters = Characters.learn("abba")
    >>> letters.encode("baxa").tolist()
    [2, 1, 0, 1]
    >>> letters.decode([2, 1, 0, 1])
    'ba�a'
    """

    kind: ClassVar[str] = "characters"

    alphabet: str

    def __post_init__(self):
        if not isinstance(self.alphabet, str) or len(set(self.alphabet)) < len(self.alphabet):
            raise ValueError("an alphabet is a string that has each character once")
        if not self.alphabet or UNKNOWN in self.alphabet:
            raise ValueError(f"an alphabet needs a character, and cannot have {UNKNOWN}, the unknown one")

    @classmethod
    def learn(cls, text: str, fewest: int | None = None) -> Self:
        """Learn the alphabet of a training text, in the order of the code points.

        Args:
            text: the training part only.
            fewest: how often a character must occur. By default 1; if more than 256 different ones occur, as in
                Japanese, 3: the rare ones then train the unknown token.

        Raises:
            Error: no character occurs `fewest` times.
        """
        points, counts = np.unique(_points(text), return_counts=True)
        if fewest is None:
            fewest = 1 if len(points) <= LARGE else FEWEST
        surrogate = (points >= 0xD800) & (points < 0xE000)  # not characters, and in no file
        kept = points[(counts >= fewest) & (points != ord(UNKNOWN)) & ~surrogate]
        if not kept.size:
            raise Error(
                f"no character of the text ({len(text):,} characters) occurs {fewest} times or more: "
                "give a longer text or a smaller `fewest`"
            )
        return cls(_string(kept))

    @property
    def size(self) -> int:
        """The number of tokens."""
        return len(self.alphabet) + 1

    @cached_property
    def _table(self) -> np.ndarray:
        """The token of each code point; the last entry is for all code points beyond."""
        points = _points(self.alphabet)
        table = np.zeros(int(points.max()) + 2, np.int32)
        table[points] = np.arange(1, self.size)
        return table

    def encode(self, text: str) -> np.ndarray:
        """The text's tokens, (characters,) int32."""
        return self._table[np.minimum(_points(text), len(self._table) - 1)]

    def decode(self, ids: Any) -> str:
        """The text of these tokens.

        Raises:
            Error: an id is out of range.
        """
        return _string(_points(UNKNOWN + self.alphabet)[checked_ids(ids, self.size)])

    def shown(self, ids: Any) -> list[str]:
        """The character of each token.

        Raises:
            Error: an id is out of range.
        """
        return list(self.decode(ids))

    def unknown(self, text: str) -> list[str]:
        """The characters that are not in the alphabet.

        >>> Characters("ab").unknown("abc, b")
        ['c', ',', ' ']
        """
        return [character for character, token in zip(text, self.encode(text).tolist(), strict=True) if token == 0]

    def to_json(self) -> dict[str, Any]:
        """The tokenizer as plain values."""
        return {"kind": self.kind, "alphabet": self.alphabet}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The tokenizer from the values of `to_json`."""
        return cls(values["alphabet"])


def _points(text: str) -> np.ndarray:
    """The text's code points, including lone surrogates, which a terminal can pass on."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _string(points: np.ndarray) -> str:
    return points.astype("<u4").tobytes().decode("utf-32-le")
