"""Words as tokens, in the format of WikiText."""

import collections
import dataclasses
import re
from collections.abc import Iterable
from functools import cached_property
from itertools import repeat
from typing import Any, ClassVar, Self

import numpy as np

from waza.core.errors import Error
from waza.data.text.ids import checked_ids

UNKNOWN, END = "<unk>", "<eos>"
SIGNS = (UNKNOWN, END)


@dataclasses.dataclass(frozen=True)
class Words:
    """A tokenizer of words between spaces; a line end is "<eos>", and an unknown word is "<unk>".

    Decoding gives one space between words and none at the ends of a line. The words and the punctuation of the text
    must be separated by spaces; Japanese needs `Characters` or `Pieces`.

    Args:
        words: "<unk>", "<eos>", and the others, most frequent first.

    Source: Merity, Xiong, Bradbury and Socher, "Pointer sentinel mixture models", 2016 (the convention).

    >>> words = Words.learn("to be or not to be\\n", most=4)
    >>> words.words
    ('<unk>', '<eos>', 'to', 'be')
    >>> words.decode(words.encode("to be\\nto see"))
    'to be\\nto <unk>'
    """

    kind: ClassVar[str] = "words"

    words: tuple[str, ...]

    def __post_init__(self):
        if self.words[:2] != SIGNS or len(set(self.words)) < len(self.words):
            raise ValueError(f"words begin with {UNKNOWN} and {END}, and each is there once")
        if any(word.split() != [word] for word in self.words):
            raise ValueError("a word is a string without spaces")

    @classmethod
    def learn(cls, text: str, most: int | None = None) -> Self:
        """Learn the words of a training text, ordered by frequency, then by first occurrence.

        Args:
            text: the training part only.
            most: the largest number of types, including "<unk>" and "<eos>"; None for all.

        Raises:
            Error: the text has no words, or `most` leaves none.
        """
        if most is not None and most <= len(SIGNS):
            raise Error(f"most={most} given; expected at least {len(SIGNS) + 1}, since {UNKNOWN} and {END} count")
        counts = collections.Counter(_split(text))
        for sign in SIGNS:
            counts.pop(sign, None)
        if not counts:
            raise Error(f"the text ({len(text):,} characters) has no words to learn: give another")
        return cls((*SIGNS, *(word for word, _ in counts.most_common(None if most is None else most - len(SIGNS)))))

    @property
    def size(self) -> int:
        """The number of tokens."""
        return len(self.words)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words)}

    def encode(self, text: str) -> np.ndarray:
        """The text's tokens, (words and line ends,) int32."""
        return np.fromiter(map(self._ids.get, _split(text), repeat(0)), np.int32)

    def decode(self, ids: Any) -> str:
        """The text of these tokens: words with a space between, a line end for "<eos>".

        Raises:
            Error: an id is out of range.
        """
        words: Iterable[str] = (self.words[i] for i in checked_ids(ids, self.size))
        return re.sub(" ?\n ?", "\n", " ".join("\n" if word == END else word for word in words))

    def shown(self, ids: Any) -> list[str]:
        """The word of each token.

        Raises:
            Error: an id is out of range.
        """
        return [self.words[i] for i in checked_ids(ids, self.size)]

    def unknown(self, text: str) -> list[str]:
        """The words that are not in the vocabulary.

        >>> Words.learn("to be").unknown("to see or be")
        ['see', 'or']
        """
        return [word for word in _split(text) if word not in self._ids]

    def to_json(self) -> dict[str, Any]:
        """The tokenizer as plain values."""
        return {"kind": self.kind, "words": list(self.words)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The tokenizer from the values of `to_json`."""
        return cls(tuple(values["words"]))


def _split(text: str) -> list[str]:
    return text.replace("\n", f" {END} ").split()
