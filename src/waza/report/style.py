"""The style of all charts: colours, dashes, axes, legends and titles."""

import math
import unicodedata
from collections.abc import Sequence
from typing import Any

import altair as alt

# Okabe and Ito, "Color universal design", 2008, with grey for the yellow, in an order in which neighbours contrast.
# Eight lines differ in colour; dashes are shifted for the next eight, so that 32 differ.
PALETTE = ["#0072B2", "#D55E00", "#CC79A7", "#009E73", "#E69F00", "#56B4E9", "#000000", "#888888"]
DASHES = [[1, 0], [9, 5], [3, 5], [9, 4, 2, 4]]
FONT = "system-ui, 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic', sans-serif"
WIDTH, HEIGHT = 410, 280
MOST_LABELS = 7
PLAIN_POWERS = (-4, 5)
LONG_TITLE = 60


def names_of(rows: Sequence[dict]) -> list[str]:
    """The names of the lines in the rows, in their order."""
    return list(dict.fromkeys(str(row["variant"]) for row in rows))


def colours(rows: Sequence[dict], among: Sequence[str] = ()) -> alt.Color:
    """The colour encoding, one colour for each line, with the legend below.

    Args:
        rows: of the lines of this panel.
        among: the names of all lines of the figure, so that each keeps its colour in panels with fewer lines, and all
            panels have the same legend.
    """
    names = list(among) or names_of(rows)
    scale = alt.Scale(domain=names, range=[PALETTE[i % len(PALETTE)] for i in range(len(names))])
    return alt.Color("variant:N", title=None, sort=names, scale=scale, legend=_legend())


def dashes(rows: Sequence[dict], among: Sequence[str] = ()) -> alt.StrokeDash:
    """The dash encoding, so that lines differ without colours and where they overlap."""
    names = list(among) or names_of(rows)
    kinds = [DASHES[(i + i // len(PALETTE)) % len(DASHES)] for i in range(len(names))]
    scale = alt.Scale(domain=names, range=kinds)
    return alt.StrokeDash("variant:N", title=None, sort=names, scale=scale, legend=_legend())


def _legend() -> alt.Legend:
    """Below the chart; `waza.report.layout` sets the number of its columns."""
    return alt.Legend(
        orient="bottom",
        columns=1,
        labelLimit=400,
        symbolStrokeWidth=2.5,
        symbolSize=500,
        symbolType="stroke",
        symbolOpacity=1,
    )


def width_of(text: str) -> int:
    """The width of a text in narrow letters: a letter of Japanese is two wide.

    >>> width_of("step"), width_of("層")
    (4, 2)
    """
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def scale_and_axis(values: Sequence[float], logarithmic: bool) -> dict[str, Any]:
    """The scale and axis of an encoding for these values: `alt.Y("mean:Q", **scale_and_axis(values, True))`."""
    finite = [value for value in values if math.isfinite(value)]
    if logarithmic and finite and min(finite) > 0:
        scale = alt.Scale(type="log", nice=False, zero=False, padding=6)
        return {"scale": scale, "axis": power_axis(min(finite), max(finite))}
    return {"scale": alt.Scale(zero=False), "axis": alt.Axis(tickCount=6)}


def power_axis(low: float, high: float) -> alt.Axis:
    """An axis for a logarithmic scale: at most seven labels, at powers of ten, or at 1, 2 and 5 times them."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first < 1:
        ticks = [factor * 10.0**power for power in range(first - 1, last + 1) for factor in (1, 2, 5)]
        ticks = [float(f"{tick:.3g}") for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        return alt.Axis(values=ticks, format="~g") if len(ticks) > 1 else alt.Axis(tickCount=4, format="~g")
    apart = math.ceil((last - first + 1) / MOST_LABELS)
    powers = [power for power in range(first, last + 1) if power % apart == 0]
    values = [float(f"1e{power}") for power in powers]
    if PLAIN_POWERS[0] <= powers[0] and powers[-1] <= PLAIN_POWERS[1]:
        return alt.Axis(values=values, format="~g")
    return alt.Axis(values=values, labelExpr="datum.value == 1 ? '1' : replace(format(datum.value, '.0e'), '+', '')")


def titled(chart: Any, title: str | list[str], subtitle: str = "") -> Any:
    """The chart with a title, which names its vertical axis; a long title is broken at a comma."""
    if isinstance(title, str) and width_of(title) > LONG_TITLE:
        title = title.replace(", ", ",\n", 1).replace("、", "、\n", 1).split("\n")
    words = alt.TitleParams(title, subtitle=subtitle) if subtitle else alt.TitleParams(title)
    return chart.properties(title=words)


def dressed(chart: Any) -> Any:
    """The chart with the common fonts, colours and spacing."""
    return (
        chart.configure(font=FONT, background="white", padding=12)
        .configure_view(stroke=None)
        .configure_axis(
            grid=True,
            gridColor="#e8e8e8",
            domain=False,
            labelFontSize=12,
            titleFontSize=13,
            titleFontWeight="normal",
            titlePadding=10,
            labelFlush=False,
            labelOverlap=True,
            labelSeparation=6,
        )
        .configure_legend(labelFontSize=13, rowPadding=4, columnPadding=18, offset=14)
        .configure_title(
            fontSize=14, anchor="start", frame="group", offset=12, subtitleFontSize=12, subtitleColor="#555"
        )
        .configure_concat(spacing=36)
    )
