"""Parallel texts larger than memory: read block by block, with their tokens in files that are mapped."""

import io
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import LARGEST, as_path, is_file, opened, unreadable
from waza.core.sealed import sum_of
from waza.data.folders import cache_folder
from waza.data.notes import Note
from waza.data.text.held_out import MOST, held_out, text_hashes
from waza.data.text.parallel.reading import columns, no_pair, other_length
from waza.data.text.parallel.splits import split_notes, too_few
from waza.data.text.parallel.text import ParallelCorpus, ParallelText, counted_notes, paired
from waza.data.text.parallel.token_file import kept_pairs
from waza.data.text.parallel.tokens import (
    LONGEST,
    ParallelTokens,
    all_too_long,
    encoded,
    token_pairs,
    too_long,
)
from waza.data.text.parallel.vocabularies import Vocabularies
from waza.data.text.vocabulary import LEARNED_FROM

LINES = 50_000  # of a block
CANDIDATES = 4 * MOST  # sentences of which some are held out
VERSION = 1  # of splitting into tokens and of their files; a change makes all kept files invalid


class LargeCorpus(NamedTuple):
    """A corpus whose training part stays on the disk.

    Args:
        corpus: its validation and test parts, and a sample of its training part, to learn vocabularies from.
        source: the file of the sentences to translate, or of both columns.
        target: the file of their translations.
        part_of: the part of each pair of these files: 0 for training, others for what is held out, (pairs,).
    """

    corpus: ParallelCorpus
    source: Path
    target: Path | None
    part_of: np.ndarray


def is_large(source: str | Path, target: str | Path | None = None) -> bool:
    """Whether a file has more than 1 GiB, which is not read at once."""
    paths = [as_path(path) for path in ([source] if target is None else [source, target])]
    return any(is_file(path) and path.stat().st_size > LARGEST for path in paths)


def large_corpus(
    source: str | Path,
    target: str | Path | None = None,
    validation: ParallelText | None = None,
    test: ParallelText | None = None,
    seed: int = 0,
) -> tuple[LargeCorpus, list[Note]]:
    """A corpus as `read_pairs` and `parallel_corpus` give it, of files of any size in UTF-8, and notes.

    The files are read once. In memory are 8 bytes for each pair, and a sample of at most 400,000 pairs.

    Args:
        source: the file of the sentences to translate, or of both columns.
        target: the file of their translations.
        validation: pairs by which settings are chosen.
        test: pairs for the test.
        seed: of what is held out.

    Raises:
        Error: as `read_pairs` and `parallel_corpus`, and for a file that is not UTF-8.
    """
    source, target = as_path(source), None if target is None else as_path(target)
    parts = {name: part for name, part in (("validation", validation), ("test", test)) if part is not None}
    missing = [name for name in ("validation", "test") if name not in parts]
    counts: Counter[str] = Counter()
    hashes: list[np.ndarray] = []
    sample: dict[int, tuple[str, str]] = {}  # of every `step`-th pair
    lowest = _Lowest()
    step = 1
    for first, block, more in _blocks(source, target):
        counts += more
        hashes.append(text_hashes(block.source, seed))
        pairs = list(zip(block.source, block.target, strict=True))
        sample |= {first + i: pairs[i] for i in range(-first % step, len(pairs), step)}
        if len(sample) > 2 * LEARNED_FROM:
            step *= 2
            sample = {i: pair for i, pair in sample.items() if i % step == 0}
        lowest.add(hashes[-1], dict(enumerate(pairs, first)))
    every = np.concatenate([np.zeros(0, np.uint64), *hashes])
    if not len(every):
        raise no_pair(source)
    part_of = held_out(every, len(missing)).astype(np.int8)
    for number, name in enumerate(missing, 1):
        parts[name] = lowest.text(source.stem, np.flatnonzero(part_of == number))
    if (part_of != 0).all() or any(not parts[name].size for name in missing):
        raise too_few(source.stem, len(every), len(np.unique(every)))
    train = _text(source.stem, {i: pair for i, pair in sample.items() if part_of[i] == 0})
    sizes = {"train": int((part_of == 0).sum()), **{name: part.size for name, part in parts.items()}}
    trained = every[part_of == 0]
    seen = {name: int(np.isin(text_hashes(part.source, seed), trained).sum()) for name, part in parts.items()}
    notes = [*counted_notes(counts), *split_notes(sizes, seen, bool(missing))]
    return LargeCorpus(ParallelCorpus(source.stem, train, **parts), source, target, part_of), notes


def large_tokens(
    large: LargeCorpus, vocabularies: Vocabularies, longest: int = LONGEST
) -> tuple[ParallelTokens, list[Note]]:
    """The tokens as `parallel_tokens` gives them; those of the training part are mapped from files in the cache folder.

    The files are made once for these texts, vocabularies and this limit.

    Args:
        large: the corpus.
        vocabularies: learned from the sample of its training part.
        longest: the largest number of tokens of a sentence, without the token that ends it.

    Raises:
        Error: no pair of a part is left, or the cache folder cannot be written.
    """
    paths = [path for path in (large.source, large.target) if path is not None]
    stats = [path.stat() for path in paths]
    files = [(str(path.resolve()), stat.st_size, stat.st_mtime_ns) for path, stat in zip(paths, stats, strict=True)]
    parts = sum_of(np.packbits(large.part_of == 0).tobytes())
    name = sum_of(repr((VERSION, files, parts, vocabularies.to_json(), longest)).encode())[:32]

    def pairs() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for first, block, _ in _blocks(large.source, large.target):
            kept = np.flatnonzero(large.part_of[first : first + block.size] == 0)
            yield from encoded(block.rows(kept.tolist()), vocabularies, longest)

    train = kept_pairs(cache_folder() / "tokens" / name, pairs, vocabularies.ends, sum(stat.st_size for stat in stats))
    corpus, count = large.corpus, int((large.part_of == 0).sum())
    tokens = {"train": train}
    left_out = {"train": count - train.size}
    for part in ("validation", "test"):
        text = getattr(corpus, part)
        tokens[part] = token_pairs(text, vocabularies, longest)
        left_out[part] = text.size - tokens[part].size
        if not tokens[part].size:
            raise all_too_long(corpus.name, part, text.size, longest)
    return ParallelTokens(corpus.name, **tokens, ends=vocabularies.ends), too_long(left_out, longest)


def _blocks(source: Path, target: Path | None) -> Iterator[tuple[int, ParallelText, Counter[str]]]:
    """The pairs of the files in blocks, each with the number of its first pair and with what was counted."""
    first = line = 0
    lines: list[str]
    others: list[str]
    for lines, others in itertools.zip_longest(_lines(source), _lines(target) if target else (), fillvalue=[]):
        if target is None:
            lines, others = columns(source, lines, line + 1)
        elif len(lines) != len(others):
            raise other_length(source, _count(source), target, _count(target))
        text, counts = paired(source.stem, lines, others)
        yield first, text, counts
        first, line = first + text.size, line + len(lines)


def _lines(path: Path) -> Iterator[list[str]]:
    """The lines of a file in UTF-8, in blocks."""
    done = 0
    try:
        with opened(path, "a text") as content, io.TextIOWrapper(content, "utf-8-sig", newline="\n") as file:
            while block := list(itertools.islice(file, LINES)):
                yield [line.removesuffix("\n").removesuffix("\r") for line in block]
                done += len(block)
    except UnicodeDecodeError as error:
        raise Error(
            f"{path} has more than {LARGEST:,} bytes and is not UTF-8 after about line {done:,}: save it as UTF-8"
        ) from error
    except OSError as error:
        raise unreadable(path, error) from error


def _count(path: Path) -> int:
    return sum(map(len, _lines(path)))


class _Lowest:
    """The pairs of the sentences with the lowest hashes, some of which will be held out."""

    def __init__(self) -> None:
        self._pairs: dict[int, dict[int, tuple[str, str]]] = {}  # by hash and number
        self._limit = (1 << 64) - 1

    def add(self, hashes: np.ndarray, pairs: dict[int, tuple[str, str]]) -> None:
        """Add a block's pairs."""
        for value, (number, pair) in zip(hashes.tolist(), pairs.items(), strict=True):
            if value <= self._limit:
                same = self._pairs.setdefault(value, {})
                if len(same) < MOST:  # more frequent sentences are not held out
                    same[number] = pair
        if len(self._pairs) > CANDIDATES:
            self._limit = sorted(self._pairs)[CANDIDATES - 1]
            self._pairs = {value: same for value, same in self._pairs.items() if value <= self._limit}

    def text(self, name: str, numbers: np.ndarray) -> ParallelText:
        """The pairs with these numbers."""
        known = {number: pair for same in self._pairs.values() for number, pair in same.items()}
        return _text(name, {number: known[number] for number in numbers.tolist()})


def _text(name: str, pairs: dict[int, tuple[str, str]]) -> ParallelText:
    """The pairs in the order of their numbers."""
    ordered = [pairs[i] for i in sorted(pairs)]
    return ParallelText(name, tuple(one for one, _ in ordered), tuple(other for _, other in ordered))
