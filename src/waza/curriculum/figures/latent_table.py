"""A table of what trials say about their latent variables: a row a variant, a column a measure."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.inline import Inline
from waza.report.layout import FULL
from waza.report.style import titled
from waza.report.words import Words
from waza.study import final

NAMES, ROW, RULE = 200, 22, 8  # pixels for the names, for a row, and between groups
COLUMNS = {
    "kl": "test_kl",
    "information": "test_mutual_information",
    "active": "test_active_units",
    "gain": "test_gain",
    "perplexity": "test_weighted_perplexity",
}
REFERENCE = "test_perplexity"  # of a variant without a latent variable, whose perplexity needs no samples
Reached = Callable[[str], Callable[[xr.Dataset], xr.DataArray]]


def latent_table(
    results: xr.Dataset, words: Words, language: str, groups: Sequence[Sequence[str]], used: Reached
) -> alt.ConcatChart | None:
    """Mean and standard deviation over seeds of each measure at the end, and the number of seeds that use the variable.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the table.
        groups: variants, from top to bottom; groups stand apart.
        used: whether each seed of a variant uses its latent variable.
    """
    label, known = own_labels(language)["latent_table"], set(map(str, results["variant"].values))
    shown = [[name for name in group if name in known] for group in groups]
    if not any(shown):
        return None
    heads = [*COLUMNS, "used"]
    places = dict(zip(heads, np.linspace(NAMES + 90, FULL - 30, len(heads)).round(), strict=True))
    texts: list[dict[str, Any]] = [_cell(label[head], x, 0.0, "right") for head, x in places.items()]
    lines, y = [], 0.0
    for group in shown:
        lines.append({"y": y + ROW / 2 + RULE / 2})
        y += RULE
        for name in group:
            y += ROW
            texts.append(_cell(words[language].variant(name), 0, y, "left"))
            cells = {head: _mean(results, measure, name) for head, measure in COLUMNS.items()}
            cells["used"] = _count(results, used(name)) if cells["gain"] else ""
            cells["perplexity"] = cells["perplexity"] or _mean(results, REFERENCE, name)
            texts += [_cell(text, places[head], y, "right") for head, text in cells.items()]
    place = {"x": alt.X("x:Q", scale=alt.Scale(domain=(0, FULL), nice=False), axis=None)}
    upright = alt.Y("y:Q", scale=alt.Scale(domain=(y + ROW, -ROW), nice=False), axis=None)
    layers = [alt.Chart(Inline(values=lines)).mark_rule(color="#bbb").encode(y=upright)]
    for align in ("left", "right"):
        rows = [one for one in texts if one["align"] == align]
        layers.append(
            alt.Chart(Inline(values=rows)).mark_text(align=align, fontSize=13).encode(**place, y=upright, text="text:N")
        )
    chart = alt.layer(*layers).properties(width=FULL, height=y + 2 * ROW)
    return alt.concat(titled(chart, label["title"], label["note"]))


def _cell(text: str, x: float, y: float, align: str) -> dict[str, Any]:
    return {"text": text, "x": x, "y": y, "align": align}


def _mean(results: xr.Dataset, measure: str, variant: str) -> str:
    """The mean and the standard deviation; nothing where there are no values."""
    values = final(results, measure, variant).values.astype(float)
    values = values[np.isfinite(values)]
    if not values.size:
        return ""
    digits = max(0, 1 - math.floor(math.log10(max(abs(float(values.mean())), 0.1))))
    return f"{values.mean():.{digits}f} ± {values.std(ddof=1) if values.size > 1 else 0:.{digits}f}"


def _count(results: xr.Dataset, used: Callable[[xr.Dataset], xr.DataArray]) -> str:
    reached = used(results).values
    return f"{int(reached.sum())} / {reached.size}"
