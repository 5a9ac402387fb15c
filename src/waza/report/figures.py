"""The figures of a run, by what kind of run it is."""

from typing import Any

import altair as alt
import xarray as xr

from waza.report.charts import over_layers, over_steps
from waza.report.compared import MOST_ROWS, given_variants, main_variants, side_by_side, tuned_variants
from waza.report.descents import descents
from waza.report.numbers import over_numbers
from waza.report.reach import GAIN, over_spans
from waza.report.style import dressed
from waza.report.sweeps import over_rates, tuning_curves
from waza.report.unrolled import unrolled
from waza.report.words import Words
from waza.study.sweep import unswept

IN_A_ROW = 2
MOST_LINES = 8
GAP, LAST = "gap", "last:"
LESSONS = {"unrolled": unrolled}
MOMENTS = ("activation_square", "signal_gradient_square")


def main_charts(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The figures that tell the run's story, the most telling first.

    Paths down landscapes; before training, gains over spans, or moments over layers; over the number in which variants
    differ; given and tuned side by side, with curves over rates where few were tuned; else measures over steps. The
    study's texts may name the measures in `figures`: one of the run's own, a probe, which is shown over layers before
    the first step, or "gap"; "last:" and a measure, for a row a variant at the last step; and a lesson, which shows no
    results.
    """
    if "moved" in results:
        return descents(results, words, language)
    if results.sizes["step"] == 1 and GAIN in results:
        return [over_spans(results, words, language)]
    if results.sizes["step"] == 1:
        named = words[language].figures or MOMENTS
        lessons = [LESSONS[name](language) for name in named if name in LESSONS]
        shown = [name for name in named if name in results]
        prefix = {name: "hidden." if name in MOMENTS else "" for name in shown}
        return lessons + [over_layers(results, name, words, language, prefix=prefix[name]) for name in shown]
    results, named = with_gap(results), words[language].figures
    main = results.attrs.get("measure", "test_accuracy")
    few = unswept(results)
    shown = [name for name in dict.fromkeys(named or (main, GAP)) if name in results]
    over = [over_numbers(results, name, words, language) for name in shown]
    if any(chart is not None for chart in over):
        return over
    rates = over_rates(results, words, language)
    if tuned_variants(results):
        names = main_variants(results)
        shown = [name.removeprefix(LAST) for name in named or (main,)]
        dots = [side_by_side(results, name, names, words, language) for name in shown]
        if len(names) > MOST_ROWS:
            return dots
        drawn = [*dots, tuning_curves(results, words, language), rates]
        curves = over_steps(results.sel(variant=names[:MOST_LINES]), main, words, language)
        return [*(chart for chart in drawn if chart is not None), curves]
    if rates is not None and few.sizes["variant"] == results.sizes["variant"]:
        return [rates]
    shown = [name for name in dict.fromkeys(named or (main, "train_loss")) if name.removeprefix(LAST) in few]
    return [*([rates] if rates is not None else []), *(_one(few, name, words, language) for name in shown)]


def further_charts(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """What only the page shows: the given variants that the main figure leaves out, side by side and over steps."""
    if "moved" in results or results.sizes["step"] == 1 or not tuned_variants(results):
        return []
    main, given, drawn = results.attrs["measure"], given_variants(results), main_variants(results)
    curved = drawn[:MOST_LINES] if len(drawn) <= MOST_ROWS else []
    rest = [name for name in given if name not in curved]
    dots = [side_by_side(results, main, given, words, language)] if len(given) > len(drawn) else []
    parts = [rest[i : i + MOST_LINES] for i in range(0, len(rest), MOST_LINES)]
    return [*dots, *(over_steps(results.sel(variant=part), main, words, language) for part in parts)]


def with_gap(results: xr.Dataset) -> xr.Dataset:
    """The results with the measure "gap", the test loss less the training loss; a diverged trial has none."""
    if "test_loss" not in results or "train_loss" not in results:
        return results
    widened = results.assign({GAP: results["test_loss"] - results["train_loss"]})
    widened.attrs[f"chance_{GAP}"] = 0.0
    return widened


def _one(results: xr.Dataset, measure: str, words: Words, language: str) -> Any:
    """A measure over steps; one that each layer has, over layers before the first step."""
    if measure.startswith(LAST):
        return side_by_side(results, measure.removeprefix(LAST), given_variants(results), words, language)
    if measure == GAIN:
        return over_spans(results, words, language)
    if "layer" in results[measure].dims:
        return over_layers(results, measure, words, language, step=0)
    return over_steps(results, measure, words, language)


def main_png(results: xr.Dataset, words: Words, language: str = "en", scale: float = 2) -> bytes:
    """The main figures as a PNG file's bytes, two in a row."""
    import vl_convert

    rows: list[list[Any]] = [[]]
    for chart in main_charts(results, words, language):
        wide = isinstance(chart, alt.ConcatChart | alt.HConcatChart | alt.VConcatChart)
        if rows[-1] and (wide or len(rows[-1]) == IN_A_ROW or not isinstance(rows[-1][-1], alt.LayerChart)):
            rows.append([])
        rows[-1].append(chart)
    joined = [alt.hconcat(*row, spacing=48).resolve_scale(**APART) for row in rows]
    title = alt.TitleParams(words[language].title, fontSize=19, offset=22)
    figure = dressed(alt.vconcat(*joined, spacing=40).resolve_scale(**APART).properties(title=title))
    return bytes(vl_convert.vegalite_to_png(figure.to_dict(validate=False), scale=scale))


APART: dict[str, Any] = {"color": "independent", "strokeDash": "independent", "shape": "independent"}
