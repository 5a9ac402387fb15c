"""What a saved translator needs to know of its sentences."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from waza.data.text.lines import one_line
from waza.data.text.parallel import Vocabularies
from waza.data.text.preparation import composed


@dataclasses.dataclass(frozen=True)
class TranslatorPreparation:
    """Converts sentences to tokens, and tokens to sentences.

    Args:
        vocabularies: of both languages, learned from the training pairs.
        longest: the largest number of tokens of a sentence; the training saw none with more.
    """

    kind: ClassVar[str] = "translation"

    vocabularies: Vocabularies
    longest: int

    @property
    def outputs(self) -> int:
        """The number of target tokens, with the one that ends a sentence."""
        return self.vocabularies.target.size + 1

    @property
    def inputs(self) -> int:
        """The number of source tokens, with the one that ends a sentence."""
        return self.vocabularies.source.size + 1

    def sentence(self, line: str) -> str:
        """A line as the training had its sentences: composed (NFC), without blanks at both ends, and in one line."""
        return composed(line.replace("\n", " ").strip())

    def encode(self, sentence: str) -> np.ndarray:
        """The source tokens of a sentence, (n,) int32, at most `longest`, and then the one that ends it."""
        ids = self.vocabularies.source.encode(sentence)[: self.longest]
        return np.append(ids, np.int32(self.vocabularies.ends[0]))

    def cut(self, lines: Iterable[str]) -> int:
        """How many source lines have more than `longest` tokens, of which `encode` leaves the last out."""
        return sum(len(self.vocabularies.source.encode(self.sentence(line))) > self.longest for line in lines)

    def unknown(self, lines: Iterable[str]) -> Counter[str]:
        """The words or characters of source lines that are not in the vocabulary, with their numbers."""
        return Counter(one for line in lines for one in self.vocabularies.source.unknown(self.sentence(line)))

    def decode(self, ids: Any) -> str:
        """The sentence of target tokens, in one line, without the one that ends it."""
        return one_line(self.vocabularies.target.decode(ids))

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        return {"vocabularies": self.vocabularies.to_json(), "longest": self.longest}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The preparation that `to_json` described."""
        longest = values["longest"]
        if not isinstance(longest, int) or longest < 1:
            raise ValueError(f"longest is {longest!r}, and not a number of tokens")
        return cls(Vocabularies.from_json(values["vocabularies"]), longest)
