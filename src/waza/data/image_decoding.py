"""Decoding of an image file to a given size by Pillow. Only the processes of `image_workers` import this module."""

import dataclasses
import io
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from waza.core.errors import Error
from waza.core.given_files import opened, read_given
from waza.data.image_listing import PORTABLE
from waza.data.image_repair import repaired
from waza.data.image_workers import WHITE

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF")  # each read by Pillow itself; none starts another program
LARGEST = 200_000_000  # pixels
DARK = 128
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


@dataclasses.dataclass
class Original:
    """An image before it was scaled: its upright size, and its largest value if it is grey with 16 bits, else 0."""

    height: int = 0
    width: int = 0
    largest: int = 0


def decode(
    path: Path, size: tuple[int, int], white: int = WHITE, original: Original | None = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """The pixels of an image, (height, width, 3) uint8, and the conversions that were necessary, as kinds of notes.

    The largest central part with the aspect ratio of `size` is scaled to `size` by bicubic interpolation, with
    averaging when it shrinks. This equals scaling the shorter side and cropping the centre. Before that, the first of
    several frames is selected, colours are converted to RGB, 16-bit values are scaled to 0 .. 255, and transparent
    parts are put on white. After that, the camera's orientation (EXIF) is applied.

    Args:
        path: the file.
        size: height and width.
        white: the 16-bit value of grey images that becomes 255. Those in colour have 65535 always.
        original: is filled in.

    Raises:
        Refused: the file cannot be opened ("image_unreadable"), holds no image of a known format
            ("image_unidentified"), is cut off or otherwise broken ("image_damaged"), has more than `LARGEST` pixels
            ("image_enormous"), or 32-bit values, whose range is unknown ("image_deep").
    """
    formats = (*FORMATS, "PPM") if path.suffix.lower() in PORTABLE else FORMATS
    original = original or Original()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with opened(path, "an image") as file:
                    return _decode(file, formats, size, white, original)
            except (Error, Refused, Image.DecompressionBombError, MemoryError):
                raise
            except Exception:  # decoders raise many exceptions on damaged bytes; so may the repair
                sound = repaired(read_given(path, "an image"))
                if sound is None:
                    raise
                return _decode(io.BytesIO(sound), formats, size, white, original)
    except Refused:
        raise
    except Error as error:  # no plain file, or it may not be read
        raise Refused("image_unreadable") from error
    except UnidentifiedImageError as error:
        raise Refused("image_unidentified") from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Refused("image_enormous") from error
    except Exception as error:  # the OSErrors of decoders have no number
        system = isinstance(error, OSError) and error.errno is not None
        raise Refused("image_unreadable" if system else "image_damaged") from error


def _decode(
    file: BinaryIO | io.BytesIO, formats: tuple[str, ...], size: tuple[int, int], white: int, original: Original
) -> tuple[np.ndarray, tuple[str, ...]]:
    done = set()
    image: Image.Image = Image.open(file, formats=formats)
    width, height = image.size
    if width * height > LARGEST:
        raise Refused("image_enormous")
    if any(";16" in str(tile) for tile in getattr(image, "tile", ())):
        done.add("image_sixteen_bits")
    image.draft(None, (2 * max(size), 2 * max(size)))  # a JPEG can be decoded at 1/2, 1/4 or 1/8 of its size
    image.load()
    if image.format != "MPO" and getattr(image, "is_animated", False):  # an MPO holds views of one photograph
        done.add("image_animated")
    if image.mode == "I" and image.format == "PPM":  # values of a portable greymap, scaled to 16 bits by Pillow
        done.add("image_sixteen_bits")
        image = image.convert("I;16")
    orientation = _orientation(image)
    sideways = orientation in SIDEWAYS
    original.height, original.width = (width, height) if sideways else (height, width)
    if image.mode.startswith("I;16"):
        original.largest = int(np.asarray(image.convert("I")).max())
    elif "image_sixteen_bits" in done and _is_dark(image):  # Pillow reads colours with 8 of 16 bits
        done.add("image_dark")
    image = _scaled(image, size if sideways else size[::-1], white, done)
    if orientation in TURNS:
        image = image.transpose(TURNS[orientation])
        done.add("image_turned")
    return np.asarray(image), tuple(sorted(done))


def _is_dark(image: Image.Image) -> bool:
    """Whether the colours use less than half of the range."""
    pixels = np.asarray(image)
    return int(pixels[..., :-1].max() if image.mode.endswith("A") else pixels.max()) < DARK


def _scaled(image: Image.Image, size: tuple[int, int], white: int, done: set[str]) -> Image.Image:
    """The central part as RGB; `size` is (width, height), as in Pillow."""
    scale = max(size[0] / image.width, size[1] / image.height)
    left, top = (max(0.0, (have - want / scale) / 2) for have, want in zip(image.size, size, strict=True))
    box = (left, top, image.width - left, image.height - top)

    if image.mode.startswith("I;16"):
        # Pillow scales 32-bit integers, not 16-bit ones; bicubic interpolation may exceed the range.
        wide = np.asarray(image.convert("I").resize(size, RESAMPLING, box, reducing_gap=3))
        return Image.fromarray(np.rint(wide.clip(0, white) * (255 / white)).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        raise Refused("image_deep")
    if image.has_transparency_data:
        image = image.convert("RGBA").resize(size, RESAMPLING, box, reducing_gap=3)
        if np.asarray(image)[..., 3].min() < 255:
            done.add("image_transparent")
        back = Image.new("RGBA", size, "white")
        return Image.alpha_composite(back, image).convert("RGB")
    if image.mode == "CMYK":
        done.add("image_cmyk")
    return image.convert("RGB").resize(size, RESAMPLING, box, reducing_gap=3)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # an image with damaged EXIF data is still usable
        return 1
