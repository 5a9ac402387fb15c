"""The 5,000 digits and their cache."""

import gzip
import hashlib
import subprocess
import sys

import numpy as np
import pytest

from waza.core.digest import array_digest
from waza.core.errors import Error
from waza.data import digits, hold_out
from waza.data.digits import SHA256


def rows(split):
    return {image.tobytes() for image in split.x}


def test_shapes_balance_and_no_image_in_both():
    name, train, test = digits()[:3]
    assert name == "digits"
    for split, count in ((train, 400), (test, 100)):
        assert split.x.shape == (10 * count, 28, 28, 1) and split.x.dtype == np.uint8
        assert split.y.dtype == np.int32
        assert np.bincount(split.y).tolist() == [count] * 10
        assert len(rows(split)) == 10 * count
        assert split.x.max() == 255
    assert not rows(train) & rows(test)


def test_the_rows_and_the_split_never_change():
    assert SHA256 == "1b845fda528288bf79346626fdf2fff6549f0170890dc9174bc1ef609807bbfa"
    content = b"".join(array.tobytes() for split in digits()[1:3] for array in split)
    assert hashlib.sha256(content).hexdigest().startswith("92fdb9c5d5aabb9f")


def test_read_once_and_never_changed(monkeypatch):
    assert digits() is digits()
    for split in digits()[1:3]:
        for array in split:
            with pytest.raises(ValueError, match="read-only"):
                array[:] = 0
    held = hold_out(digits(), 1000)
    for array in (digits().train.x, held.train.x, held.validation.y):
        digest = array_digest(array)
        monkeypatch.setattr(np, "ascontiguousarray", lambda _: pytest.fail("read twice"))
        assert array_digest(array) == digest
        monkeypatch.undo()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: None, r"cannot read .*digits\.gz .*: install waza again"),
        (lambda content: content[:-100], r"cannot read .*: install waza again"),
        (
            lambda content: gzip.compress(b"other"),
            r"sha256 d9298a10d1b0\.\.\., expected 1b845fda5282\.\.\.: install waza",
        ),
    ],
)
def test_a_damaged_file_is_refused(damage, said, tmp_path, monkeypatch):
    read = digits.__wrapped__
    content = damage(sys.modules[read.__module__].FILE.read_bytes())
    monkeypatch.setattr(sys.modules[read.__module__], "FILE", tmp_path / "digits.gz")
    if content is not None:
        (tmp_path / "digits.gz").write_bytes(content)
    with pytest.raises(Error, match=said):
        read()


def test_importing_loads_neither_pandas_nor_http():
    code = "import sys, waza.data; print(*{'pandas', 'urllib.request'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
