"""The picture of an alignment: a row for each target token, a column for each source token."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt

from waza.core.language import texts
from waza.kinds.translator.model import Alignment
from waza.report.chart_engine import png_of_chart
from waza.report.inline import Inline
from waza.report.style import dressed, width_of

CELL, SMALLEST_CELL, WIDEST = 30, 10, 900
LABEL, LETTER = 22, 7  # narrow letters of a label that are shown, and the width of one
SCALE = 2  # pixels a unit of length
# A token may occur twice, so that its place belongs to its name; the picture shows what follows the bar.
NAME = "slice(datum.label, indexof(datum.label, '|') + 1)"


def alignment_chart(found: Alignment, say: Mapping[str, Any], widest: int = WIDEST) -> Any:
    """The weights as shades, from white for 0 to dark blue for 1.

    Args:
        found: of a translation.
        say: the texts of a language: "source_tokens", "target_tokens" and "weight".
        widest: the width of the cells together, at most.
    """
    source, target = _numbered(found.source), _numbered(found.target)
    rows = [
        {"source": one, "target": other, "weight": round(float(found.weights[t, s]), 4)}
        for t, other in enumerate(target)
        for s, one in enumerate(source)
    ]
    cell = max(SMALLEST_CELL, min(CELL, widest // max(len(source), len(target))))
    axis: dict[str, Any] = {"grid": False, "ticks": False, "labelExpr": NAME, "labelOverlap": False}
    return (
        alt.Chart(Inline(values=rows))
        .mark_rect(stroke="#e3e3e3", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "source:N", sort=source, title=say["source_tokens"], axis=alt.Axis(orient="top", labelAngle=-60, **axis)
            ),
            y=alt.Y("target:N", sort=target, title=say["target_tokens"], axis=alt.Axis(**axis)),
            color=alt.Color(
                "weight:Q",
                title=say["weight"],
                scale=alt.Scale(domain=[0, 1], range=["#ffffff", "#08306b"], interpolate="rgb"),
                legend=None,
            ),
            tooltip=["source:N", "target:N", alt.Tooltip("weight:Q", title=say["weight"], format=".2f")],
        )
        .properties(width=cell * len(source), height=cell * len(target))
    )


def alignment_png(found: Alignment, language: str) -> bytes:
    """The picture as a PNG file's bytes, with the axes named in a language."""
    say = texts(Path(__file__).parent / "texts", language)
    chart = dressed(alignment_chart(found, say))
    return png_of_chart(chart.to_dict(validate=False), SCALE)


def _numbered(tokens: Sequence[str]) -> list[str]:
    """Names that differ, from which the picture shows the tokens; blanks are shown as a sign."""
    return [f"{place}|{_visible(token)}" for place, token in enumerate(tokens)]


def _visible(token: str) -> str:
    """The token, shortened, with "␣" for a blank and "_" for SentencePiece's sign of one.

    >>> _visible(" "), _visible("▁the"), _visible("antidisestablishmentarianism")
    ('␣', '_the', 'antidisestablishmenta…')
    """
    token = token.replace(" ", "␣").replace("\n", "⏎").replace("▁", "_")
    if width_of(token) <= LABEL:
        return token
    while width_of(token) > LABEL - 1:
        token = token[:-1]
    return token + "…"
