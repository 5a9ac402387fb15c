"""Tokens of sentence pairs in files that are mapped into memory: written once, verified by a sample."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from waza.data.kept_arrays import kept_arrays
from waza.data.text.parallel.tokens import TokenPairs
from waza.data.text.sentences import Sentences, digest_of_sums, token_type

FILES = ("source.tokens", "source.starts", "target.tokens", "target.starts")
START = np.dtype("<i8")


def kept_pairs(
    place: Path, pairs: Callable[[], Iterable[tuple[np.ndarray, np.ndarray]]], ends: tuple[int, int], room: int
) -> TokenPairs:
    """The pairs in a folder, mapped from its files, which are written if they are missing or damaged.

    While they are written, the memory holds one pair at a time.

    Args:
        place: the folder, whose name stands for the content.
        pairs: makes the tokens of each pair; it is called if they have to be written.
        ends: the tokens that end a source and a target sentence, larger than all others.
        room: bytes that the disk must have left to write them.

    Raises:
        Error: the folder cannot be written.
    """

    def parts(_: dict[str, Any]) -> Iterator[dict[str, np.ndarray]]:
        total = [0, 0]
        yield {name: np.zeros(1, START) for name in FILES[1::2]}
        for pair in pairs():
            for side, ids in enumerate(pair):
                total[side] += len(ids)
                yield {FILES[2 * side]: ids, FILES[2 * side + 1]: np.array([total[side]])}

    types = [kind for end in ends for kind in (token_type(end), START)]
    kept = kept_arrays(place, dict(zip(FILES, types, strict=True)), parts, room, "give a part of the text")
    arrays = [kept.arrays[name] for name in FILES]
    return TokenPairs(Sentences(*arrays[:2]), Sentences(*arrays[2:]), digest_of_sums(kept.sums[one] for one in FILES))
