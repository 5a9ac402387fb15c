"""Folders of images that need no classes: flat ones, ones with splits, and ones with class folders of any size."""

import numpy as np
import pytest
from PIL import Image

from waza.core.errors import Error
from waza.data import image_folder
from waza.data.image_reading import pixels_of


def save(path, colour):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), colour).save(path)


def read(folder, labelled=False):
    return image_folder(folder, (8, 8), processes=1, labelled=labelled)


def sizes(made):
    data = made.dataset
    return [0 if split is None else len(split.y) for split in (data.train, data.validation, data.test)]


def test_images_directly_in_a_folder_are_divided_at_random(tmp_path):
    for number in range(10):
        save(tmp_path / f"{number}.png", (20 * number, 0, 0))
    for number in range(5):
        save(tmp_path / "more" / "deep" / f"{number}.jpg", (0, 20 * number, 0))
    (tmp_path / "broken.png").write_bytes(b"no image")
    (tmp_path / "readme.txt").write_text("no image")
    made = read(tmp_path)
    assert sizes(made) == [9, 3, 3] and made.dataset.classes == ("",)
    said = {note.kind: note.values for note in made.notes}
    assert said["image_unidentified"]["names"] == "broken.png" and said["image_others"]["count"] == 1
    assert np.array_equal(made.dataset.train.x, read(tmp_path).dataset.train.x)
    with pytest.raises(Error, match="1 class with enough readable images"):
        read(tmp_path, labelled=True)


def test_classes_stay_and_a_rare_one_too(tmp_path):
    for number in range(9):
        save(tmp_path / "red" / f"{number}.png", (250 - number, 0, 0))
    save(tmp_path / "blue" / "only.png", (0, 0, 250))
    save(tmp_path / "green" / "0.png", (0, 250, 0))
    save(tmp_path / "green" / "1.png", (0, 240, 0))
    for number in range(3):
        save(tmp_path / "yellow" / f"{number}.png", (200, 200 - number, 0))
    made = read(tmp_path)
    assert made.dataset.classes == ("blue", "green", "red", "yellow") and sizes(made) == [9, 3, 3]
    assert read(tmp_path, labelled=True).dataset.classes == ("red", "yellow")  # the same files, kept apart
    assert read(tmp_path).dataset.classes == made.dataset.classes


def test_splits_without_classes(tmp_path):
    for split, count in (("train", 6), ("val", 2), ("test", 3)):
        for number in range(count):
            save(tmp_path / split / f"{number}.png", (40 * number, 10 * count, 0))
    assert sizes(read(tmp_path)) == [6, 2, 3]


def test_too_few_images_are_refused(tmp_path):
    with pytest.raises(Error, match="holds no images; expected JPEG"):
        read(tmp_path)
    save(tmp_path / "a.png", (1, 2, 3))
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.raises(Error, match="has 1 readable images; expected 3 or more"):
        read(tmp_path)


def test_values_that_are_not_finite_are_named():
    x = np.zeros((3, 4, 4))
    x[1, 0, 0] = np.nan
    with pytest.raises(Error, match="1 of 3 images have values that are not finite, such as image 1"):
        pixels_of(x)
