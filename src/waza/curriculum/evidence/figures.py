"""The figures of the pages, and for the package the first chart of each: PNG files with a palette."""

import io
from collections.abc import Sequence

from PIL import Image

from waza.curriculum.evidence.decided import Decided
from waza.report.figures import Figure, main_charts, main_png

SCALE, COLOURS = 1.4, 256  # pixels a unit of length, and colours of the palette
SMALL_SCALE, SMALL_COLOURS = 0.7, 24


def page_figure(one: Decided, language: str) -> bytes:
    """The figure of a study's page."""
    return _png(one, language, SCALE, COLOURS, one.exercise.figures_of())


def small_figure(one: Decided, language: str) -> bytes:
    """The figure that the package ships: its first chart."""
    figures = one.exercise.figures_of()

    def first(results, words, language):
        return main_charts(results, words, language, figures)[:1]

    return _png(one, language, SMALL_SCALE, SMALL_COLOURS, (first,))


def _png(one: Decided, language: str, scale: float, colours: int, figures: Sequence[Figure]) -> bytes:
    drawn = main_png(one.results, one.words, language, scale, figures)
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    written = io.BytesIO()
    few = image.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()
