"""Preparation of images: from files to inputs of a network, and from its outputs to classes."""

import dataclasses
from typing import Any, ClassVar, Self

import numpy as np

from waza.data.image_reading import ImageReading, Photographs
from waza.data.image_workers import WHITE
from waza.data.targets import Task

BEST = 5


@dataclasses.dataclass(frozen=True)
class ImagePreparation(ImageReading):
    """Converts image files to inputs, and outputs to the most probable classes; can be stored as JSON.

    Args:
        size: (height, width) of every image after decoding.
        channels: 3; or 1, for grey.
        classes: the names of the classes, in the order of the outputs.
        labels: the classes as arrays gave them, where these are numbers or booleans.
        white: the value of grey images with 16 bits that becomes 255.
    """

    kind: ClassVar[str] = "images"
    task: ClassVar[Task] = "classification"

    size: tuple[int, int]
    channels: int
    classes: tuple[str, ...]
    labels: tuple[Any, ...] = ()
    white: int = WHITE

    def __post_init__(self):
        self.check_fields()
        if not all(isinstance(name, str) for name in self.classes) or len(set(self.classes)) != len(self.classes):
            raise ValueError("every class needs a unique name")
        if self.labels and len(self.labels) != len(self.classes):
            raise ValueError(f"there are {len(self.labels)} labels for {len(self.classes)} classes")

    @property
    def outputs(self) -> int:
        """The number of outputs of the network."""
        return len(self.classes)

    def answers(self, outputs: np.ndarray, images: Photographs) -> dict[str, Any]:
        """The five most probable classes of each image, one row per class: "file", "rank", "class", "probability"."""
        from scipy.special import softmax

        shares = softmax(outputs, axis=1)
        best = np.argsort(-shares, axis=1, kind="stable")[:, :BEST]
        count = best.shape[1]
        return {
            "file": np.repeat(np.array(images.names), count),
            "rank": np.tile(np.arange(1, count + 1), len(best)),
            "class": np.array(self.classes)[best.ravel()],
            "probability": np.take_along_axis(shares, best, axis=1).ravel(),
        }

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        usual = {"labels": (), "white": WHITE}
        return {name: value for name, value in dataclasses.asdict(self).items() if value != usual.get(name)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The preparation from the values of `to_json`."""
        labels = tuple(values.get("labels", ()))
        white = values.get("white", WHITE)
        return cls(tuple(values["size"]), values["channels"], tuple(values["classes"]), labels, white)
