"""The main measure over learning rates, a panel a net."""

from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.sweeps import rate_curves, rate_rows
from waza.report.words import Words
from waza.study.record import record_of


def rates_by_net(results: xr.Dataset, words: Words, language: str) -> list[Any]:
    """A panel for the sweeps of one name, such as "SGD", and one for each net that is named behind a comma."""
    main, say = words[language].measure(record_of(results).main.name), own_labels(language)["nets"]
    panels: dict[str, list[dict[str, Any]]] = {}
    for row in rate_rows(results, words, language):
        optimiser, _, net = row["variant"].replace("、", ", ").partition(", ")
        panels.setdefault(net, []).append(row | {"variant": optimiser})
    return [
        rate_curves(results, rows, say["title"].format(main, net or say["first"]), language)
        for net, rows in panels.items()
    ]
