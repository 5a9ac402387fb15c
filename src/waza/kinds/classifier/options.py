"""The options of a classifier of images."""

import dataclasses

from waza.kinds.option import option
from waza.kinds.options import TrainingOptions, read_size
from waza.kinds.using import InputOptions


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
