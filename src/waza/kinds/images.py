"""Images of a folder or a data set, for kinds of model that learn from images."""

from typing import NamedTuple

import numpy as np

from waza import data as sets
from waza.core.errors import Error, nearest
from waza.core.given_files import is_folder
from waza.data import Dataset, Note, Split, hold_out
from waza.data.image_workers import WHITE
from waza.kinds.kind import Told

HELD, MOST_HELD = 0.1, 5000
LOOKED_AT = 100


class FoundImages(NamedTuple):
    """Images with a validation split, notes on decisions, and the value of 16-bit greys that became 255."""

    dataset: Dataset
    notes: tuple[Note, ...] = ()
    white: int = WHITE


def find_images(
    given: str,
    size: tuple[int, int] | None,
    usual: tuple[int, int],
    progress: Told | None = None,
    labelled: bool = True,
) -> FoundImages:
    """Images of a folder, or of a data set by name.

    Args:
        given: the folder's path or the data set's name. A name that is both is the data set's; ./name is the folder.
        size: (height, width) to which a folder's images are resized; a data set has its own.
        usual: the size where none is given.
        progress: called with (images decoded, images in all).
        labelled: whether every image needs a class (`waza.data.image_folder`).

    Raises:
        Error: there is neither, or the images cannot be used.
    """
    known = [one.name for one in sets.listing()]
    if given in known:
        dataset = sets.load(given)
        own = dataset.train.x.shape[1:3]
        if size is not None and size != own:
            asked, have = (" x ".join(map(str, sides)) for sides in (size, own))
            raise Error(f"the images of {given} have {have} pixels, and {asked} is asked for: leave --size out")
        return FoundImages(hold_out(dataset, held_of(len(dataset.train.y))))
    if not is_folder(given):
        raise Error(f"{given!r} is neither a folder of images nor a data set's name: {nearest(given, known)}")
    folder = sets.image_folder(given, size or usual, progress=progress, labelled=labelled)
    dataset = folder.dataset if folder.dataset.validation is not None else _first_held(folder.dataset)
    return FoundImages(dataset, folder.notes, folder.white)


def held_of(rows: int) -> int:
    """How many of these training rows are set aside for validation."""
    return max(1, min(MOST_HELD, round(HELD * rows)))


def _first_held(dataset: Dataset) -> Dataset:
    """The first training rows, which are in random order, as the validation split; none is read."""
    held = held_of(len(dataset.train.y))
    if held >= len(dataset.train.y):
        raise Error(f"{dataset.name} has one training image; expected more, or a validation/ folder")
    kept, first = (Split(dataset.train.x[part], dataset.train.y[part]) for part in (slice(held, None), slice(held)))
    return dataset._replace(train=kept, validation=first)


def are_coloured(x: np.ndarray) -> bool:
    """Whether the first of these images (n, height, width, 1 or 3) have colours.

    >>> are_coloured(np.zeros((2, 4, 4, 3), np.uint8)), are_coloured(np.eye(3, dtype=np.uint8)[None, None])
    (False, True)
    """
    few = np.asarray(x[:LOOKED_AT]).astype(int)
    return few.shape[3] == 3 and bool((few.max(axis=3) != few.min(axis=3)).any())
