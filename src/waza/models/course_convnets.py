"""The three convolutional networks of the course, for MNIST's digits."""

from waza.models.convnet import ConvNet, Convolution
from waza.nn.dropout import Dropout
from waza.nn.initializers import Gaussian, He
from waza.nn.pooling import MaxPool

DIGIT = (28, 28, 1)


def simple_convnet(image: tuple[int, int, int] = DIGIT, outputs: int = 10) -> ConvNet:
    """30 filters of 5x5, ReLU, max pooling by 2, 100 hidden units; weights from N(0, 0.01^2).

    28 -> 24 -> 12 cells a side.

    Source: Saito, "Deep Learning from Scratch" (ゼロから作るDeep Learning), 2016, section 7.5.

    >>> simple_convnet().sizes()
    ((28, 28, 1), (12, 12, 30))
    """
    convolutions = (Convolution(30, 5, pool=MaxPool(2)),)
    return ConvNet(convolutions, (100,), outputs, image, initializer=Gaussian(0.01))


def double_convnet(image: tuple[int, int, int] = DIGIT, outputs: int = 10) -> ConvNet:
    """10 filters of 7x7 and 20 of 3x3, both padded by 1, with ReLU and pooling by 2 each; 100 hidden units.

    28 -> 24 -> 12 -> 12 -> 6 cells a side; weights from N(0, 0.01^2). With one pooling fewer:

    >>> from waza import vary
    >>> first, second = double_convnet().convolutions
    >>> vary(double_convnet(), convolutions=(first, vary(second, pool=None))).sizes()
    ((28, 28, 1), (12, 12, 10), (12, 12, 20))
    """
    convolutions = (Convolution(10, 7, padding=1, pool=MaxPool(2)), Convolution(20, 3, padding=1, pool=MaxPool(2)))
    return ConvNet(convolutions, (100,), outputs, image, initializer=Gaussian(0.01))


def deep_convnet(image: tuple[int, int, int] = DIGIT, outputs: int = 10) -> ConvNet:
    """Six convolutions of 3x3, two before each of three poolings, 50 hidden units, He's initial values, dropout 0.5.

    28 -> 14 -> 8 -> 4 cells a side: the fourth convolution is padded by 2, the others by 1. The book also drops
    half of the logits in training, after the output layer; here only hidden units are dropped.

    Source: Saito, "Deep Learning from Scratch" (ゼロから作るDeep Learning), 2016, section 8.1.

    >>> [size for size in deep_convnet().sizes()[2::2]]
    [(14, 14, 16), (8, 8, 32), (4, 4, 64)]
    """
    convolutions = (
        Convolution(16, padding=1),
        Convolution(16, padding=1, pool=MaxPool(2)),
        Convolution(32, padding=1),
        Convolution(32, padding=2, pool=MaxPool(2)),
        Convolution(64, padding=1),
        Convolution(64, padding=1, pool=MaxPool(2)),
    )
    return ConvNet(convolutions, (50,), outputs, image, initializer=He(), dropout=Dropout(0.5))
