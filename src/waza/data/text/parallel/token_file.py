"""Tokens of sentence pairs in files that are mapped into memory: written once, verified by a sample."""

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from waza.core.files import write_whole
from waza.core.sealed import sealed, sum_of, unsealed
from waza.data.text.parallel.tokens import TokenPairs
from waza.data.text.sentences import Sentences, digest_of_sums, token_type
from waza.data.whole_folder import ABOUT, made_whole, plainly

FILES = ("source.tokens", "source.starts", "target.tokens", "target.starts")
START = np.dtype("<i8")
BLOCKS, BLOCK = 64, 4096  # of each file, that are compared with their checksum when it is opened


def kept_pairs(
    place: Path, pairs: Callable[[], Iterable[tuple[np.ndarray, np.ndarray]]], ends: tuple[int, int], room: int
) -> TokenPairs:
    """The pairs in a folder, mapped from its files, which are written if they are missing or damaged.

    Opening compares the files' sizes, and 64 blocks of 4,096 bytes of each, with what was written. While they are
    written, the memory holds one pair at a time.

    Args:
        place: the folder, whose name stands for the content.
        pairs: makes the tokens of each pair; it is called if they have to be written.
        ends: the tokens that end a source and a target sentence, larger than all others.
        room: bytes that the disk must have left to write them.

    Raises:
        Error: the folder cannot be written.
    """
    kept = read_kept(place)
    if kept is None:
        with made_whole(place, room, "give a part of the text") as part:
            kept = read_kept(place)  # another process may have written it meanwhile
            if kept is None:
                with plainly(part):
                    _write(part, pairs(), ends)
        kept = kept or read_kept(place)
    assert kept is not None
    return kept


def read_kept(place: Path) -> TokenPairs | None:
    """The pairs in a folder; None if there are none, or if a file is damaged as far as a sample of it tells."""
    try:
        about = unsealed((place / ABOUT).read_bytes())
        about.check(place)
        facts = about.facts
        if any(_sample(place / name) != facts["samples"][name] for name in FILES):
            return None
        types = [np.dtype(facts["types"][0]), START, np.dtype(facts["types"][1]), START]
        arrays = [np.memmap(place / name, kind, "r") for name, kind in zip(FILES, types, strict=True)]
        digest = digest_of_sums(facts["sums"][name] for name in FILES)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return TokenPairs(Sentences(*arrays[:2]), Sentences(*arrays[2:]), digest)


def _write(part: Path, pairs: Iterable[tuple[np.ndarray, np.ndarray]], ends: tuple[int, int]) -> None:
    """Write the files, and the facts about them."""
    types = [token_type(end) for end in ends]
    sums = {name: hashlib.sha256() for name in FILES}
    with ExitStack() as stack:
        files = {name: stack.enter_context((part / name).open("xb")) for name in FILES}

        def add(name: str, values: np.ndarray) -> None:
            content = values.tobytes()
            files[name].write(content)
            sums[name].update(content)

        total = [0, 0]
        for name in FILES[1::2]:
            add(name, np.zeros(1, START))
        for pair in pairs:
            for side, ids in enumerate(pair):
                total[side] += len(ids)
                add(FILES[2 * side], ids.astype(types[side]))
                add(FILES[2 * side + 1], np.array([total[side]], START))
        for file in files.values():
            file.flush()
            os.fsync(file.fileno())
    facts = {
        "types": [kind.str for kind in types],
        "sums": {name: one.hexdigest() for name, one in sums.items()},
        "samples": {name: _sample(part / name) for name in FILES},
    }
    write_whole(part / ABOUT, sealed(facts))


def _sample(path: Path) -> str:
    """The checksum of a file's size and of blocks at even distances."""
    size = path.stat().st_size
    parts = [str(size).encode()]
    with path.open("rb") as file:
        for at in np.unique(np.linspace(0, max(0, size - BLOCK), BLOCKS).astype(np.int64)):
            file.seek(int(at))
            parts.append(file.read(BLOCK))
    return sum_of(b"".join(parts))
