"""Folders of images in other layouts, repeated and cut images, few bits, and damaged caches."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from waza.core.errors import Error
from waza.data import image_folder
from waza.data.image_cache import read_kept
from waza.data.image_preparation import ImagePreparation

SIZE = (8, 8)


def save(path, colour=(10, 20, 30), size=(8, 8)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)


@pytest.fixture
def folder(tmp_path):
    """Ten images of each of two colours, no two alike."""
    for number in range(10):
        save(tmp_path / "photos" / "red" / f"{number}.png", (250 - number, 0, 0))
        save(tmp_path / "photos" / "blue" / f"{number}.png", (0, 0, 250 - number))
    return tmp_path / "photos"


def read(folder):
    return image_folder(folder, SIZE, processes=1)


def said(made):
    return {note.kind: note.values for note in made.notes}


def splits(data):
    return [split for split in (data.train, data.validation, data.test) if split is not None]


@pytest.mark.parametrize(
    ("names", "validated"),
    [
        (("training_set", "test_set"), False),
        (("images_train", "images_test"), False),
        (("TrainImages", "valImages", "testImages"), True),
        (("seg_train", "seg_test"), False),
        (("train2017", "val2017", "test2017"), True),
        (("train", "eval"), False),
        (("訓練用", "検証用", "テスト用"), True),
    ],
)
def test_names_that_tell_a_split(tmp_path, names, validated):
    for i, split in enumerate(names):
        for j, label in enumerate(("cats", "dogs")):
            for number in range(2):
                save(tmp_path / split / label / f"{number}.png", (40 * i, 100 * j, 50 * number))
    (tmp_path / "single_prediction").mkdir()
    made = read(tmp_path)
    assert made.dataset.classes == ("cats", "dogs") and [len(split.y) for split in splits(made.dataset)] == [4] * len(
        names
    )
    assert (made.dataset.validation is not None) == validated
    assert all(name in said(made)["image_splits"]["names"] for name in names)


@pytest.mark.parametrize("names", [("test_tube", "train_station"), ("train", "bus"), ("val_a", "val_b")])
def test_names_that_are_classes(tmp_path, names):
    for i, label in enumerate(names):
        for number in range(3):
            save(tmp_path / label / f"{number}.png", (40 * i, 9, 50 * number))
    made = read(tmp_path)
    assert made.dataset.classes == tuple(sorted(names)) and made.notes == ()


def test_a_test_folder_without_classes_is_no_class(tmp_path):
    for label in "ab":
        for number in range(3):
            save(tmp_path / "training_set" / label / f"{number}.png", (ord(label), number, 0))
    save(tmp_path / "test_set" / "0.png")
    with pytest.raises(Error, match=r"has no test images; .*Images outside the class folders were ignored: 1"):
        read(tmp_path)


def test_the_same_folders_below_all_classes_are_told(tmp_path):
    for i, fold in enumerate(("fold1", "fold2")):
        for j, label in enumerate(("cat", "dog")):
            for number in range(3):
                save(tmp_path / fold / label / f"{number}.png", (40 * i, 9 * j, 50 * number))
    made = read(tmp_path)
    assert said(made)["images_alike"] == {"names": "fold1, fold2", "below": "cat, dog"}


@pytest.mark.parametrize("inside", ["PetImages", "a/b"])
def test_a_folder_around_the_classes_is_named(tmp_path, inside):
    for i, label in enumerate(("cat", "dog")):
        for number in range(3):
            save(tmp_path / "photos" / inside / label / f"{number}.png", (40 * i, 9, 50 * number))
    with pytest.raises(Error, match=f"has 1 class .*: the class folders are in {inside}, so give .*photos/{inside};"):
        read(tmp_path / "photos")


@pytest.mark.parametrize("around", ["images", "seg_train"])
def test_a_folder_around_the_classes_of_a_split_is_no_class(tmp_path, around):
    for split in ("seg_train", "seg_test"):
        for label in ("cats", "dogs"):
            for number in range(3):
                save(tmp_path / split / around / label / f"{number}.png", (len(split), 10 * len(label), 50 * number))
    made = read(tmp_path)
    assert made.dataset.classes == ("cats", "dogs")
    assert said(made)["image_around"] == {"count": 2, "names": f"seg_test/{around}, seg_train/{around}"}
    assert "image_nested" not in said(made)


def test_a_refusal_names_the_files_that_were_passed_over(tmp_path):
    for number in range(3):
        save(tmp_path / "cat" / f"{number}.png", (number, 0, 0))
        (tmp_path / "dog").mkdir(exist_ok=True)
        (tmp_path / "dog" / f"{number}.heic").touch()
    with pytest.raises(Error, match=r"PPM were ignored: 3 \(dog/0.heic, dog/1.heic, dog/2.heic\)"):
        read(tmp_path)
    shutil.rmtree(tmp_path / "cat")
    with pytest.raises(Error, match=r"holds no images in class folders; .*PPM were ignored: 3 \(dog/0.heic"):
        read(tmp_path)


def test_a_picture_in_two_classes_is_told(folder):
    for number in range(3):
        shutil.copy(folder / "red" / f"{number}.png", folder / "blue" / f"copy {number}.png")
    assert said(read(folder))["image_several_classes"] == {
        "count": 3,
        "names": "blue/copy 0.png, blue/copy 1.png, blue/copy 2.png",
    }


def test_what_a_crop_cuts_off_is_told(tmp_path):
    photos = tmp_path / "photos"
    for i, label in enumerate("ab"):
        for number in range(6):
            save(photos / label / f"{number}.png", (40 * i, 9, 50 * number), size=(64, 16))
    assert said(read(photos)) == {"images_cut_size": {"count": 12, "share": 75, "size": "4x16"}}
    assert image_folder(photos, (4, 16), processes=1).notes == ()
    for number in range(6):  # as many upright ones: no size keeps all
        save(photos / "b" / f"{number}.png", (40, 9, 50 * number), size=(16, 64))
    assert said(read(photos)) == {"images_cut": {"count": 12, "share": 75}}


@pytest.mark.parametrize(("largest", "white"), [(4095, 4095), (2100, 4095), (200, 255), (40000, 65535)])
def test_few_of_sixteen_bits(tmp_path, largest, white):
    ramp = np.linspace(0, largest, 64).round().astype(np.uint16).reshape(8, 8)
    for label in "ab":
        for number in range(3):
            (tmp_path / label).mkdir(exist_ok=True)
            Image.fromarray(np.roll(ramp, 8 * number + ord(label))).save(tmp_path / label / f"{number}.png")
    made = read(tmp_path)
    assert made.white == white and ("images_white" in said(made)) == (white < 65535)
    assert len(np.unique(made.dataset.train.x)) == len(np.unique(np.rint(ramp * (255 / white))))
    assert read(tmp_path).white == white
    preparation = ImagePreparation(SIZE, 3, ("a", "b"), white=white)
    assert ImagePreparation.from_json(json.loads(json.dumps(preparation.to_json()))) == preparation
    pixels = preparation.read([tmp_path / "a" / "0.png"])[0].pixels[0]
    assert any(np.array_equal(pixels, image) for split in splits(made.dataset) for image in split.x)


def test_portable_images_are_read(tmp_path):
    for number in range(3):
        save(tmp_path / "a" / f"{number}.ppm", (number, 20, 30))
        Image.new("L", (9, 9), 60 + number).save(tmp_path / f"{number}.pgm")
        (tmp_path / "b").mkdir(exist_ok=True)
        shutil.move(tmp_path / f"{number}.pgm", tmp_path / "b")
    (tmp_path / "b" / "deep.pgm").write_bytes(b"P5 1 1 4095 " + (2048).to_bytes(2, "big"))
    (tmp_path / "b" / "bits.pbm").write_bytes(b"P1 2 2 0 0 0 0")
    data = read(tmp_path).dataset
    values = {int(image[0, 0, 0]) for split in splits(data) for image in split.x}
    assert data.classes == ("a", "b") and values == {0, 1, 2, 60, 61, 62, 128, 255}


def test_a_damaged_cache_is_made_again(folder, cache):
    first = read(folder).dataset
    (kept,) = (path for path in (cache / "images").iterdir() if path.is_dir())
    rng = np.random.default_rng(0)
    files = {path.name: path.read_bytes() for path in kept.iterdir()}
    assert set(files) == {"about.json", "pixels.uint8"}
    for place in range(24):
        name = sorted(files)[place % 2]
        damaged = bytearray(files[name])
        damaged[rng.integers(len(damaged))] ^= 1 << rng.integers(8)
        assert read_kept(kept) is not None
        (kept / name).unlink()  # not in place: it is mapped by what was read above
        (kept / name).write_bytes(damaged)
        assert read_kept(kept) is None
        (kept / name).write_bytes(files[name])
    (kept / "pixels.uint8").unlink()
    (kept / "pixels.uint8").write_bytes(files["pixels.uint8"][::-1])
    again = read(folder).dataset
    assert all(np.array_equal(one.x, other.x) for one, other in zip(splits(first), splits(again), strict=True))
    assert read_kept(kept) is not None


def test_the_cache_of_another_folder_is_not_taken(folder, cache, tmp_path):
    for number, path in enumerate(sorted(folder.rglob("*.png"))):
        save(tmp_path / "others" / path.relative_to(folder), (number, 3, 5))
    first = read(folder).dataset
    (kept,) = (path for path in (cache / "images").iterdir() if path.is_dir())
    read(tmp_path / "others")
    (other,) = (path for path in (cache / "images").iterdir() if path.is_dir() and path != kept)
    shutil.rmtree(kept)
    shutil.copytree(other, kept)
    assert np.array_equal(read(folder).dataset.train.x, first.train.x)
