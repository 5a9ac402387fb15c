"""A parallel text as tokens: pairs of sentences, and the three parts of a corpus."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.sealed import sum_of
from waza.data.notes import Note
from waza.data.text.parallel.text import ParallelCorpus, ParallelText
from waza.data.text.parallel.vocabularies import Vocabularies
from waza.data.text.sentences import Sentences, digest_of, joined

LONGEST = 256  # tokens of a sentence that is trained on, without the end's


class TokenPairs(NamedTuple):
    """Pairs of sentences as tokens, without the tokens that end sentences.

    Args:
        source: the sentences to translate.
        target: their translations.
        digest: of the tokens of both.
    """

    source: Sentences
    target: Sentences
    digest: str

    @property
    def size(self) -> int:
        """The number of pairs."""
        return len(self.source.starts) - 1

    @property
    def lengths(self) -> np.ndarray:
        """The number of tokens of each pair, with the end's, (pairs, 2): of the source and of the target."""
        return np.stack([self.source.lengths, self.target.lengths], 1) + 1


class ParallelTokens(NamedTuple):
    """A parallel corpus as tokens.

    Args:
        name: of the corpus.
        train: the training pairs.
        test: the pairs for the test.
        validation: the pairs by which settings are chosen.
        ends: the tokens that end a sentence, of the source and of the target.
    """

    name: str
    train: TokenPairs
    test: TokenPairs
    validation: TokenPairs
    ends: tuple[int, int]

    def digest(self) -> str:
        """A digest of all tokens."""
        parts = [self.train.digest, self.test.digest, self.validation.digest, self.ends]
        return sum_of(repr(parts).encode())


def parallel_tokens(
    corpus: ParallelCorpus, vocabularies: Vocabularies, longest: int = LONGEST
) -> tuple[ParallelTokens, list[Note]]:
    """The tokens of a corpus, and notes on pairs that were left out since a side has more than `longest` tokens.

    Args:
        corpus: the sentences.
        vocabularies: learned from its training part.
        longest: the largest number of tokens of a sentence, without the token that ends it.

    Raises:
        Error: no pair of a part is left.

    >>> text = ParallelText("t", ("a b", "b c d"), ("A B", "C"))
    >>> words = Vocabularies.learn(text, "words")
    >>> data, notes = parallel_tokens(ParallelCorpus("t", text, text, text), words, longest=2)
    >>> data.train.size, data.ends, [note.kind for note in notes]
    (1, (6, 5), ['pairs_long', 'pairs_long_held_out'])
    """
    parts, left_out = {}, {}
    for name in ("train", "validation", "test"):
        text = getattr(corpus, name)
        parts[name] = token_pairs(text, vocabularies, longest)
        left_out[name] = text.size - parts[name].size
        if not parts[name].size:
            raise all_too_long(corpus.name, name, text.size, longest)
    return ParallelTokens(corpus.name, **parts, ends=vocabularies.ends), too_long(left_out, longest)


def too_long(left_out: Mapping[str, int], longest: int) -> list[Note]:
    """Notes on the pairs that were left out of each part because they are too long."""
    counts = {"pairs_long": left_out["train"], "pairs_long_held_out": left_out["validation"] + left_out["test"]}
    return [Note(kind, {"count": f"{count:,}", "longest": longest}) for kind, count in counts.items() if count]


def all_too_long(text: str, part: str, count: int, longest: int) -> Error:
    """The error for a part of which no pair is short enough."""
    return Error(
        f"none of the {count:,} pairs of the {part} part of {text} has at most {longest} tokens on both sides: give "
        "shorter sentences, one on a line, or larger tokens"
    )


def token_pairs(text: ParallelText, vocabularies: Vocabularies, longest: int = LONGEST) -> TokenPairs:
    """The pairs of which no side has more than `longest` tokens, as tokens, in the text's order."""
    pairs = list(encoded(text, vocabularies, longest))
    source, target = (joined([pair[side] for pair in pairs], end) for side, end in enumerate(vocabularies.ends))
    return TokenPairs(source, target, digest_of((source, target)))


def encoded(
    text: ParallelText, vocabularies: Vocabularies, longest: int = LONGEST
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """The tokens of each pair of which no side has more than `longest`."""
    sides = (map(vocabularies.source.encode, text.source), map(vocabularies.target.encode, text.target))
    for source, target in zip(*sides, strict=True):
        if max(len(source), len(target)) <= longest:
            yield source, target
