"""Images of a folder or a data set, as the material of a training."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from waza import data as sets
from waza.core.errors import Error, nearest
from waza.data import Dataset, Note, Split, hold_out
from waza.data.given import checked_pair, plain_labels
from waza.data.image_preparation import ImagePreparation, pixels_of
from waza.data.image_workers import WHITE
from waza.data.notes import short
from waza.data.splitting import split_rows
from waza.kinds.kind import Told
from waza.kinds.material import Material, set_aside

HELD, MOST_HELD = 0.1, 5000
FEWEST = 3  # images of a class: one for each split
LOOKED_AT = 100


@dataclasses.dataclass(frozen=True)
class Images(Material):
    """Images, and whether they are photographs."""

    photographs: bool = False


def images(given: str, size: tuple[int, int] | None, usual: tuple[int, int], progress: Told | None = None) -> Images:
    """Images of a folder by class, or of a data set by name.

    Args:
        given: the folder's path or the data set's name. A name that is both is the data set's; ./name is the folder.
        size: (height, width) to which a folder's images are resized; a data set has its own.
        usual: the size where none is given.
        progress: called with (images decoded, images in all).

    Raises:
        Error: there is neither, or the images cannot be used.
    """
    notes: tuple[Note, ...] = ()
    white = WHITE
    known = [one.name for one in sets.listing()]
    if given in known:
        dataset = sets.load(given)
        own = dataset.train.x.shape[1:3]
        if size is not None and size != own:
            asked, have = (" x ".join(map(str, sides)) for sides in (size, own))
            raise Error(f"the images of {given} have {have} pixels, and {asked} is asked for: leave --size out")
        dataset = hold_out(dataset, _held(len(dataset.train.y)))
    elif Path(given).is_dir():
        folder = sets.image_folder(given, size or usual, progress=progress)
        dataset, notes, white = folder.dataset, folder.notes, folder.white
        if dataset.validation is None:
            dataset = _first_held(dataset)
    else:
        raise Error(f"{given!r} is neither a folder of images nor a data set's name: {nearest(given, known)}")
    return _images(dataset, (), notes, white)


def images_in_memory(data: Any) -> Images:
    """Images that are held in memory.

    Args:
        data: (x, y) with images (n, height, width[, 1 or 3]) uint8 and a label for each, or a `Dataset` of images.

    Raises:
        Error: x or y has another form, or a class has fewer than three images.
    """
    if not isinstance(data, Dataset):
        x, y, notes = checked_pair(data)
        x, (labels, y) = pixels_of(x), np.unique(y, return_inverse=True)
        counts = np.bincount(y)
        if len(labels) < 2 or counts.min() < FEWEST:
            few = short(labels[counts.argmin()])
            raise Error(
                f"{len(labels)} classes are given, and {few} has {counts.min()} images; expected two classes or more, "
                f"and {FEWEST} images of each"
            )
        parts = split_rows(len(y), y)
        train, validation, test = (Split(x[part], y[part].astype(np.int32)) for part in parts)
        dataset = Dataset("images", train, test, validation, tuple(map(str, labels.tolist())))
        plain = tuple(plain_labels(labels))
        given = _images(dataset, () if all(isinstance(one, str) for one in plain) else plain, ())
        return dataclasses.replace(given, notes=(*notes, set_aside(dataset)))
    held = None if data.validation is None else _checked(data.validation)
    dataset = data._replace(train=_checked(data.train), test=_checked(data.test), validation=held)
    if dataset.train.y.dtype.kind not in "iu" or int(dataset.train.y.min()) < 0:
        raise Error(f"{data.name} has labels of {dataset.train.y.dtype}; a Dataset has classes 0, 1, 2, ...")
    if dataset.validation is not None:
        return _images(dataset, (), ())
    dataset = hold_out(dataset, _held(len(dataset.train.y)))
    return _images(dataset, (), (set_aside(dataset),))


def mirrored(given: Images) -> Images:
    """The same, with a note if training uses mirror images."""
    more = (Note("images_mirrored"),) if given.photographs else ()
    return dataclasses.replace(given, notes=(*given.notes, *more))


def _checked(split: Split) -> Split:
    return Split(pixels_of(split.x), checked_pair((split.x, split.y))[1])


def _images(dataset: Dataset, labels: tuple[Any, ...], notes: tuple[Note, ...], white: int = WHITE) -> Images:
    """The images with their preparation. Classes without names have the labels 0, 1, 2, ..."""
    classes = dataset.classes
    if not classes:
        labels = tuple(range(int(dataset.train.y.max()) + 1))
        classes = tuple(map(str, labels))
    shape = dataset.train.x.shape[1:]
    preparation = ImagePreparation((shape[0], shape[1]), shape[2], tuple(classes), labels, white)
    return Images(dataset, preparation, notes, photographs=_coloured(dataset.train.x))


def _held(rows: int) -> int:
    return max(1, min(MOST_HELD, round(HELD * rows)))


def _first_held(dataset: Dataset) -> Dataset:
    """The first training rows, which are in random order, as the validation split; none is read."""
    held = _held(len(dataset.train.y))
    if held >= len(dataset.train.y):
        raise Error(f"{dataset.name} has one training image; expected more, or a validation/ folder")
    kept, first = (Split(dataset.train.x[part], dataset.train.y[part]) for part in (slice(held, None), slice(held)))
    return dataset._replace(train=kept, validation=first)


def _coloured(x: np.ndarray) -> bool:
    """Whether images have colours. Drawings and digits have none, and a flip may change their meaning."""
    few = np.asarray(x[:LOOKED_AT]).astype(int)
    return few.shape[3] == 3 and bool((few.max(axis=3) != few.min(axis=3)).any())
