"""A folder of images becomes a data set."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from waza.core.errors import Error
from waza.data import image_folder
from waza.data.image_listing import list_images
from waza.data.notes import Note

SIZE = (8, 8)
COLOURS = {"red": (250, 0, 0), "green": (0, 250, 0), "blue": (0, 0, 250)}


def save(path, colour=(10, 20, 30), size=(12, 10), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path, **options)


def shade(colour, number):
    """The colour, as this number's own shade of it."""
    return tuple(channel - number if channel else number for channel in colour)


@pytest.fixture
def folder(tmp_path):
    """Ten images of each of three colours, no two alike."""
    for name, colour in COLOURS.items():
        for number in range(10):
            save(tmp_path / "photos" / name / f"{number}.png", shade(colour, number))
    return tmp_path / "photos"


def read(folder, **options):
    return image_folder(folder, SIZE, **{"processes": 1, **options})


def said(made):
    return {note.kind: note.values for note in made.notes}


def splits(data):
    return [split for split in (data.train, data.validation, data.test) if split is not None]


def test_class_folders_are_split_in_even_shares(folder):
    steps = []
    made = read(folder, progress=lambda *step: steps.append(step), processes=2)
    data = made.dataset
    assert data.name == "photos" and data.classes == ("blue", "green", "red") and made.notes == ()
    for split, count in zip(splits(data), (6, 2, 2), strict=True):
        assert isinstance(split.x, np.memmap) and split.x.shape == (3 * count, 8, 8, 3) and split.x.dtype == np.uint8
        assert split.y.dtype == np.int32 and np.bincount(split.y).tolist() == [count] * 3
        for image, label in zip(split.x, split.y, strict=True):
            assert np.argmax(image[0, 0]) == {"red": 0, "green": 1, "blue": 2}[data.classes[label]]
    assert len({image.tobytes() for split in splits(data) for image in split.x}) == 30
    assert sorted(data.train.y.tolist()) != data.train.y.tolist()
    assert steps[-1] == (30, 30) and steps == sorted(steps)


def test_read_again_from_the_cache_until_something_changes(folder, cache):
    first = read(folder)
    (kept,) = (path for path in (cache / "images").iterdir() if path.is_dir())
    again = read(folder, progress=lambda *step: pytest.fail("decoded again"))
    for one, other in zip(splits(first.dataset), splits(again.dataset), strict=True):
        assert np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y)
    assert again.notes == first.notes and not again.dataset.train.x.flags.writeable
    assert read(folder, name="mine").dataset.name == "mine"

    (kept / "pixels.uint8").unlink()  # not cut in place: it is mapped by what was read above
    (kept / "pixels.uint8").write_bytes(b"short")
    assert np.array_equal(read(folder).dataset.train.x, first.dataset.train.x)
    (kept / "about.json").write_text("{")
    assert np.array_equal(read(folder).dataset.train.x, first.dataset.train.x)

    save(folder / "red" / "0.png", (99, 0, 0))
    changed = read(folder).dataset
    assert any((split.x[:, 0, 0] == (99, 0, 0)).all(1).any() for split in splits(changed))
    assert image_folder(folder, (4, 6), processes=1).dataset.train.x.shape == (18, 4, 6, 3)
    assert not [path.name for path in (cache / "images").iterdir() if path.name.endswith(".part")]


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "validation", "TESTING")])
def test_given_splits_stay_as_they_are(tmp_path, names):
    for i, split in enumerate(names):
        for j, label in enumerate(("犬", "か\u3099く")):  # the second is spelt in parts, as macOS does
            for number in range(3):
                save(tmp_path / split / label / f"写真 {number}.jpg", (40 * i, 100 * j, 50 * number), quality=95)
    (tmp_path / "labels.csv").touch()
    (tmp_path / "extra").mkdir()
    made = read(tmp_path)
    data = made.dataset
    assert data.classes == ("がく", "犬") and said(made) == {"image_beside": {"count": 1, "names": "extra"}}
    for i, split in enumerate(splits(data)):
        assert len(split.y) == 6 and np.allclose(split.x[..., 0], 40 * i, atol=8)
        assert np.allclose(split.x[:, 0, 0, 1], 100 * (1 - split.y), atol=8)


def test_without_a_test_folder_the_validation_images_are_the_tests(tmp_path):
    for split in ("train", "val"):
        for label in "ab":
            save(tmp_path / split / label / "0.png", (len(split), ord(label), 0))
    made = read(tmp_path)
    assert made.dataset.validation is None and len(made.dataset.test.y) == 2
    assert said(made) == {"image_validation_tests": {"name": "val"}}


def test_classes_that_lack_images(tmp_path):
    for label in ("a", "b"):
        save(tmp_path / "train" / label / "0.png", (ord(label), 0, 0))
    save(tmp_path / "test" / "a" / "0.png", (97, 0, 0))
    save(tmp_path / "test" / "c" / "0.png")
    (tmp_path / "train" / "d").mkdir()
    made = read(tmp_path)
    assert made.dataset.classes == ("a", "b") and made.dataset.test.y.tolist() == [0]
    assert said(made) == {
        "image_empty": {"count": 1, "names": "train/d"},
        "image_untrained": {"count": 1, "names": "c"},
        "image_untested": {"count": 1, "names": "b"},
        "image_repeated": {"count": 1},
    }


def test_a_class_of_fewer_than_three_is_left_out(folder):
    save(folder / "one" / "0.png")
    save(folder / "two" / "0.png")
    save(folder / "two" / "1.png", (0, 0, 1))
    (folder / "three").mkdir()
    shutil.rmtree(folder / "red")
    made = read(folder)
    assert made.dataset.classes == ("blue", "green")
    assert said(made) == {
        "image_empty": {"count": 1, "names": "three"},
        "image_rare": {"count": 2, "names": "one, two"},
    }


def test_three_images_are_one_for_each_split(tmp_path):
    for label in "ab":
        for number in range(3):
            save(tmp_path / label / f"{number}.png", (number, ord(label), 0))
    assert [len(split.y) for split in splits(read(tmp_path).dataset)] == [2, 2, 2]


def test_what_cannot_be_used_is_told_and_left_out(folder):
    content = (folder / "red" / "0.png").read_bytes()
    (folder / "red" / "cut off.png").write_bytes(content[:-20])
    for number in range(4):
        (folder / "red" / f"text{number}.png").write_text("not an image")
    Image.new("CMYK", SIZE, (0, 255, 255, 0)).save(folder / "red" / "printed.jpg")
    made = read(folder)
    assert sum(len(split.y) for split in splits(made.dataset)) == 31
    assert said(made) == {
        "image_unidentified": {"count": 4, "names": "red/text0.png, red/text1.png, red/text2.png, ..."},
        "image_damaged": {"count": 1, "names": "red/cut off.png"},
        "image_cmyk": {"count": 1, "names": "red/printed.jpg"},
    }
    assert said(read(folder)) == said(made)


def test_what_lies_around_is_passed_over(folder, tmp_path):
    for name in (".DS_Store", "red/.DS_Store", "red/Thumbs.db", "green/.hidden.png"):
        (folder / name).touch()
    (folder / "red" / "notes.txt").touch()
    (folder / "red" / "phone.heic").touch()
    save(folder / "loose.png")
    save(folder / "blue" / "deep" / "er" / "sky.png", (0, 0, 100))
    save(tmp_path / "elsewhere" / "secret.png", (1, 2, 3))
    (folder / "red" / "link.png").symlink_to(tmp_path / "elsewhere" / "secret.png")
    (folder / "blue" / "loop").symlink_to(folder)
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "red" / "pipe.png")
    made = read(folder)
    assert sum(len(split.y) for split in splits(made.dataset)) == 31
    assert not any((split.x[:, 0, 0] == (1, 2, 3)).all(1).any() for split in splits(made.dataset))
    assert said(made) == {
        "image_links": {"count": 3, "names": "linked, blue/loop, red/link.png"},
        "image_others": {"count": 3, "names": "red/notes.txt, red/phone.heic, red/pipe.png"},
        "image_loose": {"count": 1, "names": "loose.png"},
        "image_hidden": {"count": 4},
        "image_nested": {"count": 1},
    }


def test_files_that_vanish_or_may_not_be_read(folder, monkeypatch):
    listing = list_images(folder)
    monkeypatch.setattr(sys.modules[image_folder.__module__], "list_images", lambda path, labelled: listing)
    (folder / "red" / "3.png").unlink()
    assert said(read(folder)) == {"image_unreadable": {"count": 1, "names": "red/3.png"}}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_that_may_not_be_read(folder):
    (folder / "red").chmod(0)
    try:
        assert said(read(folder))["image_closed"] == {"count": 1, "names": "red"}
    finally:
        (folder / "red").chmod(0o700)


def test_names_that_are_no_utf8(folder):
    save(folder / "caf\udce9" / "bl\udce9.png")
    made = read(folder)
    assert said(made) == {"image_rare": {"count": 1, "names": "caf\ufffd"}}
    json.dumps(made.dataset.classes).encode()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "holds no images in class folders; expected <class>/<image>"),
        (lambda path: save(path / "only.png"), "holds no images in class folders"),
        (lambda path: [save(path / "a" / f"{i}.png") for i in range(5)], "has 1 class with enough readable images"),
        (lambda path: (path / "link").symlink_to(path), r"no images in class.* links were not followed: 1"),
        (lambda path: save(path / "train" / "a" / "0.png"), "has train/ but no test/: add it, or give .*train itself"),
        (lambda path: save(path / "test" / "a" / "0.png"), "has test/ but no train/"),
        (lambda path: [save(path / s / "0.png") for s in ("train", "test")], "has no class folders in test/, train/"),
        (lambda path: [save(path / s / "a" / "0.png") for s in ("train", "Train")], "has both Train/ and train/"),
        (
            lambda path: [save(path / s) for s in ("train/a/0.png", "train/b/0.png", "test/c/0.png")],
            "has no test images",
        ),
    ],
)
def test_layouts_that_are_none(tmp_path, make, message, cache):
    (tmp_path / "photos").mkdir()
    make(tmp_path / "photos")
    with pytest.raises(Error, match=message) as raised:
        read(tmp_path / "photos")
    assert "\n" not in str(raised.value)
    assert not cache.exists() or not [path for path in (cache / "images").iterdir() if path.is_dir()]


def test_mistakes(tmp_path, folder):
    with pytest.raises(Error, match=r"missing is missing; expected a folder of images \(unpack an archive first\)"):
        read(tmp_path / "missing")
    (tmp_path / "a.zip").touch()
    with pytest.raises(Error, match=r"a\.zip is a file"):
        read(tmp_path / "a.zip")
    with pytest.raises(Error, match=r"size=\(8, 0\) given; expected \(height, width\)"):
        image_folder(folder, (8, 0))
    with pytest.raises(Error, match="processes=0 given"):
        read(folder, processes=0)


def test_a_cache_that_cannot_be_written(folder, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "file"))
    with pytest.raises(Error, match=r"cannot write .*: a file has the name of a folder that is needed"):
        read(folder)


def test_a_disk_that_is_too_small(folder):
    with pytest.raises(Error, match=r"GiB left and .* GiB are needed: free some space, set WAZA_CACHE"):
        image_folder(folder, (10**6, 10**6))


def test_an_error_on_the_way_leaves_nothing(folder, cache):
    def stop(done, total):
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        read(folder, progress=stop)
    assert [path.name[-5:] for path in (cache / "images").iterdir()] == [".lock"]


def test_a_process_that_is_ended_is_told(folder, cache, monkeypatch):
    monkeypatch.setattr("waza.data.image_workers.sys.executable", "/bin/false")
    with pytest.raises(
        Error, match=r"a process ended while it decoded the images 'blue/0.png' to .* \(exit status 1\)"
    ):
        read(folder)
    assert [path.name[-5:] for path in (cache / "images").iterdir()] == [".lock"]


def test_a_process_that_cannot_be_started(folder, monkeypatch):
    monkeypatch.setattr("waza.data.image_workers.sys.executable", "/missing/python")
    with pytest.raises(Error, match=r"cannot start /missing/python \(No such file or directory\)"):
        read(folder)


SCRIPT = """
import sys
import waza.data
print("began", flush=True)
made = waza.data.image_folder(sys.argv[1], (8, 8), processes=2, progress=lambda *s: print(*s, flush=True))
print(len(made.dataset.train.y))
"""


def test_a_script_needs_no_guard(folder, tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, tmp_path / "script.py", folder], capture_output=True, text=True, check=True)
    assert done.stdout.count("began") == 1 and done.stdout.splitlines()[-1] == "18" and done.stderr == ""


def test_an_interrupt_stops_everything(folder, tmp_path, cache):
    for number in range(3000):
        shutil.copy(folder / "red" / "0.png", folder / "red" / f"copy{number}.png")
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, tmp_path / "script.py", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "began\n"
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    assert complaints.strip().endswith("KeyboardInterrupt") and complaints.count("Traceback") == 1
    assert [path.name[-5:] for path in (cache / "images").iterdir()] == [".lock"]
    patience = time.monotonic() + 30
    while left := running(str(folder)):
        assert time.monotonic() < patience, f"still running: {left}"
        time.sleep(0.05)


def running(word):
    """The command lines of processes that hold this word, where the system tells."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            lines.append(path.read_bytes())
    return [line for line in lines if word.encode() in line]


def test_every_note_is_said_in_both_languages():
    values = {"count": 3, "names": "a, b, c", "name": "val"}
    folder = Path(sys.modules["waza.data"].__file__).parent
    kinds = {line.split(" =")[0] for line in (folder / "notes.en.toml").read_text("utf-8").splitlines()}
    for kind in (kind for kind in kinds if kind.startswith("image_")):
        english, japanese = (Note(kind, values).say(language) for language in ("en", "ja"))
        assert english.endswith(".") and english.isascii() and not japanese.isascii()
        assert ("3" in english) == ("3" in japanese.replace("3 枚に", ""))


def test_importing_loads_no_pillow():
    code = "import sys, waza.data.images; print(*{'PIL', 'jax', 'multiprocessing'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
