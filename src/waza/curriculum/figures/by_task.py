"""What each variant gains on each of several tasks, compared with one variant."""

import re
from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.compared import difference_row, given_variants
from waza.report.rows import dotted
from waza.report.words import StudyWords, Words, labels
from waza.study.record import record_of
from waza.study.tuning import tuned_name

SEPARATOR = ": "


def gains_by_task(results: xr.Dataset, words: Words, language: str, baseline: str) -> list[Any]:
    """A panel for each task, with the paired difference of each variant from the baseline in points, as dots a seed.

    Variants are named "task: variant". Where a variant was tuned, its tuned trials are shown.

    Args:
        results: of a run.
        words: the study's texts by language.
        language: of the chart.
        baseline: the variant that others are compared with.
    """
    measure, own, names = (
        record_of(results).main.name,
        words[language],
        [str(name) for name in results["variant"].values],
    )
    tasks: dict[str, list[str]] = {}
    for name in given_variants(results):
        tasks.setdefault(name.partition(SEPARATOR)[0], []).append(name)
    charts = []
    for task, variants in tasks.items():
        first = f"{task}{SEPARATOR}{baseline}"
        if first not in variants:
            continue
        rows = [
            difference_row(_shown(own, name)[1], results, measure, _best(name, names), _best(first, names))
            for name in variants
            if name != first
        ]
        heading = dict(zip(("task", "baseline"), _shown(own, first), strict=True))
        title = own_labels(language)["by_task"].format(measure=own.measure(measure), **heading)
        charts.append(dotted(rows, title, labels(language)["means"], zero=True))
    return charts


def _shown(words: StudyWords, name: str) -> list[str]:
    """The task and the variant as they are shown."""
    return re.split(": |:", words.variant(name), maxsplit=1)


def _best(name: str, names: list[str]) -> str:
    """The tuned variant, where there is one."""
    return tuned_name(name) if tuned_name(name) in names else name
