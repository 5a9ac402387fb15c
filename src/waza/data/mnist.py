"""MNIST, whole: 70,000 handwritten digits."""

import numpy as np

from waza.data.dataset import Dataset, Split
from waza.data.idx import parse_idx
from waza.data.source import Source

ORIGIN = "https://ossci-datasets.s3.amazonaws.com/mnist/"
SOURCES = tuple(
    Source("mnist", ORIGIN + filename, filename, sha256)
    for filename, sha256 in (
        ("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    )
)


def mnist() -> Dataset:
    """MNIST: 60,000 digits to train on and 10,000 to test on, 28 x 28 pixels, 0 is background.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", 1998. Every file's sha256 is verified before it is used.

    Raises:
        Error: a file is missing or damaged; it says how to get it.
    """
    images, labels, test_images, test_labels = (parse_idx(one.read(), str(one.path)) for one in SOURCES)
    return Dataset("mnist", _split(images, labels), _split(test_images, test_labels))


def _split(images: np.ndarray, labels: np.ndarray) -> Split:
    return Split(images[..., np.newaxis], labels.astype(np.int32))
