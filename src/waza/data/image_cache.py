"""Cache of decoded images: a folder that is written atomically and mapped into memory."""

import hashlib
import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.given_files import read_given
from waza.core.sealed import sealed, unsealed
from waza.data.folders import cache_folder
from waza.data.image_listing import ListedImage
from waza.data.image_workers import WHITE
from waza.data.notes import Note
from waza.data.whole_folder import ABOUT, plainly

VERSION = 2  # of decoding, splitting and storage; a change makes every cache invalid
PIXELS = "pixels.uint8"
SPLITS = ("train", "validation", "test")


class Kept(NamedTuple):
    """Cached images: training rows first, then validation, then test.

    `counts` are the numbers of rows of the three splits, `x` is (n, height, width, 3) uint8, mapped from the disk and
    read-only, `y` (n,) int32; `white` is the 16-bit value that became 255.
    """

    x: np.ndarray
    y: np.ndarray
    counts: tuple[int, int, int]
    classes: tuple[str, ...]
    notes: tuple[Note, ...]
    white: int


def kept_folder(folder: Path, images: Sequence[ListedImage], size: tuple[int, int], labelled: bool = True) -> Path:
    """The cache of a folder's decoded images: `images/<digest>` in the cache folder.

    The digest covers the folder's path, the size, and every image's name, size and times of change, so that a folder is
    decoded again after any change, including a change of permissions; and whether every image needs a class.
    """
    digest = hashlib.sha256(json.dumps([VERSION, str(folder), size, *[labelled] * (not labelled)]).encode())
    for image in images:
        digest.update(json.dumps(image).encode() + b"\n")
    return cache_folder() / "images" / digest.hexdigest()[:32]


def read_kept(kept: Path) -> Kept | None:
    """The cached images; None if there are none, or if they are damaged: if a file does not have its checksum.

    The facts describe images that `write_kept` could have written: the checksum alone would let an edited file pass.
    """
    try:
        read = unsealed(read_given(kept / ABOUT, "facts about images"))
        about = read.facts
        size, labels, counts = (_whole(about[name]) for name in ("size", "labels", "counts"))
        classes = tuple(about["classes"])
        shape = (len(labels), *size, 3)
        if about["of"] != kept.name or not read.sums or (kept / PIXELS).stat().st_size != math.prod(shape):
            return None
        if (
            len(size) != 2
            or not 0 < about["white"] <= WHITE
            or len(counts) != len(SPLITS)
            or sum(counts) != len(labels)
            or not counts[0]
        ):
            return None
        if not all(isinstance(name, str) for name in classes) or max(labels) >= len(classes) or min(labels) < 0:
            return None
        notes = tuple(Note(kind, dict(values)) for kind, values in about["notes"])
        for note in notes:
            note.say("en")
        (white,) = _whole([about["white"]])
        read.check(kept)
        x = np.memmap(kept / PIXELS, np.uint8, "r", shape=shape)
    except (Error, OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
        return None
    train, validation, test = counts
    return Kept(x, np.array(labels, np.int32), (train, validation, test), classes, notes, white)


def _whole(numbers: Any) -> list[int]:
    """A list of whole numbers from 0 on.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(numbers, list) or not all(type(one) is int and one >= 0 for one in numbers):
        raise ValueError("expected a list of whole numbers")
    return numbers


def write_kept(part: Path, source: Path, rows: Sequence[int], size: tuple[int, int], about: dict[str, object]) -> None:
    """Write the rows of the file `source`, in this order, and the facts `about` them; then delete `source`.

    One row at a time is in memory; the disk holds both files during the copy.

    Raises:
        Error: the disk is full, or fails.
    """
    images = np.memmap(source, np.uint8, "r").reshape(-1, *size, 3)
    with plainly(part):
        digest = hashlib.sha256()
        with (part / PIXELS).open("xb") as file:
            for row in rows:
                file.write(images[row].data)
                digest.update(images[row].data)
            file.flush()
            os.fsync(file.fileno())
        source.unlink()
        facts = {"of": part.stem, "size": size, **about}
        write_whole(part / ABOUT, sealed(facts, {PIXELS: digest.hexdigest()}))
