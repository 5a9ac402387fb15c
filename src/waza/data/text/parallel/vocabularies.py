"""The tokenizers of a parallel text: one for both languages, or one for each."""

import dataclasses
from typing import Any, Self

from waza.data.text.parallel.text import ParallelText
from waza.data.text.pieces import Algorithm
from waza.data.text.tokenizer import Tokenizer, tokenizer_from_json
from waza.data.text.vocabulary import LEARNED_FROM, Kind, learned


@dataclasses.dataclass(frozen=True)
class Vocabularies:
    """The tokenizers of the source's and the target's sentences; the same one where the vocabulary is joint.

    The ids of a tokenizer are 0 ... size - 1. The id after them, `size`, ends a sentence.

    Args:
        source: of the sentences to translate.
        target: of their translations.
    """

    source: Tokenizer
    target: Tokenizer

    @classmethod
    def learn(
        cls,
        text: ParallelText,
        kind: Kind = "pieces",
        size: int | None = None,
        joint: bool = False,
        algorithm: Algorithm = "unigram",
    ) -> Self:
        """Learn from the training part; of more than 200,000 pairs, from that many at even distances.

        Args:
            text: the training part only.
            kind: "pieces" of words, "words" between spaces, or "characters".
            size: the number of pieces, or the largest number of words, of each vocabulary. By default 8,000 pieces, or
                fewer for a small text (`usual_pieces`), and all words.
            joint: whether both languages have one vocabulary.
            algorithm: of the pieces, "unigram" or "bpe".

        Raises:
            Error: the size does not fit the text, or the kind has no size.

        >>> text = ParallelText("two", ("a b", "b c"), ("A B", "B C"))
        >>> Vocabularies.learn(text, "words").target.words
        ('<unk>', '<eos>', 'B', 'A', 'C')
        >>> Vocabularies.learn(text, "words", joint=True).target.size
        8
        """
        step = -(-text.size // LEARNED_FROM) or 1
        source, target = text.source[::step], text.target[::step]
        if joint:
            both = learned((*source, *target), kind, size, algorithm)
            return cls(both, both)
        return cls(*(learned(sentences, kind, size, algorithm) for sentences in (source, target)))

    @property
    def joint(self) -> bool:
        """Whether both languages have one vocabulary."""
        return self.source is self.target

    @property
    def ends(self) -> tuple[int, int]:
        """The tokens that end a sentence: of the source's and of the target's vocabulary."""
        return self.source.size, self.target.size

    def to_json(self) -> dict[str, Any]:
        """The tokenizers as plain values."""
        return {"source": self.source.to_json()} | ({} if self.joint else {"target": self.target.to_json()})

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The tokenizers from the values of `to_json`.

        Raises:
            Error: the kind is not known, or the package that it needs is missing.
            ValueError, KeyError, TypeError: the values are damaged.
        """
        source = tokenizer_from_json(values["source"])
        return cls(source, tokenizer_from_json(values["target"]) if "target" in values else source)
