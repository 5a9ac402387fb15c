"""Sentences and their translations as what a translator is trained on: read, divided, and split into tokens."""

import collections
import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import exists
from waza.data import Note
from waza.data.catalogue import listing, pairs
from waza.data.notes import with_notes
from waza.data.text.parallel import (
    LargeCorpus,
    ParallelCorpus,
    ParallelText,
    ParallelTokens,
    Vocabularies,
    is_large,
    is_new,
    large_corpus,
    large_tokens,
    parallel_tokens,
    read_pairs,
)
from waza.data.text.parallel.splits import parallel_corpus, split_notes
from waza.data.text.parallel.text import counted_notes, paired
from waza.data.text.parallel.tokens import LONGEST
from waza.data.text.pieces import Algorithm
from waza.kinds.material import Subject
from waza.kinds.translator.options import TranslatorOptions
from waza.kinds.translator.preparation import TranslatorPreparation

SAMPLED = 10_000  # pairs by which the languages are compared
ALIKE = 0.5  # the share of the target's characters that occur in the source, for a joint vocabulary
COMMON = 0.0001  # the share of the source's characters from which one counts as occurring
# From this many pairs on, pieces are learned as "unigram", else by "bpe": SentencePiece proposes for a unigram model
# only what occurs in several different words, so that in a small text frequent words would be cut into letters.
UNIGRAM_FROM = 24_000
HELD = ("validation", "test")


@dataclasses.dataclass(frozen=True)
class TranslatorMaterial(Subject):
    """Pairs of sentences, as `ParallelTokens`, with their `TranslatorPreparation`.

    Args:
        held: the validation and the test pairs as sentences, by name.
    """

    dataset: ParallelTokens
    preparation: TranslatorPreparation
    held: dict[str, ParallelText] = dataclasses.field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the corpus."""
        return self.dataset.name

    def digest(self) -> str:
        """Of all tokens."""
        return self.dataset.digest()[:16]


def material(asked: TranslatorOptions, data: Any) -> TranslatorMaterial:
    """What a translator is trained on.

    Args:
        asked: the files of parts, and the tokens.
        data: two files, (source, target); a file with two columns; the name of a parallel text; two lists of sentences;
            or a `ParallelCorpus`.

    Raises:
        Error: the data cannot be read, or the vocabulary does not fit them.
    """
    corpus, notes = _corpus(asked, data)
    large = corpus if isinstance(corpus, LargeCorpus) else None
    small: ParallelCorpus = corpus.corpus if isinstance(corpus, LargeCorpus) else corpus
    vocabularies, more = _vocabularies(asked, small.train)
    tokens, left_out = parallel_tokens(small, vocabularies) if large is None else large_tokens(large, vocabularies)
    held = {name: getattr(small, name) for name in HELD}
    preparation = TranslatorPreparation(vocabularies, LONGEST)
    return TranslatorMaterial(tokens, preparation, (*notes, *more, *left_out), held)


def _corpus(asked: TranslatorOptions, data: Any) -> tuple[ParallelCorpus | LargeCorpus, list[Note]]:
    if isinstance(data, ParallelCorpus):
        return _whole(asked, data)
    if isinstance(data, tuple) and not any(isinstance(side, str | Path) for side in data):
        text, notes = _in_memory(data)
        return _divided(asked, text, notes)
    source, target = data if isinstance(data, tuple) else (data, None)
    if target is None and not exists(source):
        return _whole(asked, _published(str(source)))
    if is_large(source, target):
        held, notes = _held(asked)
        large, more = large_corpus(source, target, **held)
        return large, [*notes, *more]
    return _divided(asked, *read_pairs(source, target))


def _published(name: str) -> ParallelCorpus:
    known = [one.name for one in listing() if one.kind == "pairs"]
    if name.split("-")[0] not in known:
        raise Error(
            f"{name!r} is neither a file nor a parallel text of the catalogue ({', '.join(known)}): give a file of two "
            "columns with a tab between them, or --source and --target"
        )
    return pairs(name)


def _whole(asked: TranslatorOptions, corpus: ParallelCorpus) -> tuple[ParallelCorpus, list[Note]]:
    """A corpus that has its own parts."""
    for part in HELD:
        if getattr(asked, f"{part}_source") is not None:
            raise Error(f"{corpus.name} has its own {part} part: leave --{part}-source out")
    sizes = {part: getattr(corpus, part).size for part in HELD}
    seen = {part: int(np.sum(~is_new(getattr(corpus, part), corpus.train))) for part in HELD}
    return corpus, split_notes(sizes, seen, drawn=False)


def _divided(asked: TranslatorOptions, text: ParallelText, notes: Iterable[Note]) -> tuple[ParallelCorpus, list[Note]]:
    held, more = _held(asked)
    gathered = [*notes, *more]
    with with_notes(gathered):
        corpus, decided = parallel_corpus(text, **held)
    return corpus, [*gathered, *decided]


def _held(asked: TranslatorOptions) -> tuple[dict[str, Any], list[Note]]:
    """The validation and the test pairs that were given as files."""
    held: dict[str, Any] = {}
    notes: list[Note] = []
    for part in HELD:
        source, target = getattr(asked, f"{part}_source"), getattr(asked, f"{part}_target")
        if source is not None:
            held[part], more = read_pairs(source, target)
            notes += more
    return held, notes


def _in_memory(data: tuple[Any, ...]) -> tuple[ParallelText, list[Note]]:
    """The pairs of two lists of sentences."""
    sides = [list(side) for side in data]
    if len(sides) != 2 or len(sides[0]) != len(sides[1]):
        raise Error(
            f"lists of {' and '.join(f'{len(side):,}' for side in sides)} sentences are given; expected two of the "
            "same length, the source and its translations"
        )
    for side in sides:
        others = [one for one in side if not isinstance(one, str)]
        if others:
            raise Error(f"a value of the type {type(others[0]).__name__} is among the sentences; expected strings")
    text, counts = paired("pairs", *sides)
    if not text.size:
        raise Error("no pair of sentences has text on both sides: give sentences and their translations")
    return text, counted_notes(counts)


def _vocabularies(asked: TranslatorOptions, train: ParallelText) -> tuple[Vocabularies, list[Note]]:
    """The vocabularies, and notes on how they were chosen."""
    kind, notes = asked.tokens or "pieces", []
    joint = asked.joint
    if not asked.joint and not asked.separate:
        share = shared_characters(train)
        joint = share >= ALIKE
        notes.append(Note("pairs_alike" if joint else "pairs_unlike", {"share": f"{100 * share:.0f}"}))
    algorithm: Algorithm = "unigram" if train.size >= UNIGRAM_FROM else "bpe"
    try:
        learned = Vocabularies.learn(train, kind, asked.vocabulary, joint, algorithm)
    except Error as error:
        size = "" if asked.vocabulary is None else f" --vocabulary {asked.vocabulary}"
        raise Error(f"--tokens {kind}{size}: {error}") from error
    values = {"source": f"{learned.source.size:,}", "target": f"{learned.target.size:,}", "algorithm": algorithm}
    return learned, [*notes, Note(f"pairs_{kind}" if not joint else f"pairs_{kind}_joint", values)]


def shared_characters(text: ParallelText) -> float:
    """The share of the target's characters, without blanks, that occur in the source as well.

    A character occurs in the source if it makes up at least 0.01 % of it: a foreign name is no language.

    >>> shared_characters(ParallelText("t", ("ab",), ("ba bc",)))
    0.75
    """
    step = -(-text.size // SAMPLED) or 1
    source, target = (
        collections.Counter("".join("".join(sentences[::step]).split())) for sentences in (text.source, text.target)
    )
    least = COMMON * source.total()
    return sum(count for one, count in target.items() if source[one] and source[one] >= least) / max(1, target.total())
