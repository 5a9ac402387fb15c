"""Checksums of kept files: any damaged bit is found, and files without checksums are still read."""

import json

import numpy as np
import pytest

from waza.core.arrays import as_bytes, read_arrays, write_arrays
from waza.core.errors import Error
from waza.core.sealed import file_sum, sealed, sum_of, unsealed

FACTS = {"version": 3, "classes": ["犬", "cat"], "mean": 0.1, "nested": {"a": [1, None, -0.0]}, "large": 1e300}


def flipped(content, bit):
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def test_facts_come_back(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"content")
    read = unsealed(sealed(FACTS, {"a.bin": sum_of(b"content")}))
    assert read.facts == FACTS and file_sum(tmp_path / "a.bin") == read.sums["a.bin"]
    read.check(tmp_path)


def test_every_bit_of_a_sealed_file_counts(tmp_path):
    content = sealed(FACTS)
    for bit in range(8 * len(content)):
        try:
            read = unsealed(flipped(content, bit))
            if read.facts == FACTS and read.sums is not None:
                continue  # the damage is between the values
            if read.sums is None:  # the damage hit the name of the checksums, which a format can require
                assert read.facts.pop(next(name for name in read.facts if name not in FACTS)) and read.facts == FACTS
                continue
        except ValueError:
            continue
        with pytest.raises(ValueError, match="have changed since they were written"):
            read.check(tmp_path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.write_bytes(b"Content"), "a.bin has changed"),
        (lambda path: path.write_bytes(b""), "a.bin has changed"),
        (lambda path: path.unlink(), "No such file"),
    ],
)
def test_files_beside_are_compared(tmp_path, damage, words):
    (tmp_path / "a.bin").write_bytes(b"content")
    read = unsealed(sealed({}, {"a.bin": sum_of(b"content")}))
    damage(tmp_path / "a.bin")
    with pytest.raises((ValueError, OSError), match=words):
        read.check(tmp_path)
    if not (tmp_path / "a.bin").exists():
        read.check(tmp_path, optional=["a.bin"])


def test_files_of_earlier_versions_have_no_checksums(tmp_path):
    read = unsealed(json.dumps(FACTS).encode())
    assert read.facts == FACTS and read.sums is None
    read.check(tmp_path)
    (tmp_path / "old").write_bytes(as_bytes({"a": np.arange(3)}, {"facts": '{"step": 1}'}))
    assert read_arrays(tmp_path / "old", "remedy")[1] == {"step": 1}


def test_every_bit_of_a_file_of_arrays_counts(tmp_path):
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros((), bool)}
    path = tmp_path / "arrays"
    write_arrays(path, arrays, {"step": 3})
    content = path.read_bytes()
    for bit in range(8 * len(content)):
        path.write_bytes(flipped(content, bit))
        with pytest.raises(Error) as raised:
            read_arrays(path, "start over")
        assert str(raised.value) == f"{path} is damaged: start over"
    for size in (0, 7, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(Error, match="is damaged"):
            read_arrays(path, "start over")
