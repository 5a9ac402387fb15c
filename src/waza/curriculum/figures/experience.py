"""Measures over the steps in an environment, a panel for each environment."""

from collections.abc import Mapping
from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels
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
    """A measure over steps in the environment on a logarithmic axis, a panel for each environment.

    Args:
        results: of a study in which an update makes several steps; its variants are named "environment, method".
        words: the study's texts by language.
        language: of the chart.
        measure: its name.
        steps: in one update, by environment.
        scales: what the measure is divided by, by environment.
        logarithmic: whether the measure's axis is logarithmic, and means geometric.
        highest: above which values are shown as this.
    """
    say = words[language]
    split = {str(name): _parts(say.variant(str(name))) for name in results["variant"].values}
    among = list(dict.fromkeys(method for name, (_, method) in split.items() if name.startswith(tuple(steps))))
    charts = []
    for place, each in steps.items():
        names = [name for name in split if name.startswith(place)]
        if not names or results.sizes["step"] < 2:
            continue
        values = marked(results, results[measure]).sel(variant=names).isel(step=slice(1, None))
        values = (values / (scales or {}).get(place, 1.0)).assign_coords(step=values["step"] * each)
        if highest is not None:
            values = values.clip(max=highest)
        rows = bands(
            {split[name][1]: values.sel(variant=name) for name in names}, "step", RANGE if logarithmic else None
        )
        title = f"{say.measure(measure)}{', ' if language == 'en' else '、'}{split[names[0]][0]}"
        axis = {"first_steps": True, "x_title": own_labels(language)["experience"]}
        charts.append(titled(drawn(rows, "step", language, logarithmic, among=among, **axis), title))
    return charts or None


def _parts(name: str) -> tuple[str, str]:
    """The environment and the method of a variant.

    >>> _parts("grid, Q-learning"), _parts("格子、Q 学習")
    (('grid', 'Q-learning'), ('格子', 'Q 学習'))
    """
    place, _, method = name.replace("、", ", ").partition(", ")
    return place, method
