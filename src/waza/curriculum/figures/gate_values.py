"""The mean values of gates at kinds of words, and the accuracy with gates held."""

import re
from collections.abc import Sequence
from typing import Any

import xarray as xr

from waza.curriculum.figures.labels import own_labels
from waza.report.compared import middle
from waza.report.rows import Row, barred, dotted
from waza.report.words import Words, labels, number
from waza.study.results import final

VALUE = re.compile(r"(\w+)_at_(\w+)")
HELD = re.compile(r"\w+_accuracy")
SPLITS = ("train", "validation", "test")


def gate_values(results: xr.Dataset, words: Words, language: str, variant: str) -> Any:
    """The median of each gate of a variant at each kind of words, as bars from 0 to 1; None without gates."""
    say, rows = own_labels(language)["gates"], []
    for name in map(str, results.data_vars):
        match = VALUE.fullmatch(name)
        if match and variant in results["variant"].values and results[name].sel(variant=variant).notnull().any():
            gate, where = (say.get(part, part) for part in match.groups())
            values = final(results, name, variant).values.astype(float)
            rows.append(Row(gate, values, where, middle(values)))
    order = list(dict.fromkeys(row.name for row in rows))
    rows.sort(key=lambda row: order.index(row.name))
    texts = [number(row.middle) for row in rows]
    return barred(rows, say["title"], texts, highest=1) if rows else None


def held_accuracy(results: xr.Dataset, words: Words, language: str, variants: Sequence[str]) -> Any:
    """The test accuracy of variants, and that of the first with gates held; a dot a seed. None without variants."""
    own, known = words[language], set(map(str, results["variant"].values))
    names = [name for name in variants if name in known]
    if not names:
        return None
    variant = names[0]
    rows = [Row(own.variant(name), final(results, "test_accuracy", name).values.astype(float)) for name in names]
    for measure in map(str, results.data_vars):
        held = HELD.fullmatch(measure) and measure.partition("_")[0] not in SPLITS
        if held and results[measure].sel(variant=variant).notnull().any():
            rows.insert(1, Row(own.measure(measure), final(results, measure, variant).values.astype(float)))
    rows = [row._replace(middle=middle(row.values)) for row in rows]
    label = labels(language)
    title = label["at_end"].format(own.measure("test_accuracy"), int(results["step"][-1]))
    return dotted(rows, title, label["dots"])
