"""The main figures of a run: those of its study, or the usual ones."""

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import xarray as xr

from waza.core.errors import Error
from waza.core.showing import shown
from waza.report.chart_engine import png_of_chart
from waza.report.charts import over_layers, over_steps
from waza.report.compared import (
    MOST_LINES,
    MOST_ROWS,
    curved_variants,
    given_variants,
    main_variants,
    side_by_side,
    tuned_alone,
    tuned_variants,
)
from waza.report.layout import APART, arranged
from waza.report.numbers import over_numbers
from waza.report.style import dressed
from waza.report.summary import shown_measures
from waza.report.sweeps import over_rates, tuning_curves
from waza.report.words import Words
from waza.study.record import record_of
from waza.study.sweep import unswept

# (results, words, language) -> a chart, a list of charts, or None where the results have nothing to show.
Figure = Callable[[xr.Dataset, Words, str], Any]


def main_charts(results: xr.Dataset, words: Words, language: str, figures: Sequence[Figure] = ()) -> list[Any]:
    """The charts of the main figure, the most telling first.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the charts.
        figures: those of the study (`Study.figures`); without any, the usual ones.

    Raises:
        Error: a figure cannot be made of these results.
    """
    charts: list[Any] = []
    for figure in figures or (usual_charts,):
        try:
            made = figure(results, words, language)
        except Error:
            raise
        except Exception as error:  # a user's function may raise anything
            study, name = record_of(results).study, _name(figure)
            raise Error(f"the figure {name} of {study!r} fails: {type(error).__name__}: {error}") from error
        several = made if isinstance(made, list) else [made] if made is not None else []
        for one in several:
            if not isinstance(one, alt.TopLevelMixin):
                raise Error(
                    f"the figure {_name(figure)} of {record_of(results).study!r} returns {shown(one)}; expected an "
                    "altair chart, a list of charts, or None"
                )
        charts += several
    return charts


def _name(figure: Figure) -> str:
    what = getattr(figure, "func", figure)
    return getattr(what, "__name__", repr(what))


def usual_charts(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The charts that go with the form of a study.

    Before training, measures over layers; the main measure over the number in which variants differ; tuned and given
    variants side by side, with curves over learning rates and over steps; a sweep over learning rates; else the
    measures of the terminal's table over steps.
    """
    if results.sizes["step"] == 1:
        layered = [str(name) for name, values in results.data_vars.items() if "layer" in values.dims]
        layers = [over_layers(results, words, language, name) for name in layered]
        return layers or [side_by_side(results, words, language)]
    numbered = over_numbers(results, words, language)
    if numbered is not None:
        return [numbered]
    rates = over_rates(results, words, language)
    if tuned_variants(results):
        dots = side_by_side(results, words, language)
        if len(main_variants(results)) > MOST_ROWS:
            return [dots]
        curves = [tuning_curves(results, words, language), rates, over_steps(results, words, language)]
        return [dots, *(chart for chart in curves if chart is not None)]
    if rates is None:
        return [over_steps(results, words, language, measure=name) for name in shown_measures(results)]
    if unswept(results).sizes["variant"] == results.sizes["variant"]:
        return [rates]
    return [rates, *(over_steps(results, words, language, measure=name) for name in shown_measures(results))]


def further_charts(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """Charts that only the page shows: the given variants of a tuned study that the main figure leaves out."""
    if not tuned_variants(results) or tuned_alone(results):
        return []
    given, drawn = given_variants(results), main_variants(results)
    curved = curved_variants(results) if len(drawn) <= MOST_ROWS else []
    rest = [name for name in given if name not in curved]
    dots = [side_by_side(results, words, language, variants=given)] if len(given) > len(drawn) else []
    parts = [rest[i : i + MOST_LINES] for i in range(0, len(rest), MOST_LINES)]
    return [*dots, *(over_steps(results, words, language, variants=part) for part in parts)]


def main_png(
    results: xr.Dataset, words: Words, language: str = "en", scale: float = 2, figures: Sequence[Figure] = ()
) -> bytes:
    """The main figure as a PNG file's bytes: the rows of `waza.report.layout.arranged`.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the charts.
        scale: pixels a unit of length.
        figures: those of the study; without any, the usual ones.
    """
    rows = arranged(main_charts(results, words, language, figures))
    title = alt.TitleParams(words[language].title, fontSize=19, offset=22)
    figure = dressed(alt.vconcat(*rows, spacing=40).resolve_scale(**APART).properties(title=title))
    return png_of_chart(figure.to_dict(validate=False), scale)
