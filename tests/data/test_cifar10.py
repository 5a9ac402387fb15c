"""CIFAR-10: the archive's records become images; damaged archives are refused."""

import gzip
import hashlib
import io
import sys
import tarfile

import numpy as np
import pytest
from PIL import Image

from waza.core.errors import Error
from waza.data import PublishedFile, cifar10, cifar10_jpg
from waza.data.cifar10 import CLASSES, FILES, TEST, TRAIN
from waza.data.cifar10_jpg import FILES as JPEGS

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 4, 32, 32, 3), np.uint8)
LABELS = RNG.integers(0, 10, (6, 4), np.uint8)


def batches():
    """Six batches of four records, as the binary version has them."""
    planes = IMAGES.transpose(0, 1, 4, 2, 3).reshape(6, 4, -1)
    records = np.concatenate([LABELS[..., None], planes], axis=2)
    return {name: part.tobytes() for name, part in zip((*TRAIN, TEST), records, strict=True)}


def archive(files):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, part in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(part)
            tar.addfile(member, io.BytesIO(part))
    return content.getvalue()


@pytest.fixture
def put(tmp_path, monkeypatch):
    """A function that puts an archive of these bytes in place, with its md5 as the publisher's."""
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))

    def place(content):
        file = PublishedFile("cifar10", FILES[0].url, FILES[0].filename, hashlib.md5(content).hexdigest())
        monkeypatch.setattr(sys.modules[cifar10.__module__], "FILES", (file,))
        file.path.parent.mkdir()
        file.path.write_bytes(content)

    return place


def test_records_become_images(put):
    named = list(batches().items())
    put(archive({"cifar-10-batches-bin/readme.html": b"<html>", **dict(named[::-1])}))
    data = cifar10()
    assert data.name == "cifar10" and data.classes == CLASSES
    assert data.train.x.dtype == np.uint8 and data.train.y.dtype == np.int32
    assert np.array_equal(data.train.x, IMAGES[:5].reshape(20, 32, 32, 3))
    assert np.array_equal(data.train.y, LABELS[:5].ravel())
    assert np.array_equal(data.test.x, IMAGES[5]) and np.array_equal(data.test.y, LABELS[5])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(batches())[:-4000], "is not a whole tar.gz archive"),
        (b"no archive", "is not a whole tar.gz archive"),
        (gzip.compress(b"no archive", mtime=0), "is not a whole tar.gz archive"),
        (archive({**batches(), TEST: b""}), "test_batch.bin has 0 bytes, expected records of 3073"),
        (archive({**batches(), TEST: b"\0" * 3072}), "test_batch.bin has 3072 bytes"),
        (archive({**batches(), TEST: b"\x0a" * 3073}), "test_batch.bin has the label 10, expected 0 to 9"),
        (archive({name: part for name, part in batches().items() if name != TEST}), "lacks .*test_batch.bin"),
    ],
)
def test_what_is_no_cifar10(put, content, said):
    put(content)
    with pytest.raises(Error, match=said):
        cifar10()


def test_another_archive_is_refused(put, tmp_path):
    put(archive(batches()))
    (path,) = (tmp_path / "cifar10").iterdir()
    path.write_bytes(b"other")
    with pytest.raises(Error, match=r"is damaged: its md5 is .*delete it and run `waza data get cifar10`"):
        cifar10()


def test_where_it_comes_from():
    (file,) = FILES
    assert file.url.startswith("https://www.cs.toronto.edu/~kriz/") and file.url.endswith(file.filename)
    assert "python" not in file.filename  # the pickles


@pytest.fixture
def jpegs(tmp_path, monkeypatch):
    """Ten images a class and split of the real JPEG copy, as an archive with a checksum of its own."""
    (file,) = JPEGS
    content = io.BytesIO()
    with tarfile.open(file.path) as real, tarfile.open(fileobj=content, mode="w:gz") as few:
        for member in real:
            if member.name.endswith(".jpg") and int(member.name[-8:-4]) < 10:
                few.addfile(member, real.extractfile(member))
    file = PublishedFile("cifar10_jpg", None, file.filename, hashlib.sha256(content.getvalue()).hexdigest())
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    monkeypatch.setattr(sys.modules[cifar10_jpg.__module__], "FILES", (file,))
    file.path.parent.mkdir()
    file.path.write_bytes(content.getvalue())
    return file.path


def test_the_jpeg_copy(real, cache, request):
    real("cifar10_jpg")
    path = request.getfixturevalue("jpegs")
    data = cifar10_jpg()
    assert data.name == "CIFAR-10 (JPEG copy)" and data.classes == CLASSES and data.validation is None
    assert data.train.x.shape == (100, 32, 32, 3) and np.bincount(data.train.y).tolist() == [10] * 10
    assert data.test.x.shape == (100, 32, 32, 3) and np.bincount(data.test.y).tolist() == [10] * 10
    with tarfile.open(path) as archive, Image.open(archive.extractfile("train/frog/0003.jpg")) as image:
        (frog,) = np.flatnonzero((data.train.x == np.asarray(image)).all((1, 2, 3)))
    assert data.classes[data.train.y[frog]] == "frog"
    names = [one.name for one in (cache / "unpacked").iterdir() if one.is_dir()]
    assert names == [hashlib.sha256(path.read_bytes()).hexdigest()[:32]]
    assert np.array_equal(cifar10_jpg().train.x, data.train.x)


def test_an_archive_that_breaks_off_leaves_nothing(tmp_path, monkeypatch, cache):
    content = archive({"train/a/0.jpg": RNG.bytes(100_000)})[:50_000]
    file = PublishedFile("cifar10_jpg", None, "a.tar.gz", hashlib.sha256(content).hexdigest())
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    monkeypatch.setattr(sys.modules[cifar10_jpg.__module__], "FILES", (file,))
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    with pytest.raises(Error, match="cannot be unpacked"):
        cifar10_jpg()
    assert [one.suffix for one in (cache / "unpacked").iterdir()] == [".lock"]
