"""Networks of this part that `waza.models` does not name: pooled, unpooled and strided convolutions."""

from waza.data import Dataset
from waza.models import ConvNet, Convolution
from waza.nn import MaxPool

POOLED, UNPOOLED, STRIDED = "max pooling", "no pooling", "strided convolution"


def image_of(dataset: Dataset) -> tuple[int, int, int]:
    """Height, width and channels of the images."""
    height, width, channels = dataset.train.x.shape[1:]
    return height, width, channels


def classes_of(dataset: Dataset) -> int:
    """The number of classes."""
    return len(dataset.classes) or int(dataset.train.y.max()) + 1


def three_ways(dataset: Dataset) -> dict[str, ConvNet]:
    """8@5x5 - ReLU - 16@3x3 padded by 1 - ReLU - 64, from He's initial values: the same filters in all three.

    The maps are halved twice by max pooling, or twice by strides of 2, or not at all: 28 -> 12 -> 6 cells a side, or 24
    and 24, so that without pooling the dense layer has 16 times as many weights.

    >>> from waza import data
    >>> [net.sizes()[1:] for net in three_ways(data.digits()).values()]
    [((12, 12, 8), (6, 6, 16)), ((24, 24, 8), (24, 24, 16)), ((12, 12, 8), (6, 6, 16))]
    """

    def network(pool: MaxPool | None = None, strides: int = 1) -> ConvNet:
        first = Convolution(8, 5, strides, pool=pool)
        second = Convolution(16, 3, strides, padding=1, pool=pool)
        return ConvNet((first, second), (64,), classes_of(dataset), image_of(dataset))

    return {POOLED: network(MaxPool(2)), UNPOOLED: network(), STRIDED: network(strides=2)}
