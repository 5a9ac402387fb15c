"""Image folders: a folder with one sub-folder per class, as a data set."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import as_path
from waza.data.dataset import Dataset, Split, read_only
from waza.data.image_cache import SPLITS, Kept, kept_folder, read_kept, write_kept
from waza.data.image_listing import LAYOUT, ListedImage, Listing, counted, list_images
from waza.data.image_notes import notes_on_originals, notes_on_repeats, white_of, wrapping
from waza.data.image_workers import WHITE, Outcome, decode_all
from waza.data.notes import Note, with_notes
from waza.data.whole_folder import made_whole

HELD = 0.2  # share of a class for validation, and for test
FEWEST = 3  # least images of a class that is split here: one for each split
SEED = 0
REFUSALS = ("image_unreadable", "image_unidentified", "image_damaged", "image_enormous", "image_deep")
REMARKS = ("image_animated", "image_transparent", "image_cmyk", "image_sixteen_bits", "image_dark", "image_turned")


@dataclasses.dataclass(frozen=True)
class ImageFolder:
    """A prepared folder of images.

    Args:
        dataset: the images.
        notes: on decisions and ignored files.
        white: the value of grey images with 16 bits that became 255.
    """

    dataset: Dataset
    notes: tuple[Note, ...]
    white: int = WHITE


def image_folder(
    path: Path | str,
    size: tuple[int, int],
    name: str | None = None,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    labelled: bool = True,
) -> ImageFolder:
    """A folder of images by class, as a data set of RGB images of this `size`; `classes` are the folders' names.

    Two layouts are supported. In <class>/<image>, each class is split at random, but reproducibly, into 60 % training,
    20 % validation and 20 % test images; a class of fewer than three images is left out. In train/<class>/<image> with
    test/ and optionally validation/, the splits are as given; a class needs one training image. Images in sub-folders
    of a class belong to it. Every split is shuffled reproducibly. JPEG, PNG, GIF, BMP, WEBP, TIFF and the portable PPM,
    PGM and PBM are read; `decode` describes how an image is scaled. Where no grey image with 16 bits uses half of that
    range, the smallest number of bits that holds all values is taken as the range.

    The images are decoded once, by several processes, into a file in the cache folder. The file is mapped into memory,
    so that the images may be larger than memory. While it is written, the disk holds the images twice. After any change
    in the folder it is decoded again, and so it is where the file in the cache does not have its checksum any more,
    which a note says. Files that cannot be used are left out; the notes count them.

    Args:
        path: the folder.
        size: (height, width) of every image after decoding.
        name: the name of the data set; by default the name of the folder.
        processes: the number of processes that decode; by default one per processor core, at most 16.
        progress: called with (images done, images in all) while images are decoded.
        labelled: whether every image needs a class. Without, the images may lie in the folder directly, and are then of
            the class ""; all are split together, and none is left out since its class is rare.

    Raises:
        Error: the folder is missing or has another layout, fewer than two classes or no test images are left, or the
            cache cannot be written.

    >>> image_folder("photographs", (32, 32))
    Traceback (most recent call last):
    waza.core.errors.Error: photographs is missing; expected a folder of images (unpack an archive first)
    """
    if len(size) != 2 or any(not isinstance(side, int) or side < 1 for side in size):
        raise Error(f"size={size!r} given; expected (height, width) in pixels, such as (64, 64)")
    if processes is not None and processes < 1:
        raise Error(f"processes={processes} given; expected at least 1, or None for one per processor core")
    given = as_path(path)
    listing = list_images(given, labelled)
    folder = given.resolve()
    place = kept_folder(folder, listing.images, size, labelled)
    kept = read_kept(place)
    damaged = [Note("cache_damaged", {"place": str(place)})] if kept is None and os.path.lexists(place) else []
    if kept is None:
        kept = _make(place, folder, listing, size, processes, progress, labelled)
    ends = np.cumsum(kept.counts)[:-1]
    train, validation, test = (
        read_only(Split(x, y)) for x, y in zip(np.split(kept.x, ends), np.split(kept.y, ends), strict=True)
    )
    dataset = Dataset(name or folder.name, train, test, validation if kept.counts[1] else None, classes=kept.classes)
    return ImageFolder(dataset, (*damaged, *kept.notes), kept.white)


def _make(
    place: Path,
    folder: Path,
    listing: Listing,
    size: tuple[int, int],
    processes: int | None,
    progress: Callable[[int, int], None] | None,
    labelled: bool,
) -> Kept:
    """Decode the listed images, choose the rows of each split, and cache them."""
    images = listing.images
    with made_whole(place, 2 * len(images) * size[0] * size[1] * 3, "choose a smaller size") as part:
        kept = read_kept(place)  # another process may have written it meanwhile
        if kept is not None:
            return kept
        decoded = part / "decoded.uint8"
        names = [image.path for image in images]
        outcomes = decode_all(folder, names, size, decoded, processes, progress)
        white = white_of(outcomes)
        if white < WHITE:
            decoded.unlink()
            outcomes = decode_all(folder, names, size, decoded, processes, progress, white)
        notes = [*listing.notes, *_told(images, outcomes)]
        with with_notes(notes):
            classes, rows = (_arranged if labelled else _together)(folder, listing, outcomes, notes)
        notes += notes_on_originals(outcomes, size)
        order = [row for split in SPLITS for row in rows[split]]
        index = {label: i for i, label in enumerate(classes)}
        about = {
            "counts": [len(rows[split]) for split in SPLITS],
            "classes": classes,
            "labels": [index[images[row].label] for row in order],
            "notes": notes,
            "white": white,
        }
        write_kept(part, decoded, order, size, about)
    kept = read_kept(place)
    if kept is None:
        raise Error(f"{place} cannot be read right after it was written: set WAZA_CACHE to a folder on another disk")
    return kept


def _arranged(
    folder: Path, listing: Listing, outcomes: Sequence[Outcome], notes: list[Note]
) -> tuple[list[str], dict[str, list[int]]]:
    """The classes, and the shuffled rows of each split; adds to the notes."""
    images = listing.images
    shuffled = np.random.RandomState(SEED).permutation(len(images)).tolist()
    by_class: dict[str, list[int]] = {label: [] for label in sorted({image.label for image in images})}
    for row in shuffled:
        if outcomes[row].digest:
            by_class[images[row].label].append(row)
    rows: dict[str, list[int]] = {split: [] for split in SPLITS}
    classes = []
    left_out: dict[str, list[str]] = {"image_rare": [], "image_untrained": [], "image_untested": []}
    for label, own in by_class.items():
        parts = _as_given(images, own) if images[0].split else _split(own)
        if not parts["train"]:
            left_out["image_untrained" if images[0].split else "image_rare"].append(label)
            continue
        if not parts["test"]:
            left_out["image_untested"].append(label)
        classes.append(label)
        for split in SPLITS:
            rows[split] += parts[split]
    notes += [counted(kind, labels) for kind, labels in left_out.items() if labels]
    if len(classes) < 2 or not rows["test"]:
        lacking = "no test images" if len(classes) > 1 else f"{len(classes) or 'no'} class with enough readable images"
        inside = wrapping([image for image, outcome in zip(images, outcomes, strict=True) if outcome.digest])
        hint = "" if inside is None else f": the class folders are in {inside}, so give {folder / inside}"
        raise Error(f"{folder} has {lacking}{hint}; {LAYOUT}, and at least two classes")
    notes += notes_on_repeats(images, outcomes, rows)
    # The rows are sorted by class so far; the first rows of a split should contain all classes.
    place = {row: at for at, row in enumerate(shuffled)}
    return classes, {split: sorted(own, key=place.__getitem__) for split, own in rows.items()}


def _together(
    folder: Path, listing: Listing, outcomes: Sequence[Outcome], notes: list[Note]
) -> tuple[list[str], dict[str, list[int]]]:
    """The same for images that need no classes: all of a split are divided together."""
    images = listing.images
    shuffled = np.random.RandomState(SEED).permutation(len(images)).tolist()
    read = [row for row in shuffled if outcomes[row].digest]
    rows = _as_given(images, read) if images[0].split else _split(read)
    if not rows["train"] or not rows["test"]:
        raise Error(f"{folder} has {len(read)} readable images; expected {FEWEST} or more")
    notes += notes_on_repeats(images, outcomes, rows)
    return sorted({images[row].label for row in read}), rows


def _told(images: Sequence[ListedImage], outcomes: Sequence[Outcome]) -> list[Note]:
    """Notes on single images: which were refused and why, and which were converted."""
    notes = []
    for kind in (*REFUSALS, *REMARKS):
        names = [image.path for image, outcome in zip(images, outcomes, strict=True) if kind in outcome.kinds]
        if names:
            notes.append(counted(kind, names))
    return notes


def _as_given(images: Sequence[ListedImage], rows: Sequence[int]) -> dict[str, list[int]]:
    return {split: [row for row in rows if images[row].split == split] for split in SPLITS}


def _split(rows: list[int]) -> dict[str, list[int]]:
    """Split the shuffled rows of a class by the shares; all splits are empty if there are too few rows."""
    if len(rows) < FEWEST:
        return {split: [] for split in SPLITS}
    held = max(1, round(HELD * len(rows)))
    return {"train": rows[2 * held :], "validation": rows[held : 2 * held], "test": rows[:held]}
