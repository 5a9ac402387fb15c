"""The error of each variant on each of several tasks, as a multiple of that of one variant."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.compared import given_variants
from waza.report.rows import Row, dotted
from waza.report.words import StudyWords, Words, labels
from waza.study.deciding import CONFIDENCE
from waza.study.statistics import t_interval

SEPARATOR = ": "
Ratio = Callable[[str, str], Callable[[xr.Dataset], xr.DataArray]]


def errors_by_task(results: xr.Dataset, words: Words, language: str, baseline: str, ratio: Ratio) -> list[Any]:
    """A panel for each task: the ratio of each variant's error to the baseline's, a dot a seed, on an axis of factors.

    The bar is the geometric mean over seeds, with its interval. Variants are named "task: variant".

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        baseline: the variant that others are compared with.
        ratio: log10 of the ratio, of (variant, task), for each seed; NaN where a seed is left out.
    """
    own, tasks = words[language], dict[str, list[str]]()
    for name in given_variants(results):
        task, _, variant = name.partition(SEPARATOR)
        tasks.setdefault(task, []).append(variant)
    charts = []
    for task, variants in tasks.items():
        if baseline not in variants:
            continue
        rows = [
            _row(_shown(own, f"{task}{SEPARATOR}{name}")[1], ratio(name, task)(results).values.astype(float))
            for name in variants
            if name != baseline
        ]
        heading = dict(zip(("task", "baseline"), _shown(own, f"{task}{SEPARATOR}{baseline}"), strict=True))
        title = own_labels(language)["by_task"].format(**heading)
        charts.append(dotted(rows, title, labels(language)["geometric"], level=1.0, logarithmic=True))
    return charts


def _row(name: str, values: np.ndarray) -> Row:
    values = values[np.isfinite(values)]
    if values.size < 2:
        return Row(name, 10**values)
    interval = t_interval(values, CONFIDENCE)
    return Row(name, 10**values, "", 10**interval.mean, (10**interval.low, 10**interval.high))


def _shown(words: StudyWords, name: str) -> list[str]:
    """The task and the variant as they are shown."""
    return re.split(": |:", words.variant(name), maxsplit=1)
