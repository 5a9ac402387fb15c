"""The options of a classifier of images."""

import dataclasses
import re

from waza.core.errors import Error
from waza.kinds.option import option
from waza.kinds.options import TrainingOptions
from waza.kinds.using import InputOptions


def read_size(text: str) -> tuple[int, int]:
    """The size (height, width) that "64" or "48x64" names.

    Raises:
        Error: it names none.

    >>> read_size("64"), read_size("48x64")
    ((64, 64), (48, 64))
    """
    sides = re.split("[x×]", text.lower())
    if len(sides) > 2 or not all(side.isascii() and side.isdigit() and int(side) for side in sides):
        raise Error(f"--size {text!r} given; expected a side or HEIGHTxWIDTH in pixels, such as 64 or 48x64")
    return int(sides[0]), int(sides[-1])


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageOptions(TrainingOptions):
    """The training options of a classifier: `size` is (height, width)."""

    batch_size: int | None = option(None, "images per step", usual="128, fewer for few images", least=1, metavar="N")
    size: tuple[int, int] | None = option(
        None, "resize images to this many pixels", usual="depends on the model", metavar="N|HxW", read=read_size
    )
    norm: bool = option(False, "batch normalisation in every hidden layer")
    augment: bool = option(True, "no data augmentation (random crops; horizontal flips of photographs)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageInput(InputOptions):
    """The options of `waza use` for a classifier."""

    input: tuple[str, ...] | None = option(None, "image files, or folders of them", metavar="FILE")
