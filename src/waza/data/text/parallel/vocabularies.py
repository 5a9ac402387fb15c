"""The tokenizers of a parallel text: one for both languages, or one for each."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal, Self

from waza.core.errors import Error
from waza.data.text.parallel.text import ParallelText
from waza.data.text.pieces import LEAST, Algorithm
from waza.data.text.tokenizer import Tokenizer, tokenizer, tokenizer_from_json

Kind = Literal["pieces", "words", "characters"]

PIECES = 8_000  # by default, or fewer for a small text
LEARNED_FROM = 200_000  # most pairs of which the sentences are learned from


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
            both = _learned((*source, *target), kind, size, algorithm)
            return cls(both, both)
        return cls(*(_learned(sentences, kind, size, algorithm) for sentences in (source, target)))

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


def usual_pieces(sentences: Sequence[str]) -> int:
    """The usual number of pieces: 8,000, or for few sentences a piece for each three, the characters and the bytes.

    Small corpora need small vocabularies: a piece is learned from the sentences that it occurs in (Sennrich and Zhang,
    "Revisiting low-resource neural machine translation", 2019).

    >>> usual_pieces(["a b c"] * 600)
    463
    """
    return min(PIECES, LEAST + len(set("".join(sentences))) + len(sentences) // 3)


def _learned(sentences: Sequence[str], kind: Kind, size: int | None, algorithm: Algorithm) -> Tokenizer:
    """The tokenizer of these sentences."""
    learner = tokenizer(kind)
    if kind == "pieces":
        most = {"size": usual_pieces(sentences), "exact": False} if size is None else {"size": size}
        return learner.learn("\n".join(sentences), algorithm=algorithm, prefix=True, **most)
    if kind == "words":
        return learner.learn("\n".join(sentences), most=size)
    if size is not None:
        raise Error(f"a vocabulary of {size} {kind} was asked for, and {kind} are not limited: give no size, or pieces")
    return learner.learn("".join(sentences))
