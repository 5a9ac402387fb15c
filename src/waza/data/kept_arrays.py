"""Arrays in files of a cached folder that are mapped into memory: written once in parts, verified by a sample."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.given_files import opened, read_given
from waza.core.sealed import sealed, sum_of, unsealed
from waza.data.whole_folder import ABOUT, made_whole, plainly

BLOCKS, BLOCK = 64, 4096  # of each file, that are compared with their checksum when it is opened


class KeptArrays(NamedTuple):
    """Arrays that are mapped from the files of a folder.

    Args:
        arrays: by the name of their file, (length,), not writeable.
        sums: the checksum of each file.
        facts: other values that were kept with them.
    """

    arrays: dict[str, np.ndarray]
    sums: dict[str, str]
    facts: dict[str, Any]


def kept_arrays(
    place: Path,
    types: Mapping[str, np.dtype],
    parts: Callable[[dict[str, Any]], Iterable[Mapping[str, np.ndarray]]],
    room: int,
    smaller: str,
) -> KeptArrays:
    """The arrays in a folder, mapped from its files, which are written if they are missing or damaged.

    Opening compares the files' sizes, and 64 blocks of 4,096 bytes of each, with what was written. While they are
    written, the memory holds one part at a time.

    Args:
        place: the folder, whose name stands for the content.
        types: of the arrays, by the name of their file.
        parts: makes the next numbers of some of the arrays, and may put values into the dictionary that it is given,
            which are kept too; it is called if the arrays have to be written.
        room: bytes that the disk must have left to write them.
        smaller: what else could be done where it has fewer, for the error message.

    Raises:
        Error: the folder cannot be written.
    """
    kept = read_kept(place, types)
    if kept is None:
        with made_whole(place, room, smaller) as part:
            kept = read_kept(place, types)  # another process may have written it meanwhile
            if kept is None:
                with plainly(part):
                    _write(part, types, parts)
        kept = kept or read_kept(place, types)
    assert kept is not None
    return kept


def read_kept(place: Path, types: Mapping[str, np.dtype]) -> KeptArrays | None:
    """The arrays in a folder; None if there are none, or if a file is damaged as far as a sample of it tells."""
    try:
        about = unsealed(read_given(place / ABOUT, "facts about arrays"))
        about.check(place)
        facts = about.facts
        if facts["types"] != {name: kind.str for name, kind in types.items()}:
            return None
        if any(_sample(place / name) != facts["samples"][name] for name in types):
            return None
        arrays = {name: _mapped(place / name, kind) for name, kind in types.items()}
        return KeptArrays(arrays, {name: facts["sums"][name] for name in types}, facts["facts"])
    except (Error, OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _mapped(path: Path, kind: np.dtype) -> np.ndarray:
    """The numbers of a file; an empty file cannot be mapped."""
    return np.memmap(path, kind, "r") if path.stat().st_size else np.zeros(0, kind)


def _write(
    folder: Path,
    types: Mapping[str, np.dtype],
    parts: Callable[[dict[str, Any]], Iterable[Mapping[str, np.ndarray]]],
) -> None:
    """Write the files, and the facts about them."""
    sums = {name: hashlib.sha256() for name in types}
    facts: dict[str, Any] = {}
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / name).open("xb")) for name in types}
        for part in parts(facts):
            for name, values in part.items():
                content = values.astype(types[name]).tobytes()
                files[name].write(content)
                sums[name].update(content)
        for file in files.values():
            file.flush()
            os.fsync(file.fileno())
    about = {
        "types": {name: kind.str for name, kind in types.items()},
        "sums": {name: one.hexdigest() for name, one in sums.items()},
        "samples": {name: _sample(folder / name) for name in types},
        "facts": facts,
    }
    write_whole(folder / ABOUT, sealed(about))


def _sample(path: Path) -> str:
    """The checksum of a file's size and of blocks at even distances."""
    size = path.stat().st_size
    parts = [str(size).encode()]
    with opened(path, "kept arrays") as file:
        for at in np.unique(np.linspace(0, max(0, size - BLOCK), BLOCKS).astype(np.int64)):
            file.seek(int(at))
            parts.append(file.read(BLOCK))
    return sum_of(b"".join(parts))
