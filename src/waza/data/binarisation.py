"""Binary images: one fixed draw with the grey pixels as probabilities."""

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split, read_only

DRAWN_AT_ONCE = 1000  # rows


def binarised(data: Dataset, seed: int = 0) -> Dataset:
    """The data with each pixel drawn once as 0 or 255, with its grey value as the probability ("static" binarisation).

    The draw of a split depends on the seed and the split alone. The fixed binary MNIST of Larochelle and Murray (2011)
    is another draw of the same kind.

    Args:
        data: its inputs are bytes.
        seed: of the draw.

    Raises:
        Error: the inputs are no bytes.

    >>> x = np.full((2, 1, 1, 1), 255, np.uint8)
    >>> split = Split(x, np.zeros(2, np.int32))
    >>> binarised(Dataset("white", split, split)).train.x.ravel().tolist()
    [255, 255]
    """
    drawn = {}
    for number, name in enumerate(("train", "test", "validation")):
        split = getattr(data, name)
        if split is None:
            continue
        if getattr(split.x, "dtype", None) != np.uint8:
            raise Error(
                f"{data.name}'s {name} inputs are {getattr(split.x, 'dtype', type(split.x))}; expected bytes, uint8"
            )
        random, x = np.random.RandomState([seed, number]), np.empty(split.x.shape, np.uint8)
        for first in range(0, len(x), DRAWN_AT_ONCE):
            grey = split.x[first : first + DRAWN_AT_ONCE]
            x[first : first + DRAWN_AT_ONCE] = 255 * (255 * random.random_sample(grey.shape) < grey)
        drawn[name] = read_only(Split(x, split.y))
    return data._replace(name=f"{data.name}, binary {seed}", **drawn)
