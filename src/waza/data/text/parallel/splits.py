"""The parts of a parallel text: given by the user, or held out by the sentences themselves."""

import hashlib
from collections.abc import Iterable

import numpy as np

from waza.core.errors import Error
from waza.data.notes import Note
from waza.data.text.parallel.text import ParallelCorpus, ParallelText, is_new

SHARE, MOST, FEWEST = 0.05, 1_000, 10  # of a part that is held out: its share of the pairs, and its pairs


def parallel_corpus(
    text: ParallelText, validation: ParallelText | None = None, test: ParallelText | None = None, seed: int = 0
) -> tuple[ParallelCorpus, list[Note]]:
    """The text in three parts, and notes: parts that are not given are held out from it.

    A held-out part has 5 % of the pairs, but not more than about 1,000. All pairs with the same source sentence are in
    the same part. Which pairs are held out follows from the source sentences and the seed, not from their order.

    Args:
        text: what to train on.
        validation: pairs by which settings are chosen.
        test: pairs for the test.
        seed: of what is held out.

    Raises:
        Error: the text has too few different source sentences to hold out a part.

    >>> text = ParallelText("numbers", tuple(map(str, range(200))), tuple(map(str, range(200))))
    >>> corpus, _ = parallel_corpus(text, test=text.rows(range(3)))
    >>> corpus.train.count, corpus.validation.count, corpus.test.count
    (190, 10, 3)
    """
    missing = [name for name, part in (("validation", validation), ("test", test)) if part is None]
    parts = {"train": text, "validation": validation, "test": test}
    if missing:
        part_of = held_out(sentence_hashes(text.source, seed), len(missing))
        for number, name in enumerate(["train", *missing]):
            parts[name] = text.rows(np.flatnonzero(part_of == number))
        if not parts["train"].count or any(not parts[name].count for name in missing):
            raise Error(
                f"{text.name} has {len(set(text.source)):,} different source sentences; expected at least "
                f"{3 * FEWEST}, since some are held out: give more pairs, or validation files"
            )
    corpus = ParallelCorpus(text.name, **parts)
    notes = []
    if missing:
        notes.append(Note("pairs_set_aside", {name: f"{getattr(corpus, name).count:,}" for name in parts}))
    return corpus, [*notes, *repeated(corpus)]


def repeated(corpus: ParallelCorpus) -> list[Note]:
    """Notes on validation and test pairs whose source sentence is in the training part as well."""
    notes = []
    for name in ("validation", "test"):
        part = getattr(corpus, name)
        if seen := int(np.sum(~is_new(part, corpus.train))):
            notes.append(Note(f"pairs_repeated_{name}", {"count": f"{seen:,}", "pairs": f"{part.count:,}"}))
    return notes


def sentence_hashes(sentences: Iterable[str], seed: int = 0) -> np.ndarray:
    """A number for each sentence, (n,) uint64, equal for equal sentences and otherwise as if drawn at random."""
    key = str(seed).encode()
    hashes = (hashlib.blake2b(one.encode("utf-8", "surrogatepass"), digest_size=8, key=key) for one in sentences)
    return np.frombuffer(b"".join(one.digest() for one in hashes), "<u8")


def held_out(hashes: np.ndarray, parts: int) -> np.ndarray:
    """The part of each pair, (n,): 0 for training, 1 ... `parts` for what is held out, equal for equal hashes.

    >>> held_out(np.arange(40)[::-1] // 2, 1).nonzero()[0].tolist()
    [30, 31, 32, 33, 34, 35, 36, 37, 38, 39]
    """
    size = max(FEWEST, min(MOST, round(SHARE * len(hashes))))
    part_of = np.zeros(len(hashes), int)
    if len(hashes) <= parts * size:
        return part_of
    ranked = np.sort(hashes)
    below = np.searchsorted(ranked, hashes)  # how many pairs have a smaller hash
    for part in range(parts, 0, -1):
        part_of[below < part * size] = part
    return part_of
