"""The main figures of a run, by what kind of run it is."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from waza.report.charts import dressed, in_logarithms, over_layers, over_steps
from waza.report.compared import given_and_tuned
from waza.report.paths import landscape_of, over_landscapes
from waza.report.sweeps import over_rates, tuning_curves
from waza.report.words import Words, labels
from waza.study.sweep import unswept

LEAST, MOST = 1e-12, 1e6
IN_A_ROW = 2


def main_charts(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """The figures that tell the run's story, the most telling first.

    Paths down landscapes; before training, moments over layers; the comparison as given and tuned, with the curves over
    rates; else the main measure and the training loss over steps.
    """
    if "moved" in results:
        return _descents(results, words, language)
    if results.sizes["step"] == 1:
        shown = ["activation_square", "signal_gradient_square"]
        return [over_layers(results, name, words, language) for name in shown if name in results]
    special = [make(results, words, language) for make in (given_and_tuned, tuning_curves, over_rates)]
    drawn = [chart for chart in special if chart is not None]
    if len(drawn) > 1:
        return drawn
    shown = [results.attrs.get("measure", "test_accuracy"), "train_loss"]
    few = unswept(results)
    if drawn and few.sizes["variant"] == results.sizes["variant"]:
        return drawn
    return [*drawn, *(over_steps(few, name, words, language) for name in dict.fromkeys(shown) if name in few)]


def _descents(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """Paths over the landscapes; the heights on bowls, and the sizes of steps on slopes."""
    label = labels(language)
    kinds = {str(name): landscape_of(results, str(name)) for name in results["variant"].values}
    bowls = [name for name, kind in kinds.items() if kind == "Quadratic"]
    slopes = [name for name, kind in kinds.items() if kind == "Slope"]
    curved = [name for name, kind in kinds.items() if kind != "Slope"]
    charts: list[Any] = over_landscapes(results.sel(variant=curved), words, language) if curved else []
    if bowls:
        heights = results["value"].sel(variant=bowls)
        heights = heights.where(np.isfinite(heights), MOST).clip(LEAST, MOST)
        charts.append(in_logarithms(heights, label["measures"]["value"], words, language))
    if slopes:
        moved = abs(results["moved"].sel(variant=slopes, layer="w0")).isel(step=slice(1, None))
        charts.append(in_logarithms(moved, label["step_size"], words, language))
    return charts


def main_png(results: xr.Dataset, words: Words, language: str = "en", scale: float = 2) -> bytes:
    """The main figures as a PNG file's bytes, two in a row."""
    import vl_convert

    charts = main_charts(results, words, language)
    rows = [
        alt.hconcat(*charts[i : i + IN_A_ROW]).resolve_scale(color="independent")
        for i in range(0, len(charts), IN_A_ROW)
    ]
    figure = dressed(alt.vconcat(*rows).resolve_scale(color="independent").properties(title=words[language].title))
    return bytes(vl_convert.vegalite_to_png(figure.to_dict(validate=False), scale=scale))
