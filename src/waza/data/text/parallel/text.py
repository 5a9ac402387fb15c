"""Parallel texts: sentences and their translations, line by line."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from waza.data.notes import Note
from waza.data.text.preparation import composed

Side = Literal["source", "target"]


class ParallelText(NamedTuple):
    """Sentences in one language and their translations: the i-th target belongs to the i-th source.

    Args:
        name: of the text.
        source: the sentences to translate.
        target: their translations.
    """

    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]

    @property
    def size(self) -> int:
        """The number of pairs."""
        return len(self.source)

    def rows(self, index: Iterable[int]) -> "ParallelText":
        """The pairs at these positions.

        >>> ParallelText("three", ("a", "b", "c"), ("A", "B", "C")).rows([2, 0]).source
        ('c', 'a')
        """
        index = list(index)
        return self._replace(source=tuple(self.source[i] for i in index), target=tuple(self.target[i] for i in index))


class ParallelCorpus(NamedTuple):
    """A parallel text in three parts: for training, for choosing settings, and for the test."""

    name: str
    train: ParallelText
    validation: ParallelText
    test: ParallelText


def paired(name: str, source: Iterable[str], target: Iterable[str]) -> tuple[ParallelText, Counter[str]]:
    """Aligned lines as sentences, and how many pairs a decision was made about, by the kind of its note.

    Blanks at both ends of a line are removed, and letters are composed (Unicode NFC). A line end within a sentence is a
    space. A pair with an empty side is left out.

    Args:
        name: of the text.
        source: its lines.
        target: the same number of lines.

    >>> text, counts = paired("four", ["a ", "", "c", " "], ["A", "B", "", "\\t"])
    >>> text.source, text.target
    (('a',), ('A',))
    >>> for note in counted_notes(counts):
    ...     print(note.say("en"))
    Pairs that were left out because one of their sides is empty: 2.
    Pairs that were left out because both sides are empty: 1.
    """
    sources: list[str] = []
    targets: list[str] = []
    counts: Counter[str] = Counter()
    for raw in zip(source, target, strict=True):
        stripped = tuple(line.replace("\n", " ").strip() for line in raw)
        one, other = map(composed, stripped)
        if one and other:
            counts["pairs_composed"] += (one, other) != stripped
            sources.append(one)
            targets.append(other)
        else:
            counts["pairs_half_empty" if one or other else "pairs_empty"] += 1
    return ParallelText(name, tuple(sources), tuple(targets)), counts


def counted_notes(counts: Counter[str]) -> list[Note]:
    """The notes on decisions of `paired`."""
    kinds = ("pairs_half_empty", "pairs_empty", "pairs_composed")
    return [Note(kind, {"count": f"{counts[kind]:,}"}) for kind in kinds if counts[kind]]


def is_new(held: ParallelText, train: ParallelText, side: Side = "source") -> np.ndarray:
    """Whether the sentence of each held-out pair is in no training pair, (pairs,) booleans.

    Args:
        held: the pairs for the test or for validation.
        train: the training pairs.
        side: of the pairs that is compared.

    >>> train = ParallelText("train", ("a", "b"), ("A", "B"))
    >>> is_new(ParallelText("test", ("c", "b"), ("B", "C")), train).tolist()
    [True, False]
    """
    known = set(getattr(train, side))
    return np.array([sentence not in known for sentence in getattr(held, side)], bool)
