"""Images of a folder or a data set, as the material of a training."""

import dataclasses
from pathlib import Path

import numpy as np

from waza import data as sets
from waza.core.errors import Error, nearest
from waza.data import Dataset, Note, Split, hold_out
from waza.data.image_preparation import ImagePreparation
from waza.kinds.kind import Told
from waza.kinds.material import Material

HELD, MOST_HELD = 0.1, 5000
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
        dataset, notes = folder.dataset, folder.notes
        if dataset.validation is None:
            dataset = _first_held(dataset)
    else:
        raise Error(f"{given!r} is neither a folder of images nor a data set's name: {nearest(given, known)}")
    classes = dataset.classes or tuple(map(str, range(int(dataset.train.y.max()) + 1)))
    shape = dataset.train.x.shape[1:]
    preparation = ImagePreparation((shape[0], shape[1]), shape[2], tuple(classes))
    return Images(dataset, preparation, notes, _coloured(dataset.train.x))


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
