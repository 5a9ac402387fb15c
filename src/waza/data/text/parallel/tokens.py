"""A parallel text as tokens: all sentences of a side in one row, with the places where each begins."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.sealed import sum_of
from waza.data.notes import Note
from waza.data.text.parallel.text import ParallelCorpus, ParallelText
from waza.data.text.parallel.vocabularies import Vocabularies

LONGEST = 256  # tokens of a sentence that is trained on, without the end's


class Sentences(NamedTuple):
    """Sentences as tokens, in memory or mapped from a file.

    Args:
        tokens: of all sentences, one after the other, (tokens,) integers.
        starts: where each sentence begins, and the number of all tokens, (sentences + 1,) int64.
    """

    tokens: np.ndarray
    starts: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """The number of tokens of each sentence, (sentences,)."""
        return np.diff(np.asarray(self.starts))

    def padded(self, rows: np.ndarray, length: int, fill: int) -> np.ndarray:
        """Sentences of the same length, (rows, length) int32: what is after a sentence's end is `fill`.

        Args:
            rows: their numbers; -1 for a row without tokens.
            length: at least that of the longest of them.
            fill: a token.

        >>> Sentences(np.array([5, 6, 7]), np.array([0, 1, 3])).padded(np.array([1, -1, 0]), 3, 9).tolist()
        [[6, 7, 9], [9, 9, 9], [5, 9, 9]]
        """
        start, stop = self.starts[rows], self.starts[rows + 1]
        place = start[:, None] + np.arange(length)
        real = (place < stop[:, None]) & (rows >= 0)[:, None]
        return np.where(real, self.tokens[np.where(real, place, 0)], fill).astype(np.int32)


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


def joined(ids: Sequence[np.ndarray], end: int) -> Sentences:
    """The tokens of each sentence as one row.

    Args:
        ids: of each sentence, (tokens,).
        end: the token that ends a sentence, larger than all others.

    >>> joined([np.array([3]), np.array([], int), np.array([1, 2])], end=4)
    Sentences(tokens=array([3, 1, 2], dtype=uint16), starts=array([0, 1, 1, 3]))
    """
    starts = np.cumsum([0, *map(len, ids)], dtype=np.int64)
    return Sentences(np.concatenate([np.zeros(0, np.int32), *ids]).astype(token_type(end)), starts)


def encoded(
    text: ParallelText, vocabularies: Vocabularies, longest: int = LONGEST
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """The tokens of each pair of which no side has more than `longest`."""
    sides = (map(vocabularies.source.encode, text.source), map(vocabularies.target.encode, text.target))
    for source, target in zip(*sides, strict=True):
        if max(len(source), len(target)) <= longest:
            yield source, target


def token_type(size: int) -> np.dtype:
    """The smallest type of integers for the tokens 0 ... size - 1.

    >>> token_type(8000), token_type(70000)
    (dtype('uint16'), dtype('int32'))
    """
    return np.dtype("<u2" if size <= 1 << 16 else "<i4")


def digest_of(sides: Iterable[Sentences]) -> str:
    """The digest of pairs of sentences: of both sides' tokens and starts."""
    return digest_of_sums(sum_of(np.ascontiguousarray(part).tobytes()) for part in chain.from_iterable(sides))


def digest_of_sums(sums: Iterable[str]) -> str:
    """The digest of pairs of sentences, from the checksum of each of their arrays."""
    return sum_of(repr(list(sums)).encode())
