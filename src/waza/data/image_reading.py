"""Reading images for a trained model: files or arrays, as inputs of its network."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error
from waza.core.given_files import is_folder, opened
from waza.data.given import array_of
from waza.data.image_listing import images_below, shown
from waza.data.image_workers import WHITE, decode_all
from waza.data.notes import Note, with_notes

LUMINANCE = (299, 587, 114)  # ITU-R BT.601, in thousandths: Pillow's weights for grey


class Photographs(NamedTuple):
    """Images from files: their names as given, and pixels (n, height, width, 3) uint8."""

    names: tuple[str, ...]
    pixels: np.ndarray


class ImageReading:
    """The part of an image preparation that turns files and arrays into inputs; its fields are the subclass's.

    Args:
        size: (height, width) of every image after decoding.
        channels: 3; or 1, for grey.
        white: the value of grey images with 16 bits that becomes 255.
    """

    size: tuple[int, int]
    channels: int
    white: int

    def check_fields(self) -> None:
        """Refuse fields that describe no images.

        Raises:
            ValueError: they do not.
        """
        if len(self.size) != 2 or not all(isinstance(side, int) and side > 0 for side in self.size):
            raise ValueError(f"{self.size} is not a height and width")
        if self.channels not in (1, 3):
            raise ValueError(f"images have one channel or three, not {self.channels}")
        if not isinstance(self.white, int) or not 0 < self.white <= WHITE:
            raise ValueError(f"{self.white} is not a value of 16 bits")

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of an image as input of the network."""
        return (*self.size, self.channels)

    def given(self, x: Any) -> Photographs:
        """The images as `apply` takes them, from an array (n, height, width[, channels]) uint8 or a list of files.

        Raises:
            Error: they have another size, or a file cannot be read.
        """
        if isinstance(x, str | Path):
            raise Error(f"{str(x)!r} is given; expected a list of images' files, such as [{str(x)!r}], or an array")
        if isinstance(x, Sequence) and x and all(isinstance(one, str | Path) for one in x):
            photographs, notes = self.read([Path(one) for one in x])
            if len(photographs.names) != len(x):
                hint = "" if notes else ": a folder is among them"
                with with_notes(notes):
                    raise Error(f"{len(x)} files are given; images read: {len(photographs.names)}{hint}")
            return photographs
        pixels = pixels_of(x)
        if pixels.shape[1:3] != self.size or pixels.shape[3] not in (self.channels, 3):
            expected = ", ".join(map(str, self.shape))
            raise Error(f"images of shape {pixels.shape} are given; the model takes (n, {expected}): resize them")
        return Photographs(tuple(str(i) for i in range(len(pixels))), pixels)

    def read(self, paths: Sequence[Path]) -> tuple[Photographs, list[Note]]:
        """The images in files and folders, decoded as for training; notes name those that could not be decoded.

        Raises:
            Error: a path is missing, or no image could be read.
        """
        files = [file for path in paths for file in _files_of(path)]
        with tempfile.TemporaryDirectory() as folder:
            raw = Path(folder) / "pixels"
            outcomes = decode_all(Path("/"), [str(file.absolute()) for file in files], self.size, raw, white=self.white)
            read = np.array([bool(outcome.digest) for outcome in outcomes])
            pixels = self._mapped(raw, read) if read.any() else None
        kinds = dict.fromkeys(kind for outcome in outcomes for kind in outcome.kinds)
        notes = []
        for kind in kinds:
            named = [shown(str(file)) for file, one in zip(files, outcomes, strict=True) if kind in one.kinds]
            notes.append(Note(kind, {"count": len(named), "names": ", ".join(named)}))
        if pixels is None:
            with with_notes(notes):
                raise Error("none of the images could be read")
        return Photographs(tuple(str(file) for file, good in zip(files, read, strict=True) if good), pixels), notes

    def _mapped(self, raw: Path, read: np.ndarray) -> np.ndarray:
        """The images that were read, moved together within the file and mapped, since many may not fit into memory.

        The mapping stays readable after the file is deleted.
        """
        pixels = np.memmap(raw, np.uint8, "r+", shape=(len(read), *self.size, 3))
        for place, row in enumerate(np.flatnonzero(read)):
            if place != row:
                pixels[place] = pixels[row]
        return pixels[: read.sum()]

    def apply(self, images: Photographs) -> np.ndarray:
        """The inputs, (n, height, width, channels) uint8."""
        return images.pixels if self.channels == images.pixels.shape[3] else grey(images.pixels)


def _files_of(path: Path) -> list[Path]:
    """The images of a folder, or the one file, which is no pipe."""
    if is_folder(path):
        return images_below(path)
    with opened(path, "images, or folders of them"):
        return [path]


def grey(pixels: np.ndarray) -> np.ndarray:
    """Images (n, height, width, 3) uint8 by their luminance, (n, height, width, 1).

    >>> grey(np.full((1, 1, 1, 3), 7, np.uint8)).tolist()
    [[[[7]]]]
    """
    single = np.empty((*pixels.shape[:3], 1), np.uint8)
    for row, image in zip(single, pixels, strict=True):
        row[..., 0] = (image.astype(np.uint32) @ np.array(LUMINANCE, np.uint32) + 500) // 1000
    return single


def pixels_of(x: Any) -> np.ndarray:
    """Images as an array (n, height, width, channels).

    Raises:
        Error: they are not bytes, or have another shape.

    >>> pixels_of(np.zeros((2, 8, 8), np.uint8)).shape
    (2, 8, 8, 1)
    """
    pixels = array_of("x", x)
    if pixels.dtype.kind == "f" and pixels.ndim > 1 and not (finite := np.isfinite(pixels)).all():
        lacking = np.flatnonzero(~finite.reshape(len(pixels), -1).all(axis=1))
        raise Error(
            f"{lacking.size} of {len(pixels)} images have values that are not finite, such as image {lacking[0]}: "
            "leave these images out, and give uint8 in 0..255"
        )
    if pixels.dtype != np.uint8:
        raise Error(f"images of type {pixels.dtype} are given; expected uint8 in 0..255: (255 * x).astype('uint8')")
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    if pixels.ndim != 4 or pixels.shape[3] not in (1, 3):
        raise Error(f"x has the shape {pixels.shape}; expected images (n, height, width) or (n, height, width, 1 or 3)")
    if not pixels.size and len(pixels):
        raise Error(f"x has the shape {pixels.shape}: its images have no pixels; give a height and width of at least 1")
    return pixels
