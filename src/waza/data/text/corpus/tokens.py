"""A corpus as tokens: the numbers of its words, with a token where a sentence ends, mapped from a file."""

import dataclasses
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.digest import array_digest
from waza.core.errors import Error
from waza.core.given_files import as_path
from waza.core.sealed import sum_of
from waza.data.folders import cache_folder
from waza.data.kept_arrays import kept_arrays
from waza.data.text.corpus.counting import text_blocks
from waza.data.text.corpus.vocabulary import WordVocabulary
from waza.data.text.sentences import token_type

FILE = "tokens"
VERSION = 1  # of splitting into tokens; a change makes all kept files invalid
STRETCH = 1 << 20  # tokens that are looked at together
LINE_END = "\udc00"  # occurs in no decoded text, unlike any other character


@dataclasses.dataclass(frozen=True, eq=False)
class CorpusTokens:
    """A corpus as tokens; words outside of the vocabulary are left out.

    It is no tree of arrays: the tokens stay on the disk, and a `Stream` reads them in order.

    Args:
        tokens: the numbers of the words of all sentences, each sentence followed by `end`, (tokens,) integers.
        vocabulary: of the words.
        raw_words: words of the text, with those outside of the vocabulary.
        digest: of the tokens.
    """

    tokens: np.ndarray
    vocabulary: WordVocabulary
    raw_words: int
    digest: str

    @property
    def end(self) -> int:
        """The token that ends a sentence: the number of words in the vocabulary."""
        return self.vocabulary.size

    def has_neighbours(self) -> bool:
        """Whether a word of the vocabulary is followed by another one in its sentence."""
        for start in range(0, len(self.tokens), STRETCH):
            words = self.tokens[start : start + STRETCH + 1] != self.end
            if np.any(words[1:] & words[:-1]):
                return True
        return False


def corpus_tokens(path: str | Path, vocabulary: WordVocabulary) -> CorpusTokens:
    """The tokens of a text, mapped from a file in the cache folder that is made once for this text and vocabulary.

    Args:
        path: of a UTF-8 text with a sentence a line and white space between words.
        vocabulary: learned from it, or from another text.

    Raises:
        Error: as `text_blocks`; no word of the text is in the vocabulary, or the cache folder cannot be written.
    """
    path = as_path(path)
    blocks = text_blocks(path)
    first = next(blocks, "")  # so that a path that is wrong is an error before anything is written
    stat = path.stat()
    name = sum_of(repr((VERSION, str(path.resolve()), stat.st_size, stat.st_mtime_ns, vocabulary.digest)).encode())[:32]

    def parts(facts: dict[str, Any]) -> Iterator[dict[str, np.ndarray]]:
        facts["raw_words"] = 0
        for tokens, words in _encoded(_chained(first, blocks), vocabulary):
            facts["raw_words"] += words
            yield {FILE: tokens}

    types = {FILE: token_type(vocabulary.size + 1)}
    kept = kept_arrays(cache_folder() / "tokens" / name, types, parts, 2 * stat.st_size, "give a part of the text")
    return _checked(kept.arrays[FILE], vocabulary, kept.facts["raw_words"], kept.sums[FILE], str(path))


def text_tokens(text: str | Iterable[str], vocabulary: WordVocabulary) -> CorpusTokens:
    """The tokens of a text that is in memory.

    Args:
        text: a sentence a line.
        vocabulary: of the words.

    Raises:
        Error: no word of the text is in the vocabulary.

    >>> vocabulary = WordVocabulary(("be", "to"), np.array([2, 2]))
    >>> corpus = text_tokens("to be or\\nnot\\n\\nto be", vocabulary)
    >>> corpus.tokens.tolist(), corpus.raw_words
    ([1, 0, 2, 1, 0, 2], 6)
    """
    parts = list(_encoded([text] if isinstance(text, str) else text, vocabulary))
    tokens = np.concatenate([np.zeros(0, np.int32), *(part for part, _ in parts)])
    tokens = tokens.astype(token_type(vocabulary.size + 1))
    return _checked(tokens, vocabulary, sum(words for _, words in parts), array_digest(tokens), "the text")


def _checked(tokens: np.ndarray, vocabulary: WordVocabulary, raw_words: int, digest: str, name: str) -> CorpusTokens:
    if not len(tokens):
        raise Error(f"no word of {name} is in the vocabulary of {vocabulary.size:,} words: give the text it is from")
    return CorpusTokens(tokens, vocabulary, raw_words, digest)


def _chained(first: str, others: Iterator[str]) -> Iterator[str]:
    yield first
    yield from others


def _encoded(blocks: Iterable[str], vocabulary: WordVocabulary) -> Iterator[tuple[np.ndarray, int]]:
    """The tokens of each block, and how many words it has; a sentence without words has no end."""
    end = vocabulary.size
    ids = vocabulary.ids | {LINE_END: end}
    last = end
    for block in blocks:
        words = block.replace("\n", f" {LINE_END} ").split()
        found = np.fromiter(map(ids.get, words, repeat(-1)), np.int32, len(words))
        lines = int(np.count_nonzero(found == end))
        found = found[found >= 0]
        before = np.concatenate([[last], found[:-1]]) if len(found) else found
        found = found[(found != end) | (before != end)]
        last = int(found[-1]) if len(found) else last
        yield found, len(words) - lines
    if last != end:
        yield np.array([end], np.int32), 0
