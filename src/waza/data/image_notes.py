"""Notes on a folder's images together: repeated ones, what is cut off, and the range of 16-bit values."""

import collections
from collections.abc import Mapping, Sequence
from pathlib import PurePath

import numpy as np

from waza.data.image_listing import ListedImage, counted
from waza.data.image_workers import WHITE, Outcome
from waza.data.notes import Note

CUT = 0.2  # the share of an image that may be cut off without a note


def white_of(outcomes: Sequence[Outcome]) -> int:
    """The 16-bit value that is white: the largest of as many bits as all values need, such as 4095.

    >>> white_of([Outcome("a", (), 8, 8, 3000), Outcome("b", ())]), white_of([Outcome("b", ())])
    (4095, 65535)
    """
    largest = max((outcome.largest for outcome in outcomes), default=0)
    return 2 ** largest.bit_length() - 1 if largest else WHITE


def notes_on_originals(outcomes: Sequence[Outcome], size: tuple[int, int]) -> list[Note]:
    """Notes on how much is cut off, and on the value that is taken as white.

    Args:
        outcomes: of all images.
        size: height and width after scaling.
    """
    notes = []
    white = white_of(outcomes)
    if white < WHITE:
        notes.append(Note("images_white", {"white": white, "share": f"{100 * white / WHITE:.1g}"}))
    shapes = np.array([(one.height, one.width) for one in outcomes if one.digest], float)
    cut = _cut(shapes, size)
    counts = cut >= CUT
    if counts.any():
        values = {"count": int(counts.sum()), "share": round(100 * cut[counts].mean())}
        better = _fitting(shapes, size)
        if _cut(shapes, better).mean() < cut.mean() / 2:
            notes.append(Note("images_cut_size", {**values, "size": "x".join(map(str, better))}))
        else:
            notes.append(Note("images_cut", values))
    return notes


def notes_on_repeats(
    images: Sequence[ListedImage], outcomes: Sequence[Outcome], rows: Mapping[str, Sequence[int]]
) -> list[Note]:
    """Notes on the same picture in several classes, or in the training split and another one.

    Args:
        images: all images.
        outcomes: what became of them.
        rows: the positions of the images of each split.
    """
    labels = collections.defaultdict(set)
    first: dict[str, str] = {}
    for row in sorted(row for split in rows.values() for row in split):
        labels[outcomes[row].digest].add(images[row].label)
        first.setdefault(outcomes[row].digest, images[row].path)
    several = [first[digest] for digest, names in labels.items() if len(names) > 1]
    notes = [counted("image_several_classes", several)] if several else []
    trained = {outcomes[row].digest for row in rows["train"]}
    for split, kind in (("test", "image_repeated"), ("validation", "image_repeated_validation")):
        repeated = sum(outcomes[row].digest in trained for row in rows[split])
        notes += [Note(kind, {"count": repeated})] if repeated else []
    return notes


def wrapping(images: Sequence[ListedImage]) -> str | None:
    """The folder around the class folders, where all images are in one folder that holds several; else None."""
    parents = [PurePath(image.path).parent.parts for image in images]
    if not parents or images[0].split:
        return None
    common = [parts[0] for parts in zip(*parents, strict=False) if len(set(parts)) == 1]
    below = {parts[len(common)] for parts in parents if len(parts) > len(common)}
    return str(PurePath(*common)) if common and len(below) > 1 else None


def _cut(shapes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The share of each image (n, 2) that is outside the largest central part with the proportions of `size`."""
    scaled = np.array(size, float) / shapes
    return 1 - scaled.min(axis=1) / scaled.max(axis=1)


def _fitting(shapes: np.ndarray, size: tuple[int, int]) -> tuple[int, int]:
    """A size of about as many pixels, with the images' usual proportions."""
    ratio = float(np.median(shapes[:, 1] / shapes[:, 0]))
    side = float(np.sqrt(size[0] * size[1]))
    return max(1, round(side / ratio**0.5)), max(1, round(side * ratio**0.5))
