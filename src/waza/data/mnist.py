"""MNIST: 70,000 handwritten digits."""

from waza.data.dataset import Dataset
from waza.data.four_files import four_published, read_four

FILES = four_published(
    "mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
)


def mnist() -> Dataset:
    """MNIST: 60,000 training and 10,000 test digits, 28 x 28 pixels, 0 is background.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document
    recognition", 1998. Every file's sha256 is verified before it is used.

    Raises:
        Error: a file is missing or damaged; the message says how to get it.
    """
    return read_four("mnist", FILES)
