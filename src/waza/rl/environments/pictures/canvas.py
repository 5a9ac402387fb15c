"""Canvas: shapes in the coordinates of a world, as an image with smooth edges."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FINER = 3  # times finer than the image is drawn, so that edges become smooth
PAPER, INK, GREY, PALE = "#ffffff", "#222222", "#8a8a8a", "#e4e4e4"
BLUE, ORANGE, GREEN, YELLOW, RED, SKY = "#0072b2", "#d55e00", "#009e73", "#e69f00", "#c8372d", "#dcedf8"

Point = tuple[float, float]


class Canvas:
    """An image of a part of a plane whose second axis points upwards.

    Args:
        low: the point at the lower left corner.
        high: the point at the upper right corner.
        scale: pixels per unit.

    >>> canvas = Canvas((0, 0), (3, 2), 10)
    >>> canvas.box((0, 0), (1, 1), "#ff0000")
    >>> canvas.image().shape, canvas.image()[15, 5].tolist()
    ((20, 30, 3), [255, 0, 0])
    """

    def __init__(self, low: Point, high: Point, scale: float):
        self._low, self._high, self._scale = low, high, scale * FINER
        self._size = tuple(round((top - bottom) * scale) for bottom, top in zip(low, high, strict=True))
        self._picture = Image.new("RGB", tuple(FINER * side for side in self._size), PAPER)
        self._pen = ImageDraw.Draw(self._picture)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A line through points, with round ends; its width is in units."""
        placed = [self._place(point) for point in points]
        self._pen.line(placed, colour, max(1, round(width * self._scale)), joint="curve")
        for end in (points[0], points[-1]):
            self.disc(end, width / 2, colour)

    def polygon(self, points: Sequence[Point], colour: str) -> None:
        """A filled polygon."""
        self._pen.polygon([self._place(point) for point in points], colour)

    def box(self, low: Point, high: Point, colour: str, corner: float = 0.0) -> None:
        """A filled rectangle; its corners are round with this radius."""
        left, bottom = self._place(low)
        right, top = self._place(high)
        self._pen.rounded_rectangle((left, top, right - 1, bottom - 1), corner * self._scale, colour)

    def disc(self, centre: Point, radius: float, colour: str) -> None:
        """A filled circle."""
        across, down = self._place(centre)
        reach = radius * self._scale
        self._pen.ellipse((across - reach, down - reach, across + reach, down + reach), colour)

    def text(self, centre: Point, text: str, colour: str, height: float) -> None:
        """A text around a point; its height is in units."""
        font = ImageFont.load_default(height * self._scale)
        self._pen.text(self._place(centre), text, colour, font, anchor="mm")

    def image(self) -> np.ndarray:
        """The image (height, width, 3), uint8."""
        return np.asarray(self._picture.resize(self._size, Image.Resampling.BOX))

    def _place(self, point: Point) -> Point:
        return (point[0] - self._low[0]) * self._scale, (self._high[1] - point[1]) * self._scale
