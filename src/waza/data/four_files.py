"""The four idx files in which MNIST is published, and every set that takes its place."""

from collections.abc import Sequence

import numpy as np

from waza.data.dataset import Dataset, Split
from waza.data.idx import parse_idx
from waza.data.source import Source

FILENAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def four_sources(dataset: str, origin: str, checksums: Sequence[str]) -> tuple[Source, ...]:
    """The four files at the address `origin`, with their checksums in the order of `FILENAMES`.

    >>> four_sources("mnist", "https://example.org/", ("0" * 64,) * 4)[3].url
    'https://example.org/t10k-labels-idx1-ubyte.gz'
    """
    return tuple(
        Source(dataset, origin + filename, filename, checksum)
        for filename, checksum in zip(FILENAMES, checksums, strict=True)
    )


def read_four(name: str, sources: Sequence[Source], classes: tuple[str, ...] = ()) -> Dataset:
    """The data set in the four files, verified: images (n, 28, 28, 1) uint8 and labels (n,) int32.

    Raises:
        Error: a file is missing or damaged; it says how to get it.
    """
    images, labels, test_images, test_labels = (parse_idx(one.read(), str(one.path)) for one in sources)
    return Dataset(name, _split(images, labels), _split(test_images, test_labels), classes=classes)


def _split(images: np.ndarray, labels: np.ndarray) -> Split:
    return Split(images[..., np.newaxis], labels.astype(np.int32))
