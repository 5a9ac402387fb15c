"""Vectors of words: neighbours and analogies."""

import dataclasses
import difflib
import numbers
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.data.notes import quoted

SUGGESTED, SIMILAR = 3, 0.6  # spellings in an error, and the smallest ratio of equal letters


class Neighbour(NamedTuple):
    """A word, and the cosine of the angle between its vector and another."""

    word: str
    cosine: float


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class KeyedVectors:
    r"""Words with a vector each.

    Words are compared by the cosine $\cos(a, b) = a \cdot b / (|a| |b|)$; a vector of zeros has the cosine 0 with all.

    Args:
        words: each once, the most frequent first where that is known.
        vectors: (words, width) float32.

    Raises:
        Error: the shapes do not fit, a word is repeated or empty, or a value is not finite.

    >>> pairs = KeyedVectors(("up", "above", "below"), np.array([[1, 0.1], [1, 0.2], [-1, 0.1]], np.float32))
    >>> pairs.nearest("up", 1)[0].word
    'above'
    """

    words: tuple[str, ...]
    vectors: np.ndarray

    def __post_init__(self):
        object.__setattr__(self, "words", tuple(self.words))
        object.__setattr__(self, "vectors", np.asarray(self.vectors, np.float32))
        if self.vectors.ndim != 2 or len(self.words) != len(self.vectors):
            raise Error(
                f"{len(self.words):,} words and vectors of shape {self.vectors.shape} are given; expected "
                "(words, width)"
            )
        if "" in self.words:
            raise Error(f"word {self.words.index('')} is empty; expected at least a character")
        if len(self._rows) < len(self.words):
            again = next(word for row, word in enumerate(self.words) if self._rows[word] != row)
            raise Error(f"the word {again!r} has more than one vector: give each word once")
        finite = np.isfinite(self.vectors).all(axis=1)
        if not finite.all():
            word = self.words[int(np.argmin(finite))]
            raise Error(f"the vector of {word!r} has values that are not finite: give numbers")

    def __repr__(self) -> str:
        """The numbers of words and values."""
        return f"KeyedVectors({len(self.words):,} words, width {self.width})"

    @property
    def width(self) -> int:
        """The number of values of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def _rows(self) -> dict[str, int]:
        """The row of each word, the first of a word that is repeated."""
        return {word: row for row, word in reversed([*enumerate(self.words)])}

    @cached_property
    def _folded(self) -> dict[str, int]:
        """The row of the first word of each spelling without case."""
        return {word.casefold(): row for row, word in reversed([*enumerate(self.words)])}

    @cached_property
    def units(self) -> np.ndarray:
        """The vectors divided by their lengths, (words, width) float32."""
        lengths = np.linalg.norm(self.vectors.astype(np.float64), axis=1, keepdims=True)
        return (self.vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    def __contains__(self, word: object) -> bool:
        """Whether the word has a vector."""
        return word in self._rows

    def __getitem__(self, word: str) -> np.ndarray:
        """The vector of a word, (width,) float32.

        Raises:
            Error: it has none; the message names words with a similar spelling.
        """
        found: np.ndarray = self.vectors[self.row(word)]
        return found

    def row(self, word: str) -> int:
        """The row of a word.

        Raises:
            Error: it has none; the message names words with a similar spelling.
        """
        if not isinstance(word, str):
            raise Error(f"a value of the type {type(word).__name__} is given; expected a word")
        if word not in self._rows:
            near = self.similar_spellings(word)
            meant = f"did you mean {' or '.join(map(repr, near))}?" if near else "no word has a similar spelling"
            raise Error(f"no vector of {quoted(word)} among {len(self.words):,} words: {meant}")
        return self._rows[word]

    def row_in_any_case(self, word: str) -> int | None:
        """The row of a word, or else of the first word that differs only in upper and lower case; None without one."""
        return self._rows.get(word, self._folded.get(word.casefold()))

    def similar_spellings(self, word: str) -> list[str]:
        """Up to three words whose spelling is nearest, first those that differ only in upper and lower case."""
        folded = word.casefold()
        same = [self.words[self._folded[folded]]] if folded in self._folded else []
        able = {spelling for spelling in self._folded if abs(len(spelling) - len(folded)) <= max(2, len(folded) // 2)}
        near = difflib.get_close_matches(folded, sorted(able), SUGGESTED, SIMILAR)
        return list(dict.fromkeys([*same, *(self.words[self._folded[one]] for one in near)]))[:SUGGESTED]

    def nearest(self, word: str, count: int = 10) -> list[Neighbour]:
        """The words whose vectors have the largest cosine with that of a word, without the word itself.

        Raises:
            Error: the word has no vector.
        """
        row = self.row(word)
        return self.towards(self.units[row], count, [row])

    def analogy(self, a: str, b: str, c: str, count: int = 5) -> list[Neighbour]:
        r"""The words d with which "a is to b as c is to d" fits best: largest $\cos(d, b - a + c)$, without a, b and c.

        Each of the three vectors has the length 1 (3CosAdd). Source: Mikolov, Yih and Zweig, "Linguistic regularities
        in continuous space word representations", 2013.

        Raises:
            Error: one of the words has no vector.
        """
        rows = [self.row(word) for word in (a, b, c)]
        of_a, of_b, of_c = self.units[rows]
        return self.towards(of_b - of_a + of_c, count, rows)

    def towards(self, direction: Any, count: int, without: Sequence[int] = ()) -> list[Neighbour]:
        """The words whose vectors have the largest cosine with a direction, (width,), without some rows.

        Raises:
            Error: count is not at least 1, or the direction has another shape or values that are not finite.
        """
        direction = np.asarray(direction, np.float64)
        if direction.shape != (self.width,) or not np.isfinite(direction).all():
            raise Error(f"a direction of the shape {direction.shape} is given; expected {self.width} finite numbers")
        if not isinstance(count, numbers.Integral) or count < 1:
            raise Error(f"count={count!r} given; expected a number of words of at least 1")
        cosines = self.units @ (direction / (np.linalg.norm(direction) or 1.0)).astype(np.float32)
        cosines[list(without)] = -np.inf
        count = min(count, len(cosines) - len(set(without)))
        found = np.argsort(-cosines, kind="stable")[:count]
        return [Neighbour(self.words[row], float(cosines[row])) for row in found]
