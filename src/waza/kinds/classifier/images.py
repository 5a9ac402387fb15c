"""Images of a folder or a data set, as the material of a training."""

import dataclasses
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data import Dataset, Note, Split, hold_out
from waza.data.given import checked_pair, plain_labels
from waza.data.image_preparation import ImagePreparation
from waza.data.image_reading import pixels_of
from waza.data.image_workers import WHITE
from waza.data.notes import short
from waza.data.splitting import split_rows
from waza.kinds.images import are_coloured, find_images, held_of
from waza.kinds.kind import Told
from waza.kinds.material import Material, set_aside

FEWEST = 3  # images of a class: one for each split


@dataclasses.dataclass(frozen=True)
class Images(Material):
    """Images, and whether they are photographs."""

    photographs: bool = False


def images(given: str, size: tuple[int, int] | None, usual: tuple[int, int], progress: Told | None = None) -> Images:
    """Images of a folder by class, or of a data set by name; the arguments are those of `find_images`.

    Raises:
        Error: there is neither, or the images cannot be used.
    """
    found = find_images(given, size, usual, progress)
    return _images(found.dataset, (), found.notes, found.white)


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
    dataset = hold_out(dataset, held_of(len(dataset.train.y)))
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
    return Images(dataset, preparation, notes, photographs=are_coloured(dataset.train.x))
