"""A measure at the last step, a row a variant, with given and with tuned settings."""

from collections.abc import Sequence

import altair as alt
import xarray as xr

from waza.report.bands import bounded, final_row, rounded
from waza.report.inline import Inline
from waza.report.style import PALETTE, WIDTH, titled
from waza.report.words import Words, labels
from waza.study.record import record_of
from waza.study.sweep import unswept
from waza.study.tuning import tuned_name

MOST_ROWS = 10
MOST_LINES = 8
HOWS = ("given", "tuned")


def tuned_variants(results: xr.Dataset) -> list[str]:
    """The variants for which settings were chosen."""
    return [choice.variant for choice in record_of(results).tuning]


def given_variants(results: xr.Dataset) -> list[str]:
    """The variants without those that tuning added, and without those of a sweep over learning rates."""
    chosen = {tuned_name(name) for name in tuned_variants(results)}
    return [str(name) for name in unswept(results)["variant"].values if str(name) not in chosen]


def main_variants(results: xr.Dataset) -> list[str]:
    """The variants of the main figure: all given ones where they are few, else those that were tuned."""
    given, tuned = given_variants(results), tuned_variants(results)
    return given if len(given) <= MOST_ROWS or not tuned else tuned


def curved_variants(results: xr.Dataset) -> list[str]:
    """The variants whose curves the main figure shows: those of `main_variants`, at most 8 where some were tuned."""
    names = main_variants(results)
    return names[:MOST_LINES] if tuned_variants(results) else names


def side_by_side(
    results: xr.Dataset, words: Words, language: str, measure: str = "", variants: Sequence[str] = ()
) -> alt.LayerChart:
    """A measure at the last step, a row a variant: one mark as given, another tuned, bars for 95 % intervals.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        measure: the main measure by default.
        variants: by default those of `main_variants`.

    Raises:
        Error: the results have no such measure.
    """
    record, label = record_of(results), labels(language)
    declared, tuned = record.declared(measure or record.main.name), tuned_variants(results)
    rows = [
        {"variant": words[language].variant(name), "how": label["how"][how], **final_row(results, declared.name, there)}
        for name in variants or main_variants(results)
        for how, there in (("given", name), ("tuned", tuned_name(name)))
        if how == "given" or name in tuned
    ]
    rows = rounded(bounded(rows, declared))
    shown, hows = list(dict.fromkeys(row["variant"] for row in rows)), [label["how"][how] for how in HOWS]
    legend = alt.Legend(orient="bottom", symbolSize=110, symbolOpacity=1) if tuned else None
    colour = alt.Color(
        "how:N",
        title=None,
        sort=hows,
        scale=alt.Scale(domain=hows, range=[PALETTE[1] if tuned else PALETTE[0], PALETTE[0]]),
        legend=legend,
    )
    shape = alt.Shape(
        "how:N", title=None, sort=hows, scale=alt.Scale(domain=hows, range=["circle", "diamond"]), legend=legend
    )
    base = alt.Chart(Inline(values=rows)).encode(
        y=alt.Y("variant:N", sort=shown, title=None, axis=alt.Axis(labelLimit=260, grid=False, ticks=False)),
        yOffset=alt.YOffset("how:N", sort=hows),
        color=colour,
    )
    scale, axis = alt.Scale(zero=False, padding=10), alt.Axis(tickCount=5)
    bars = base.mark_rule(strokeWidth=2.2).encode(x=alt.X("low:Q", title=None, scale=scale, axis=axis), x2="high:Q")
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("mean:Q", title=None, scale=scale, axis=axis),
        shape=shape,
        tooltip=["variant:N", "how:N", "mean:Q", "low:Q", "high:Q"],
    )
    chart = alt.layer(bars, dots).properties(width=WIDTH, height=max(34 * len(shown), 120))
    return titled(chart, words[language].measure(declared.name))
