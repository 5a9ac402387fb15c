"""Images without classes, as the material of a training."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data import Dataset, Note, Split, binarised, hold_out
from waza.data.given import array_of
from waza.data.image_reading import grey, pixels_of
from waza.data.image_workers import WHITE
from waza.data.splitting import split_rows
from waza.kinds.images import are_coloured, find_images, held_of
from waza.kinds.kind import Told
from waza.kinds.material import Material, set_aside
from waza.kinds.vae.preparation import VAEPreparation

USUAL = (64, 64)
FEWEST = 3  # images: one for each split
SPLITS = ("train", "validation", "test")
LOOKED_AT, DARK, MOST = 200, 25, 0.8  # images; the shade that is nearly black; the share of pixels


@dataclasses.dataclass(frozen=True)
class PlainImages(Material):
    """Images whose classes, if they have some, colour pictures and are not learned from."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes of the labels; empty where the images have none, or a label has no name."""
        labels = np.concatenate([np.ravel(split.y) for split in _splits(self.dataset)])
        if not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0:
            return ()
        names = self.dataset.classes or tuple(map(str, range(int(labels.max()) + 1)))
        return names if 1 < len(names) > labels.max() else ()

    @property
    def nearly_binary(self) -> bool:
        """Whether the images have one channel, and most pixels of the first ones are nearly black or white."""
        first = np.asarray(self.dataset.train.x[:LOOKED_AT])
        ends = np.mean((first <= DARK) | (first >= 255 - DARK))
        return first.shape[3] == 1 and bool(ends >= MOST)


def plain_images(given: str, size: tuple[int, int] | None, progress: Told | None = None) -> PlainImages:
    """Images of a folder, with or without class folders, or of a data set by name.

    Args:
        given: the folder's path or the data set's name.
        size: (height, width) to which a folder's images are resized.
        progress: called with (images decoded, images in all).

    Raises:
        Error: there is neither, or the images cannot be used.
    """
    found = find_images(given, size, USUAL, progress, labelled=False)
    return _material(found.dataset, found.notes, found.white)


def plain_images_in_memory(data: Any) -> PlainImages:
    """Images that are held in memory.

    Args:
        data: images (n, height, width[, 1 or 3]) uint8, (x, y) with labels, or a `Dataset` of images.

    Raises:
        Error: they have another form, or are fewer than three.
    """
    if not isinstance(data, Dataset):
        x, y = data if isinstance(data, tuple) else (data, None)
        x = pixels_of(x)
        if len(x) < FEWEST:
            raise Error(f"{len(x)} images are given; expected {FEWEST} or more")
        try:
            labels, y = np.unique(np.zeros(len(x)) if y is None else array_of("y", y), return_inverse=True)
        except TypeError as error:
            raise Error(f"y has labels of several types ({error}): give texts, or numbers") from error
        if y.shape != (len(x),):
            raise Error(f"x has {len(x)} images and y has the shape {y.shape}: give a label for each image, or x alone")
        train, validation, test = (Split(x[part], y[part].astype(np.int32)) for part in split_rows(len(x)))
        dataset = Dataset("images", train, test, validation, tuple(map(str, labels.tolist())))
        return _material(dataset, (set_aside(dataset),))
    dataset = _changed(data, pixels_of)
    shapes = {name: split.x.shape for name in SPLITS if (split := getattr(dataset, name)) is not None}
    if len({shape[1:] for shape in shapes.values()}) > 1 or not all(shape[0] for shape in shapes.values()):
        told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise Error(f"the splits have the shapes {told}; expected images of one size, and at least one in each split")
    if dataset.validation is not None:
        return _material(dataset, ())
    dataset = hold_out(dataset, held_of(len(dataset.train.y)))
    return _material(dataset, (set_aside(dataset),))


def drawn(given: PlainImages, static: bool) -> PlainImages:
    """The images as they are, or with each pixel drawn once as black or white, its shade being the probability."""
    return dataclasses.replace(given, dataset=binarised(given.dataset)) if static else given


def _material(dataset: Dataset, notes: tuple[Note, ...], white: int = WHITE) -> PlainImages:
    """The images with their preparation; those that are grey in three equal channels have one.

    Whether images have colours is seen from the first ones, of each split, so that large folders are not read whole.
    """
    if dataset.train.x.shape[3] == 3 and not any(are_coloured(split.x) for split in _splits(dataset)):
        dataset = _changed(dataset, lambda x: grey(np.asarray(x)))
        notes = (*notes, Note("images_grey"))
    height, width, channels = dataset.train.x.shape[1:]
    return PlainImages(dataset, VAEPreparation((height, width), channels, white), notes)


def _splits(dataset: Dataset) -> list[Split]:
    """Those that there are."""
    return [split for split in (dataset.train, dataset.validation, dataset.test) if split is not None]


def _changed(dataset: Dataset, change: Callable[[Any], np.ndarray]) -> Dataset:
    """The data with other pixels in each split."""
    train, test = (Split(change(split.x), split.y) for split in (dataset.train, dataset.test))
    held = dataset.validation
    return dataset._replace(train=train, test=test, validation=None if held is None else Split(change(held.x), held.y))
