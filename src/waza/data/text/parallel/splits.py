"""The parts of a parallel text: given by the user, or held out by the sentences themselves."""

from collections.abc import Mapping

import numpy as np

from waza.core.errors import Error
from waza.data.notes import Note
from waza.data.text.held_out import FEWEST, held_out, text_hashes
from waza.data.text.parallel.text import ParallelCorpus, ParallelText, is_new


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
    >>> corpus.train.size, corpus.validation.size, corpus.test.size
    (190, 10, 3)
    """
    given = {"validation": validation, "test": test}
    missing = [name for name, part in given.items() if part is None]
    parts = {"train": text} | {name: part for name, part in given.items() if part is not None}
    if missing:
        part_of = held_out(text_hashes(text.source, seed), len(missing))
        for number, name in enumerate(["train", *missing]):
            parts[name] = text.rows(np.flatnonzero(part_of == number).tolist())
        if not parts["train"].size or any(not parts[name].size for name in missing):
            raise too_few(text.name, len(text.source), len(set(text.source)))
    corpus = ParallelCorpus(text.name, **parts)
    sizes = {name: getattr(corpus, name).size for name in parts}
    seen = {name: int(np.sum(~is_new(getattr(corpus, name), corpus.train))) for name in ("validation", "test")}
    return corpus, split_notes(sizes, seen, bool(missing))


def split_notes(sizes: Mapping[str, int], seen: Mapping[str, int], drawn: bool) -> list[Note]:
    """Notes on the numbers of pairs.

    Args:
        sizes: of the parts, by name.
        seen: the validation and test pairs whose source sentence is in the training part as well.
        drawn: whether a part was held out.
    """
    notes = [Note("pairs_set_aside", {name: f"{size:,}" for name, size in sizes.items()})] if drawn else []
    for name, count in seen.items():
        if count:
            notes.append(Note(f"pairs_repeated_{name}", {"count": f"{count:,}", "pairs": f"{sizes[name]:,}"}))
    return notes


def too_few(name: str, pairs: int, different: int) -> Error:
    """The error for a text from which no part can be held out."""
    return Error(
        f"{name} has {pairs:,} pairs with {different:,} different source sentences; expected at least {3 * FEWEST}, "
        "most of which occur once or a few times, since some are held out: give more pairs, or validation files"
    )
