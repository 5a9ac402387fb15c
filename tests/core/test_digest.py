"""Digests of arrays, and when they are remembered."""

import gc
import hashlib
import os

import jax.numpy as jnp
import numpy as np
import pytest

from waza.core import digest
from waza.core.digest import array_digest
from waza.core.errors import Error


@pytest.fixture
def read(monkeypatch):
    """The arrays that are read, in order."""
    seen = []

    class Counting:
        @staticmethod
        def sha256(start):
            seen.append(start)
            return hashlib.sha256(start)

    monkeypatch.setattr(digest, "hashlib", Counting)
    return seen


def constant(values):
    """A NumPy array that cannot change."""
    array = np.asarray(values)
    return np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)


@pytest.mark.parametrize(
    "other",
    [np.arange(6.0), np.arange(6).reshape(2, 3), np.arange(6, dtype=np.int32), np.arange(1, 7)],
)
def test_type_shape_and_content_count(other):
    assert array_digest(other) != array_digest(np.arange(6))


def test_layout_and_library_do_not_count():
    values = np.arange(6, dtype=np.int32).reshape(2, 3)
    same = [np.asfortranarray(values), np.repeat(values, 2, axis=0)[::2], jnp.asarray(values), constant(values)]
    assert {array_digest(one) for one in same} == {array_digest(values)}


@pytest.mark.parametrize("one", [np.float32(1), np.zeros(()), np.zeros((0, 3)), np.ones(2, jnp.bfloat16)])
def test_odd_arrays_have_a_digest(one):
    assert array_digest(one) == array_digest(one)


def test_objects_have_none():
    with pytest.raises(Error, match="Python objects"):
        array_digest(np.array([None, "x"]))


@pytest.mark.parametrize("make", [lambda: jnp.arange(3), lambda: constant(range(3)), lambda: constant([range(3)])[0]])
def test_what_cannot_change_is_read_once(make, read):
    array = make()
    assert array_digest(array) == array_digest(array) == array_digest(np.arange(3, dtype=array.dtype))
    assert len(read) == 2


def test_what_may_change_is_read_again():
    array = np.arange(3)
    view, owner = array[:], array.copy()
    view.flags.writeable = False
    writer = owner[:]  # made before its owner became read-only
    owner.flags.writeable = False
    buffer = bytearray(24)
    borrowed = np.frombuffer(buffer, np.int64)
    borrowed.flags.writeable = False
    before = [array_digest(one) for one in (array, view, owner, borrowed)]
    array[0], writer[0], buffer[0] = 7, 7, 7
    after = [array_digest(one) for one in (array, view, owner, borrowed)]
    assert all(a != b for a, b in zip(before, after, strict=True))


def test_an_array_in_the_place_of_another_has_its_own_digest():
    for i in range(200):
        array = jnp.full(3, i)
        assert array_digest(array) == array_digest(np.full(3, i, array.dtype))
        del array
        gc.collect(0)
    gc.collect()
    assert len(digest._digest_once._of_objects) < 100


def test_a_mapped_file_is_read_once_until_it_changes(tmp_path, read):
    path = tmp_path / "x"

    def write(values, age):
        np.asarray(values, np.uint8).tofile(path)
        seconds = path.stat().st_mtime - age
        os.utime(path, (seconds, seconds))

    def mapped():
        return np.memmap(path, np.uint8, "r")

    write(range(9), age=100)
    first = [array_digest(mapped()) for _ in range(3)]
    assert len(set(first)) == 1 and len(read) == 1
    parts = [array_digest(part) for part in (mapped()[3:], mapped()[:3], mapped().reshape(3, 3), mapped()[::-1])]
    assert len({*first, *parts}) == 5
    write(range(1, 10), age=50)
    assert array_digest(mapped()) not in first
    write(range(2, 11), age=0)
    count = len(read)
    recent = [array_digest(mapped()) for _ in range(2)]
    assert len(set(recent)) == 1 and len(read) == count + 2
    assert array_digest(np.memmap(path, np.uint8, "r+")) == recent[0]
