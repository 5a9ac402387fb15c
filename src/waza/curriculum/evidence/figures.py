"""The figures of the pages, and smaller ones for the package: PNG files with a palette, a third of the size."""

import io

from PIL import Image

from waza.curriculum.evidence.decided import Decided
from waza.report.figures import main_png

PAGE_SCALE, SMALL_SCALE = 1.4, 0.8
COLOURS, SMALL_COLOURS = 256, 32


def page_figure(one: Decided, language: str) -> bytes:
    """The figure of a study's page."""
    return _figure(one, language, PAGE_SCALE, COLOURS)


def small_figure(one: Decided, language: str) -> bytes:
    """The figure that the package ships."""
    return _figure(one, language, SMALL_SCALE, SMALL_COLOURS)


def _figure(one: Decided, language: str, scale: float, colours: int) -> bytes:
    png = main_png(one.results, one.words, language, scale, one.exercise.figures_of())
    image = (
        Image.open(io.BytesIO(png))
        .convert("RGB")
        .quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    )
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
