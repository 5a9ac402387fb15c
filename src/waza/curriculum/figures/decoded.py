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

ROW, NAME, GAP = 44, 150, 6  # pixels: the height of a row of images, the width of its name, the space between rows


def picture_rows(rows: Sequence[tuple[str, np.ndarray]], title: str, subtitle: str = "") -> Any:
    """A row of images for each name, which stands at its left.

    Args:
        rows: names and images (n, height, width, 1 or 3) in 0..1; all rows have as many.
        title: of the chart.
        subtitle: what the images are.
    """
    count = max(len(images) for _, images in rows)
    width = count * ROW
    marks = [
        {
            "name": name,
            "url": data_address(grid(images, count, 2)),
            "x": NAME + width / 2,
            "y": i * (ROW + GAP) + ROW / 2,
        }
        for i, (name, images) in enumerate(rows)
    ]
    height = len(rows) * (ROW + GAP)
    base = alt.Chart(Inline(values=marks)).encode(
        y=alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    )
    across = alt.Scale(domain=[0, NAME + width], nice=False)
    images = base.mark_image(width=width, height=ROW).encode(x=alt.X("x:Q", scale=across, axis=None), url="url:N")
    names = (
        base.transform_calculate(left="0")
        .mark_text(align="left", fontSize=13)
        .encode(x=alt.X("left:Q", scale=across, axis=None), text="name:N")
    )
    return titled((images + names).properties(width=NAME + width, height=height), title, subtitle)


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
