"""The vocabulary of a corpus: its frequent words with their counts."""

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.given_files import read_given
from waza.core.sealed import sum_of
from waza.data.notes import quoted


@dataclasses.dataclass(frozen=True, eq=False)
class WordVocabulary:
    """Words with their counts, the most frequent first.

    Args:
        words: each once.
        counts: how often each occurs in the corpus, (words,) int64, not increasing.

    >>> vocabulary = WordVocabulary.learn({"or": 1, "be": 3, "to": 2}, minimum=2)
    >>> vocabulary.words, vocabulary.counts.tolist(), vocabulary.ids["to"]
    (('be', 'to'), [3, 2], 1)
    """

    words: tuple[str, ...]
    counts: np.ndarray

    @classmethod
    def learn(cls, counts: Mapping[str, int], minimum: int = 5, most: int | None = None) -> Self:
        """The words that occur often enough.

        Args:
            counts: of `count_words`.
            minimum: words that occur less often are left out.
            most: the largest number of words; None for all. Of equally frequent words the first in `counts` stay.

        Raises:
            Error: an argument is out of range, or fewer than two words are left.
        """
        if minimum < 1 or (most is not None and most < 2):
            raise Error(f"minimum={minimum} and most={most} given; expected at least 1, and at least 2 or None")
        chosen = sorted(((word, count) for word, count in counts.items() if count >= minimum), key=lambda one: -one[1])
        if len(chosen) < 2:
            found = f"only {chosen[0][0]!r} does" if chosen else "none does"
            raise Error(
                f"two different words that occur at least {minimum} times are needed, and {found} "
                f"({len(counts):,} different words in the text): give a longer text, or a smaller minimum count"
            )
        chosen = chosen[:most]
        return cls(tuple(word for word, _ in chosen), np.array([count for _, count in chosen], np.int64))

    @property
    def size(self) -> int:
        """The number of words."""
        return len(self.words)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The number of each word."""
        return {word: number for number, word in enumerate(self.words)}

    @property
    def shares(self) -> np.ndarray:
        """The share of each word among all occurrences of the vocabulary's words, (words,)."""
        return self.counts / self.counts.sum()

    @cached_property
    def digest(self) -> str:
        """A digest of words and counts."""
        return sum_of(self._text().encode())

    def _text(self) -> str:
        return "".join(f"{word} {count}\n" for word, count in zip(self.words, self.counts.tolist(), strict=True))

    def save(self, path: str | Path) -> None:
        """Write a text file with a word and its count on each line, as word2vec's `-save-vocab` does.

        Raises:
            Error: the file cannot be written.
        """
        write_whole(path, self._text().encode())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read the file that `save` wrote.

        Raises:
            Error: the file is missing or a line is not a word with its count.
        """
        try:
            lines = read_given(path, "a vocabulary").decode("utf-8").split("\n")
        except UnicodeDecodeError as error:
            raise Error(f"cannot read the vocabulary {path} ({error}): give the file that was saved") from error
        words, counts = [], []
        for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, 1):
            word, _, count = line.rpartition(" ")
            if word.split() != [word] or not count.isascii() or not count.isdigit():
                raise Error(f"{path}, line {number}: {quoted(line)}; expected a word, a space and its count")
            words.append(word)
            counts.append(int(count))
        if len(set(words)) < len(words) or counts != sorted(counts, reverse=True) or len(words) < 2:
            raise Error(f"{path}: expected at least two words, each once, the most frequent first")
        return cls(tuple(words), np.array(counts, np.int64))
