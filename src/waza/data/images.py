"""A user's own images: a folder with one sub-folder a class, as a data set."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split, read_only
from waza.data.image_cache import Kept, kept_folder, made_whole, read_kept, write_kept
from waza.data.image_listing import LAYOUT, ListedImage, Listing, counted, list_images
from waza.data.image_workers import Outcome, decode_all
from waza.data.notes import Note

SPLITS = ("train", "validation", "test")
HELD = 0.2  # of a class, for validation and for test each
FEWEST = 3  # images of a class that is split here: one for each split
SEED = 0
REFUSALS = ("image_unreadable", "image_unidentified", "image_damaged", "image_enormous", "image_deep")
REMARKS = ("image_animated", "image_transparent", "image_cmyk", "image_sixteen_bits", "image_turned")


@dataclasses.dataclass(frozen=True)
class ImageFolder:
    """A folder of images made ready: the data set, and what was decided or passed over."""

    dataset: Dataset
    notes: tuple[Note, ...]


def image_folder(
    path: Path | str,
    size: tuple[int, int],
    name: str | None = None,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImageFolder:
    """The images of a folder by class, as a data set of `size` RGB images; the class folders' names are its `classes`.

    Two layouts are read. In <class>/<image>, each class is split at random, and always in the same way, into 60 %
    training, 20 % validation and 20 % test images; a class of fewer than three images is left out. In
    train/<class>/<image> with test/ and possibly validation/ beside it, the splits are as given; a class needs one
    training image. Images in sub-folders of a class belong to it. Every split is shuffled, likewise always in the same
    way. JPEG, PNG, GIF, BMP, WEBP and TIFF are read; `decode` says how an image comes to its size.

    The images are decoded once, by several processes, into a file in the cache folder that is mapped into memory, so
    that more images can be used than memory holds; while that is done, the disk holds them twice. A folder in which
    anything changed is decoded anew. What cannot be used is left out and told in the notes, with counts.

    Args:
        path: the folder.
        size: (height, width) that every image is brought to.
        name: what the data set is called; by default as the folder is.
        processes: how many decode side by side; by default one a processor core, at most 16.
        progress: called with (images done, images in all) while images are decoded.

    Raises:
        Error: the folder is missing or laid out otherwise, fewer than two classes or no test images are left, or the
            cache cannot be written.

    >>> image_folder("photographs", (32, 32))
    Traceback (most recent call last):
    waza.core.errors.Error: photographs is missing; expected a folder of images (unpack an archive first)
    """
    if len(size) != 2 or any(not isinstance(side, int) or side < 1 for side in size):
        raise Error(f"size={size!r} given; expected (height, width) in pixels, such as (64, 64)")
    if processes is not None and processes < 1:
        raise Error(f"processes={processes} given; expected at least 1, or None for one a processor core")
    given = Path(path)
    listing = list_images(given)
    folder = given.resolve()
    place = kept_folder(folder, listing.images, size)
    kept = read_kept(place)
    if kept is None:
        kept = _make(place, folder, listing, size, processes, progress)
    ends = np.cumsum(kept.counts)[:-1]
    train, validation, test = (
        read_only(Split(x, y)) for x, y in zip(np.split(kept.x, ends), np.split(kept.y, ends), strict=True)
    )
    dataset = Dataset(name or folder.name, train, test, validation if kept.counts[1] else None, classes=kept.classes)
    return ImageFolder(dataset, kept.notes)


def _make(
    place: Path,
    folder: Path,
    listing: Listing,
    size: tuple[int, int],
    processes: int | None,
    progress: Callable[[int, int], None] | None,
) -> Kept:
    """Decode the listed images, choose the rows of each split, and keep them."""
    images = listing.images
    with made_whole(place, 2 * len(images) * size[0] * size[1] * 3) as part:
        kept = read_kept(place)  # another process may have made it while this one waited
        if kept is not None:
            return kept
        decoded = part / "decoded.uint8"
        outcomes = decode_all(folder, [image.path for image in images], size, decoded, processes, progress)
        classes, rows, notes = _arranged(folder, images, outcomes)
        order = [row for split in SPLITS for row in rows[split]]
        index = {label: i for i, label in enumerate(classes)}
        about = {
            "counts": [len(rows[split]) for split in SPLITS],
            "classes": classes,
            "labels": [index[images[row].label] for row in order],
            "notes": [*listing.notes, *notes],
        }
        write_kept(part, decoded, order, size, about)
    kept = read_kept(place)
    if kept is None:
        raise Error(f"{place} cannot be read right after it was written: set WAZA_CACHE to a folder on another disk")
    return kept


def _arranged(
    folder: Path, images: Sequence[ListedImage], outcomes: Sequence[Outcome]
) -> tuple[list[str], dict[str, list[int]], list[Note]]:
    """The classes, the shuffled rows of each split, and notes on the images and the classes."""
    notes = _told(images, outcomes)
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
        said = " ".join(note.say("en") for note in notes)
        raise Error(f"{folder} has {lacking}; {LAYOUT}, and at least two classes. {said}".rstrip())
    trained = {outcomes[row].digest for row in rows["train"]}
    repeated = sum(outcomes[row].digest in trained for row in rows["test"])
    if repeated:
        notes.append(Note("image_repeated", {"count": repeated}))
    # Classes follow one another so far; the first rows of a split should be of all classes.
    place = {row: at for at, row in enumerate(shuffled)}
    return classes, {split: sorted(own, key=place.__getitem__) for split, own in rows.items()}, notes


def _told(images: Sequence[ListedImage], outcomes: Sequence[Outcome]) -> list[Note]:
    """Notes on single images: which were refused and why, and what had to be done to others."""
    notes = []
    for kind in (*REFUSALS, *REMARKS):
        names = [image.path for image, outcome in zip(images, outcomes, strict=True) if kind in outcome.kinds]
        if names:
            notes.append(counted(kind, names))
    return notes


def _as_given(images: Sequence[ListedImage], rows: Sequence[int]) -> dict[str, list[int]]:
    return {split: [row for row in rows if images[row].split == split] for split in SPLITS}


def _split(rows: list[int]) -> dict[str, list[int]]:
    """A class's rows, in random order, by the shares; none where they are too few."""
    if len(rows) < FEWEST:
        return {split: [] for split in SPLITS}
    held = max(1, round(HELD * len(rows)))
    return {"train": rows[2 * held :], "validation": rows[held : 2 * held], "test": rows[:held]}
