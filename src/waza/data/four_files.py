"""The four idx files in which MNIST is published, and data sets of the same form."""

from collections.abc import Sequence

import numpy as np

from waza.data.dataset import Dataset, Split, read_only
from waza.data.idx import parse_idx
from waza.data.published import PublishedFile

FILENAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def four_published(dataset: str, origin: str, checksums: Sequence[str]) -> tuple[PublishedFile, ...]:
    """The four files at the address `origin`, with their checksums in the order of `FILENAMES`.

    >>> four_published("mnist", "https://example.org/", ("0" * 64,) * 4)[3].url
    'https://example.org/t10k-labels-idx1-ubyte.gz'
    """
    return tuple(
        PublishedFile(dataset, origin + filename, filename, checksum)
        for filename, checksum in zip(FILENAMES, checksums, strict=True)
    )


def read_four(name: str, files: Sequence[PublishedFile], classes: tuple[str, ...] = ()) -> Dataset:
    """The data set in the four files, verified: read-only images (n, 28, 28, 1) uint8 and labels (n,) int32.

    Raises:
        Error: a file is missing or damaged; the message says how to get it.
    """
    images, labels, test_images, test_labels = (parse_idx(one.read(), str(one.path)) for one in files)
    return Dataset(name, _split(images, labels), _split(test_images, test_labels), classes=classes)


def _split(images: np.ndarray, labels: np.ndarray) -> Split:
    return read_only(Split(images[..., np.newaxis], labels.astype(np.int32)))
