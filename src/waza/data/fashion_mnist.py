"""Fashion-MNIST: 70,000 articles of clothing in MNIST's format; harder to classify than MNIST."""

from waza.data.dataset import Dataset
from waza.data.four_files import four_published, read_four

FILES = four_published(
    "fashion_mnist",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",  # offers no https; the sha256 detects a forgery
    (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
)
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def fashion_mnist() -> Dataset:
    """Fashion-MNIST: 60,000 training and 10,000 test images of clothing, ten classes, 28 x 28 pixels.

    Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
    algorithms", 2017. Every file's sha256 is verified before it is used.

    Raises:
        Error: a file is missing or damaged; the message says how to get it.
    """
    return read_four("fashion_mnist", FILES, CLASSES)
