"""Verified files and their errors."""

import hashlib

import pytest

from waza.core.errors import Error
from waza.data import PublishedFile

SOUND = b"sound"
FILE = PublishedFile("toy", "https://nowhere.invalid/a.gz", "a.gz", hashlib.sha256(SOUND).hexdigest())


@pytest.fixture
def path(monkeypatch, tmp_path):
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    (tmp_path / "toy").mkdir()
    return tmp_path / "toy" / "a.gz"


def test_sound_bytes_are_handed_out(path):
    assert FILE.path == path
    path.write_bytes(SOUND)
    assert FILE.read() == SOUND and FILE.whole()


def test_a_missing_file(path):
    with pytest.raises(Error, match=r"a\.gz is missing: run `waza data get toy`, or set WAZA_DATA"):
        FILE.read()
    assert not FILE.whole()


def test_a_data_folder_that_is_a_file(path, monkeypatch):
    path.touch()
    monkeypatch.setenv("WAZA_DATA", str(path))
    with pytest.raises(Error, match="is missing"):
        FILE.read()


def test_a_damaged_file(path):
    path.write_bytes(b"other")
    given, expected = hashlib.sha256(b"other").hexdigest()[:12], FILE.checksum[:12]
    with pytest.raises(Error, match=rf"a\.gz is damaged: its sha256 is {given}\.\.\., expected {expected}"):
        FILE.read()
    with pytest.raises(Error, match="delete it and run `waza data get toy`"):
        FILE.read()
    assert not FILE.whole()


def test_a_folder_in_its_place(path):
    path.mkdir()
    with pytest.raises(Error, match=r"a\.gz is a folder; expected a file of toy"):
        FILE.read()
    assert not FILE.whole()


def test_a_publisher_may_state_an_md5(path):
    file = PublishedFile("toy", FILE.url, "a.gz", hashlib.md5(SOUND).hexdigest())
    path.write_bytes(SOUND)
    assert file.read() == SOUND and file.whole()
    path.write_bytes(b"other")
    assert not file.whole()
    with pytest.raises(Error, match=r"is damaged: its md5 is 795f3202b17c\.\.\., expected "):
        file.read()


def test_a_checksum_of_no_known_kind(path):
    path.write_bytes(SOUND)
    with pytest.raises(Error, match="the checksum 'abc' is of unknown type: give the 64 digits of a sha256"):
        PublishedFile("toy", FILE.url, "a.gz", "abc").read()
