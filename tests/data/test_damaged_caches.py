"""Caches and published files that were damaged or forged: made again with a line, and never taken."""

import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from waza.cli import main
from waza.core.sealed import file_sum, sealed, unsealed
from waza.data import Entry, PublishedFile, cifar10_jpg, image_folder
from waza.data.image_cache import read_kept
from waza.data.verified import RECORD, is_verified


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for number in range(6):
        for place, colour in (("a", (200 - number, 0, 0)), ("b", (0, 0, 200 - number))):
            (folder / place).mkdir(exist_ok=True)
            Image.new("RGB", (4, 4), colour).save(folder / place / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def sound(photos, tmp_path_factory):
    """A cache of the photos, and what is read from it."""
    cache = tmp_path_factory.mktemp("sound")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WAZA_CACHE", str(cache))
        return cache, image_folder(photos, (4, 4), processes=1)


def kept(cache):
    (folder,) = (path for path in (cache / "images").iterdir() if path.is_dir())
    return folder


def edited(change):
    """Facts of a cache that were changed, with new checksums."""

    def damage(folder):
        about = unsealed((folder / "about.json").read_bytes())
        change(about.facts)
        pixels = {"pixels.uint8": file_sum(folder / "pixels.uint8")}
        (folder / "about.json").write_bytes(sealed(about.facts, pixels))

    return damage


def fifo(name):
    def damage(folder):
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return damage


def cut(name, size):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:size])


DAMAGES = {
    "zeroed pixels": lambda folder: (folder / "pixels.uint8").write_bytes(
        bytes((folder / "pixels.uint8").stat().st_size)
    ),
    "no pixels": lambda folder: (folder / "pixels.uint8").unlink(),
    "cut pixels": cut("pixels.uint8", 100),
    "cut facts": cut("about.json", 200),
    "empty facts": cut("about.json", 0),
    "deep facts": lambda folder: (folder / "about.json").write_bytes(b"[" * 100_000),
    "a list": lambda folder: (folder / "about.json").write_bytes(b"[]"),
    "no UTF-8": lambda folder: (folder / "about.json").write_bytes(b"\xff\xfe{"),
    "a pipe": fifo("about.json"),
    "a pipe of pixels": fifo("pixels.uint8"),
    "labels": edited(lambda facts: facts.update(labels=[9] * len(facts["labels"]))),
    "negative labels": edited(lambda facts: facts["labels"].__setitem__(0, -1)),
    "texts as labels": edited(lambda facts: facts.update(labels=["a"] * len(facts["labels"]))),
    "counts": edited(lambda facts: facts.update(counts=[1, 1, 1])),
    "no counts": edited(lambda facts: facts.update(counts=None)),
    "size": edited(lambda facts: facts.update(size=[16, 1])),
    "sizes": edited(lambda facts: facts.update(size=[4, 2, 2])),
    "classes": edited(lambda facts: facts.update(classes=[1, 2])),
    "an unknown note": edited(lambda facts: facts.update(notes=[["gone", {}]])),
    "a note without values": edited(lambda facts: facts.update(notes=[["image_loose", {}]])),
    "white": edited(lambda facts: facts.update(white=0)),
    "another white": edited(lambda facts: facts.update(white="x")),
    "another folder": edited(lambda facts: facts.update(of="0" * 32)),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_image_cache_is_not_taken(sound, photos, tmp_path, damage):
    folder = kept(sound[0])
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    assert read_kept(copy) is not None
    DAMAGES[damage](copy)
    read = read_kept(copy)
    if damage == "size":  # the right number of pixels: the name of the folder stands for the size
        assert read is None or read.x.shape[1:3] == (16, 1)
    else:
        assert read is None


def test_a_damaged_image_cache_is_made_again_with_a_line(sound, photos, tmp_path, monkeypatch):
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path))
    shutil.copytree(sound[0], tmp_path, dirs_exist_ok=True)
    DAMAGES["zeroed pixels"](kept(tmp_path))
    again = image_folder(photos, (4, 4), processes=1)
    assert np.array_equal(again.dataset.train.x, sound[1].dataset.train.x)
    assert [note.say("en") for note in again.notes if note.kind == "cache_damaged"] == [
        f"Cached data were damaged and were made again: {kept(tmp_path)}."
    ]
    assert not [note for note in image_folder(photos, (4, 4), processes=1).notes if note.kind == "cache_damaged"]


@pytest.mark.slow
def test_something_else_in_the_place_of_a_cache_is_replaced(sound, photos, tmp_path, monkeypatch):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.txt").write_text("mine")
    for place in (lambda path: path.symlink_to(outside), lambda path: path.write_text("a file")):
        cache = tmp_path / "cache"
        monkeypatch.setenv("WAZA_CACHE", str(cache))
        shutil.copytree(sound[0], cache)
        folder = kept(cache)
        shutil.rmtree(folder)
        place(folder)
        image_folder(photos, (4, 4), processes=1)
        assert folder.is_dir() and not folder.is_symlink() and (outside / "mine.txt").read_text() == "mine"
        shutil.rmtree(cache)


@pytest.fixture
def jpegs(tmp_path, monkeypatch):
    """A small archive of the form of CIFAR-10's JPEG copy."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for split in ("train", "test"):
            for number in range(8):
                image = io.BytesIO()
                Image.new("RGB", (32, 32), (30 * number, 0, 0)).save(image, "JPEG")
                member = tarfile.TarInfo(f"{split}/{'ab'[number % 2]}/{number:04}.jpg")
                member.size = image.tell()
                image.seek(0)
                archive.addfile(member, image)
    file = PublishedFile("cifar10_jpg", None, "a.tar.gz", hashlib.sha256(content.getvalue()).hexdigest())
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    monkeypatch.setattr(sys.modules[cifar10_jpg.__module__], "FILES", (file,))
    file.path.parent.mkdir()
    file.path.write_bytes(content.getvalue())


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_a_forged_unpacked_archive_is_not_taken(jpegs, cache):
    first = cifar10_jpg()
    (folder,) = (path for path in (cache / "unpacked").iterdir() if path.is_dir())
    assert np.array_equal(cifar10_jpg().train.x, first.train.x)
    image = sorted(folder.rglob("*.jpg"))[0]

    def forge_a_file():
        state = image.stat()
        image.write_bytes(bytes(state.st_size))
        os.utime(image, ns=(state.st_atime_ns, state.st_mtime_ns))  # the size and the time of change stay

    def forge_all():
        for one in folder.rglob("*.jpg"):
            Image.new("RGB", (32, 32)).save(one)
        (folder / "about.json").unlink()

    for forge in (forge_a_file, forge_all, image.unlink):
        forge()
        with pytest.warns(UserWarning, match="were damaged and were made again"):
            again = cifar10_jpg()
        assert np.array_equal(again.train.x, first.train.x)


def test_a_checksum_is_computed_once_for_each_state_of_a_file(tmp_path, cache, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"right")
    checksum = hashlib.sha256(b"right").hexdigest()
    assert is_verified(path, checksum) and not (cache / RECORD).exists()  # it has just been written
    monkeypatch.setattr("waza.data.verified.SETTLED", -10.0)
    assert is_verified(path, checksum) and (cache / RECORD).exists()
    read = []
    monkeypatch.setattr("waza.data.verified.checksum_of", lambda *given: read.append(given) or checksum)
    assert is_verified(path, checksum) and not read
    state = path.stat()
    while path.stat().st_ctime_ns == state.st_ctime_ns:  # the clock of a file system has ticks
        path.write_bytes(b"wrong")
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    monkeypatch.undo()
    monkeypatch.setenv("WAZA_CACHE", str(cache))
    assert not is_verified(path, checksum)
    path.write_bytes(b"right")
    for damaged in (b"{", b"[" * 100_000, json.dumps({"files": {str(path): "x"}}).encode(), b"\xff"):
        (cache / RECORD).write_bytes(damaged)
        assert is_verified(path, checksum)
    assert not is_verified(tmp_path / "missing", checksum) and not is_verified(tmp_path, checksum)


def test_the_list_of_data_sets_says_what_is_damaged(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    file = PublishedFile("toy", "https://nowhere.invalid/a", "a", hashlib.sha256(b"sound").hexdigest())
    toy = Entry("toy", {"en": "a toy", "ja": "例"}, "none", "labelled", lambda: None, (file,))
    monkeypatch.setattr("waza.data.catalogue.ENTRIES", (toy,))

    def listed(language="en"):
        main(["data", "list", "--lang", language])
        return " ".join(capsys.readouterr().out.split())

    assert listed() == "toy a toy not here: waza data get toy"
    file.path.parent.mkdir()
    for content in (b"sound", b"wrong", b"sound"):
        file.path.write_bytes(content)
        assert listed() == ("toy a toy here" if content == b"sound" else "toy a toy damaged: waza data get toy")
    file.path.unlink()
    os.mkfifo(file.path)
    assert "damaged" in listed() and "破損" in listed("ja")
    assert isinstance(file.path, Path) and not file.whole()
