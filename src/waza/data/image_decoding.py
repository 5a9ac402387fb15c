"""Decoding of an image file to a given size by Pillow. Only the processes of `image_workers` import this module."""

import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF")  # each read by Pillow itself; none starts another program
LARGEST = 200_000_000  # pixels
RESAMPLING = Image.Resampling.BICUBIC
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)


class Refused(Exception):
    """An image that cannot be used; the message is the kind of the note about it."""


def decode(path: Path, size: tuple[int, int]) -> tuple[np.ndarray, tuple[str, ...]]:
    """The pixels of an image, (height, width, 3) uint8, and the conversions that were necessary, as kinds of notes.

    The largest central part with the aspect ratio of `size` is scaled to `size` by bicubic interpolation, with
    averaging when it shrinks. This equals scaling the shorter side and cropping the centre. Before that, the first of
    several frames is selected, colours are converted to RGB, 16-bit values are divided by 257, and transparent parts
    are put on white. After that, the camera's orientation (EXIF) is applied.

    Raises:
        Refused: the file cannot be opened ("image_unreadable"), holds no image of a known format
            ("image_unidentified"), is cut off or otherwise broken ("image_damaged"), has more than `LARGEST` pixels
            ("image_enormous"), or 32-bit values, whose range is unknown ("image_deep").
    """
    try:
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")
            return _decode(file, size)
    except Refused:
        raise
    except UnidentifiedImageError as error:
        raise Refused("image_unidentified") from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Refused("image_enormous") from error
    except Exception as error:  # decoders raise many exceptions on damaged bytes; their OSErrors have no number
        system = isinstance(error, OSError) and error.errno is not None
        raise Refused("image_unreadable" if system else "image_damaged") from error


def _decode(file: BinaryIO, size: tuple[int, int]) -> tuple[np.ndarray, tuple[str, ...]]:
    done = set()
    image: Image.Image = Image.open(file, formats=FORMATS)
    if image.width * image.height > LARGEST:
        raise Refused("image_enormous")
    if any(";16" in str(tile) for tile in getattr(image, "tile", ())):
        done.add("image_sixteen_bits")
    image.draft(None, (2 * max(size), 2 * max(size)))  # a JPEG can be decoded at 1/2, 1/4 or 1/8 of its size
    image.load()
    if image.format != "MPO" and getattr(image, "is_animated", False):  # an MPO holds views of one photograph
        done.add("image_animated")
    orientation = _orientation(image)
    image = _scaled(image, size if orientation in SIDEWAYS else size[::-1], done)
    if orientation in TURNS:
        image = image.transpose(TURNS[orientation])
        done.add("image_turned")
    return np.asarray(image), tuple(sorted(done))


def _scaled(image: Image.Image, size: tuple[int, int], done: set[str]) -> Image.Image:
    """The central part as RGB; `size` is (width, height), as in Pillow."""
    scale = max(size[0] / image.width, size[1] / image.height)
    left, top = (max(0.0, (have - want / scale) / 2) for have, want in zip(image.size, size, strict=True))
    box = (left, top, image.width - left, image.height - top)

    if image.mode.startswith("I;16"):
        # Pillow scales 32-bit integers, not 16-bit ones; bicubic interpolation may exceed the range.
        wide = np.asarray(image.convert("I").resize(size, RESAMPLING, box, reducing_gap=3))
        return Image.fromarray(np.rint(wide.clip(0, 65535) / 257).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        raise Refused("image_deep")
    if image.has_transparency_data:
        image = image.convert("RGBA").resize(size, RESAMPLING, box, reducing_gap=3)
        if np.asarray(image)[..., 3].min() < 255:
            done.add("image_transparent")
        white = Image.new("RGBA", size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    if image.mode == "CMYK":
        done.add("image_cmyk")
    return image.convert("RGB").resize(size, RESAMPLING, box, reducing_gap=3)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # an image with damaged EXIF data is still usable
        return 1
