"""What a saved autoencoder needs to know of its images."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from waza.data.image_reading import ImageReading, Photographs
from waza.data.image_workers import WHITE


@dataclasses.dataclass(frozen=True)
class VAEPreparation(ImageReading):
    """Converts image files to inputs; can be stored as JSON.

    Args:
        size: (height, width) of every image after decoding.
        channels: 3; or 1, for grey.
        white: the value of grey images with 16 bits that becomes 255.
    """

    kind: ClassVar[str] = "vae"

    size: tuple[int, int]
    channels: int
    white: int = WHITE

    def __post_init__(self):
        self.check_fields()

    def answers(self, codes: np.ndarray, images: Photographs) -> dict[str, Any]:
        """A row for each image: "file", and its code "z0", "z1", ..."""
        return {"file": np.array(images.names), **{f"z{i}": column for i, column in enumerate(codes.T)}}

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The preparation from the values of `to_json`."""
        return cls(tuple(values["size"]), values["channels"], values["white"])
