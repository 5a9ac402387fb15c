"""Measures over the steps in an environment, a panel for each environment."""

from collections.abc import Mapping
from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels, without_common
from waza.report.bands import bands
from waza.report.charts import drawn
from waza.report.style import titled
from waza.report.words import Words
from waza.study.results import marked

RANGE = (1e-6, 1e6)


def over_experience(
    results: xr.Dataset,
    words: Words,
    language: str,
    measure: str,
    steps: Mapping[str, int],
    scales: Mapping[str, float] | None = None,
    logarithmic: bool = False,
    highest: float | None = None,
) -> Any:
    """A measure over steps in the environment on a logarithmic axis, a panel for each beginning of variants' names.

    Args:
        results: of a study in which an update makes several steps.
        words: the study's texts by language.
        language: of the chart.
        measure: its name.
        steps: in one update, by the beginning of the names of variants.
        scales: what the measure is divided by, by the same beginnings.
        logarithmic: whether the measure's axis is logarithmic, and means geometric.
        highest: above which values are shown as this.
    """
    charts = []
    for place, each in steps.items():
        names = [str(name) for name in results["variant"].values if str(name).startswith(place)]
        if not names or results.sizes["step"] < 2:
            continue
        values = marked(results, results[measure]).sel(variant=names).isel(step=slice(1, None))
        values = (values / (scales or {}).get(place, 1.0)).assign_coords(step=values["step"] * each)
        if highest is not None:
            values = values.clip(max=highest)
        shown = [words[language].variant(name) for name in names]
        methods = without_common(shown)
        lines = {method: values.sel(variant=name) for method, name in zip(methods, names, strict=True)}
        rows = bands(lines, "step", RANGE if logarithmic else None)
        where = shown[0].removesuffix(methods[0]).rstrip(" ,、")
        title = f"{words[language].measure(measure)}{', ' if language == 'en' else '、'}{where}"
        chart = drawn(rows, "step", language, logarithmic, first_steps=True, x_title=own_labels(language)["experience"])
        charts.append(titled(chart, title))
    return charts or None
