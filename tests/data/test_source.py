import hashlib

import pytest

from waza.core.errors import Error
from waza.data import Source

SOUND = b"sound"
SOURCE = Source("toy", "https://nowhere.invalid/a.gz", "a.gz", hashlib.sha256(SOUND).hexdigest())


@pytest.fixture
def path(monkeypatch, tmp_path):
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    (tmp_path / "toy").mkdir()
    return tmp_path / "toy" / "a.gz"


def test_sound_bytes_are_handed_out(path):
    assert SOURCE.path == path
    path.write_bytes(SOUND)
    assert SOURCE.read() == SOUND and SOURCE.whole()


def test_a_missing_file(path):
    with pytest.raises(Error, match=r"a\.gz is missing: run `waza data get toy`, or set WAZA_DATA"):
        SOURCE.read()
    assert not SOURCE.whole()


def test_a_data_folder_that_is_a_file(path, monkeypatch):
    path.touch()
    monkeypatch.setenv("WAZA_DATA", str(path))
    with pytest.raises(Error, match="is missing"):
        SOURCE.read()


def test_a_damaged_file(path):
    path.write_bytes(b"other")
    given, expected = hashlib.sha256(b"other").hexdigest()[:12], SOURCE.checksum[:12]
    with pytest.raises(Error, match=rf"a\.gz is damaged: its sha256 is {given}\.\.\., expected {expected}"):
        SOURCE.read()
    with pytest.raises(Error, match="delete it and run `waza data get toy`"):
        SOURCE.read()
    assert not SOURCE.whole()


def test_a_folder_in_its_place(path):
    path.mkdir()
    with pytest.raises(Error, match=r"cannot read .*a\.gz"):
        SOURCE.read()
    assert not SOURCE.whole()


def test_a_publisher_may_state_an_md5(path):
    source = Source("toy", SOURCE.url, "a.gz", hashlib.md5(SOUND).hexdigest())
    path.write_bytes(SOUND)
    assert source.read() == SOUND and source.whole()
    path.write_bytes(b"other")
    assert not source.whole()
    with pytest.raises(Error, match=r"is damaged: its md5 is 795f3202b17c\.\.\., expected "):
        source.read()


def test_a_checksum_of_no_known_kind(path):
    path.write_bytes(SOUND)
    with pytest.raises(Error, match="the checksum 'abc' is of no known kind: give the 64 digits of a sha256"):
        Source("toy", SOURCE.url, "a.gz", "abc").read()
