"""`waza use` for a variational autoencoder: a picture of images, or codes."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.data import Note
from waza.kinds.using import Lines, Predictions
from waza.kinds.vae.model import VAEModel
from waza.kinds.vae.options import VAEUseOptions
from waza.report.pictures import grid, png_of

ROW, STEPS = 10, 10  # images of a row; of an interpolation
SIDE, MOST_PIXELS = 84, 4_000_000  # the least side of a small image in a picture; pixels of a picture


def use(model: VAEModel, asked: VAEUseOptions) -> Predictions | Lines:
    """The codes of images as columns; a picture is written to its file, and gives no lines.

    Raises:
        Error: no image can be read.
    """
    if asked.encode is not None:
        images, notes = model.preparation.read([Path(path) for path in asked.encode])
        return Predictions(model.preparation.answers(model.outputs(model.preparation.apply(images)), images), notes)
    assert asked.png is not None
    pictures, columns, notes = _pictures(model, asked)
    write_whole(Path(asked.png), png_of(grid(pictures / np.float32(255), columns, zoom_of(pictures))))
    return Lines([], notes)


def _pictures(model: VAEModel, asked: VAEUseOptions) -> tuple[np.ndarray, int, Sequence[Note]]:
    """The images of the picture, how many stand in a row, and notes on the files."""
    if asked.sample is not None:
        return model.sample(asked.sample, asked.seed or 0), math.ceil(math.sqrt(asked.sample)), ()
    files = asked.interpolate or asked.reconstruct
    assert files is not None
    images, notes = model.preparation.read([Path(path) for path in files])
    x = model.preparation.apply(images)
    if asked.interpolate is not None:
        if len(x) != 2:
            said = " ".join(note.say("en") for note in notes) or f"there are {len(x)} images in them."
            raise Error(f"--interpolate needs one image from each of two files: {said}")
        return np.concatenate([x[:1], model.interpolate(x, STEPS), x[1:]]), STEPS + 2, notes
    return beside(np.asarray(x), model.decode(model.outputs(x)), ROW), min(ROW, len(x)), notes


def beside(originals: np.ndarray, others: np.ndarray, columns: int) -> np.ndarray:
    """Rows of originals, each with the row of the others below; the last row is filled up with white.

    >>> beside(np.zeros((3, 1, 1, 1), np.uint8), np.ones((3, 1, 1, 1), np.uint8), 2).ravel().tolist()
    [0, 0, 1, 1, 0, 255, 1, 255]
    """
    columns = min(columns, len(originals))
    lacking = -len(originals) % columns
    white = np.full((lacking, *originals.shape[1:]), 255, np.uint8)
    rows = [np.concatenate([one, white]).reshape(-1, columns, *one.shape[1:]) for one in (originals, others)]
    return np.stack(rows, axis=1).reshape(-1, *originals.shape[1:])


def zoom_of(pictures: np.ndarray) -> int:
    """The side of the square that shows a pixel of such images, so that small ones can be seen and many fit."""
    count, height, width, _ = pictures.shape
    wanted = max(1, round(SIDE / max(height, width)))
    return max(1, min(wanted, math.isqrt(max(1, MOST_PIXELS // (count * height * width)))))
