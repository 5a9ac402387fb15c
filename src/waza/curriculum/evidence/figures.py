"""The figures of the pages, and smaller ones for the package: PNG files with a palette, a third of the size."""

import functools
import io

from PIL import Image

from waza.curriculum.evidence.decided import Decided
from waza.report.figures import main_png

SCALE, SMALL = 1.4, 0.5  # pixels a unit of length; the small figure's size in that of the page's
COLOURS, SMALL_COLOURS = 256, 24


def page_figure(one: Decided, language: str) -> bytes:
    """The figure of a study's page."""
    return _as_png(_drawn(one, language), COLOURS)


def small_figure(one: Decided, language: str) -> bytes:
    """The figure that the package ships."""
    drawn = _drawn(one, language)
    size = round(SMALL * drawn.width), round(SMALL * drawn.height)
    return _as_png(drawn.resize(size, Image.Resampling.LANCZOS), SMALL_COLOURS)


@functools.cache
def _drawn(one: Decided, language: str) -> Image.Image:
    png = main_png(one.results, one.words, language, SCALE, one.exercise.figures_of())
    return Image.open(io.BytesIO(png)).convert("RGB")


def _as_png(image: Image.Image, colours: int) -> bytes:
    written = io.BytesIO()
    few = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()
