"""MNIST: its four files."""

import gzip
import hashlib
import struct
import sys

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data import PublishedFile, digits, mnist
from waza.data.mnist import FILES


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A small MNIST with checksums of its own; the arrays in the order of its files."""
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 10, shape, np.uint8) for shape in ((20, 28, 28), (20,), (5, 28, 28), (5,))]
    files = []
    (tmp_path / "sets" / "mnist").mkdir(parents=True)
    monkeypatch.setenv("WAZA_DATA", str(tmp_path / "sets"))
    for file, array in zip(FILES, arrays, strict=True):
        content = gzip.compress(idx(array))
        files.append(PublishedFile("mnist", file.url, file.filename, hashlib.sha256(content).hexdigest()))
        files[-1].path.write_bytes(content)
    monkeypatch.setattr(sys.modules[mnist.__module__], "FILES", tuple(files))
    return tuple(files), arrays


def test_the_files_are_put_where_they_belong(small):
    images, labels, test_images, test_labels = small[1]
    name, train, test = mnist()[:3]
    assert name == "mnist"
    assert train.x.shape == (20, 28, 28, 1) and train.x.dtype == np.uint8 and train.y.dtype == np.int32
    assert np.array_equal(train.x[..., 0], images) and np.array_equal(train.y, labels)
    assert np.array_equal(test.x[..., 0], test_images) and np.array_equal(test.y, test_labels)


@pytest.mark.parametrize("number", range(4))
def test_each_file_is_needed_and_verified(small, number):
    path = small[0][number].path
    content = bytearray(path.read_bytes())
    content[4] ^= 1  # the gzip header's time: what it unpacks to is unchanged
    path.write_bytes(content)
    with pytest.raises(Error, match=f"{path.name} is damaged.* delete it and run `waza data get mnist`"):
        mnist()
    path.unlink()
    with pytest.raises(Error, match=f"{path.name} is missing: run `waza data get mnist`, or set WAZA_DATA"):
        mnist()


def test_where_it_comes_from():
    assert [file.url.rpartition("/")[2] for file in FILES] == [file.filename for file in FILES]
    assert all(file.url.startswith("https://ossci-datasets.s3.amazonaws.com/mnist/") for file in FILES)


def test_the_real_one(real_mnist):
    _, train, test = mnist()[:3]
    assert train.x.shape == (60_000, 28, 28, 1) and test.x.shape == (10_000, 28, 28, 1)
    # The means that everybody normalises with.
    assert round(train.x.mean() / 255, 4) == 0.1307 and round(train.x.std() / 255, 4) == 0.3081
    assert np.bincount(train.y).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # The small digits are the first 500 of each class in the training set.
    first = {train.x[at].tobytes(): label for label in range(10) for at in np.flatnonzero(train.y == label)[:500]}
    for split in digits()[1:3]:
        assert [first[image.tobytes()] for image in split.x] == split.y.tolist()
