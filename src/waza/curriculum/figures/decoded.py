"""Images that autoencoders decode, in rows with names; and errors over the size of the code."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.day3b_language.pictures import PICTURES, from_layers
from waza.curriculum.figures.labels import own_labels
from waza.report.bands import bands, bounded
from waza.report.charts import drawn
from waza.report.inline import Inline
from waza.report.pictures import data_address, grid
from waza.report.style import WIDTH, titled
from waza.report.words import Words
from waza.study.record import record_of
from waza.study.results import final

SIDE, NAME, GAP = 46, 18, 6  # pixels: the side of an image, the height of a name, the space between rows


def picture_rows(rows: Sequence[tuple[str, np.ndarray]], title: str, subtitle: str = "") -> Any:
    """A row of images for each name, which stands above it. Places are in pixels, whatever the width of the chart.

    Args:
        rows: names and images (n, height, width, 1 or 3) in 0..1; all rows have as many.
        title: of the chart.
        subtitle: what the images are.
    """
    count = max(len(images) for _, images in rows)
    side = min(SIDE, WIDTH // count)
    width, step = count * side, NAME + side + GAP
    marks = [
        {
            "name": name,
            "url": data_address(grid(images, count, 2)),
            "left": 0,
            "middle": width / 2,
            "above": i * step + NAME / 2,
            "y": i * step + NAME + side / 2,
        }
        for i, (name, images) in enumerate(rows)
    ]
    base = alt.Chart(Inline(values=marks))
    images = base.mark_image(width=width, height=side).encode(
        x=alt.X("middle:Q", scale=None, axis=None), y=alt.Y("y:Q", scale=None, axis=None), url="url:N"
    )
    names = base.mark_text(align="left", fontSize=12).encode(
        x=alt.X("left:Q", scale=None, axis=None), y=alt.Y("above:Q", scale=None, axis=None), text="name:N"
    )
    chart = (images + names).properties(width=WIDTH, height=len(rows) * step)
    return titled(chart, title, subtitle)


def decoded_rows(
    results: xr.Dataset, words: Words, language: str, variants: Sequence[str], groups: tuple[str, str]
) -> Any:
    """Test images, and below them what each variant of the first seed decodes from their codes.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        variants: in their order.
        groups: of the originals and of the decoded images.
    """
    known = [name for name in variants if name in results["variant"].values]
    if PICTURES.name not in results or not known:
        return None
    say = own_labels(language)["decoded"]
    original, decoded = groups
    rows = [(say["original"], from_layers(results, known[0], original))]
    rows += [(words[language].variant(name), from_layers(results, name, decoded)) for name in known]
    return picture_rows(rows, say["title"], say["first_seed"])


def errors_by_code(results: xr.Dataset, words: Words, language: str, codes: Sequence[int], kinds: Sequence[str]) -> Any:
    """The share of the variance that is lost, over the size of the code, a line a kind of variants "kind, size"."""
    say = own_labels(language)["decoded"]
    constant = results.attrs.get("chance_test_squared_error")
    names = [f"{kind}, {code}" for kind in kinds for code in codes]
    if constant is None or not set(names) <= set(map(str, results["variant"].values)):
        return None
    lines = {
        say["kinds"][kind]: xr.concat(
            [
                100 * final(results, "test_squared_error", f"{kind}, {code}").reset_coords(drop=True) / constant
                for code in codes
            ],
            "code",
        ).assign_coords(code=list(codes))
        for kind in kinds
    }
    rows = bounded(bands(lines, "code"), record_of(results).declared("test_squared_error"))
    chart = drawn(rows, "code", language, logarithmic=False, among=list(lines), x_title=say["code"])
    return titled(chart.properties(width=WIDTH), say["lost"])
