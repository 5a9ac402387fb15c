"""The settings that tuning chose, as text."""

from typing import Any, NamedTuple

import xarray as xr

from waza.report.words import Words, labels, number
from waza.study.record import record_of
from waza.study.tuning import Choice


class ChoiceRow(NamedTuple):
    """A variant's chosen settings, the number of candidates, and a remark on the edges of the ranges."""

    variant: str
    settings: str
    tried: int
    remark: str


def choice_rows(results: xr.Dataset, words: Words, language: str) -> list[ChoiceRow]:
    """A row a tuned variant; none where nothing was tuned."""
    say = labels(language)["tuning"]
    rows = []
    for choice in record_of(results).tuning:
        remarks = [
            say[remark].format(name=_short(path)) for path in choice.settings if (remark := _remark(path, choice))
        ]
        settings = say["joiner"].join(f"{_short(path)} = {number(value)}" for path, value in choice.settings.items())
        shown = words[language].variant(choice.variant)
        rows.append(ChoiceRow(shown, settings, len(choice.tried), " ".join(remarks)))
    return rows


def _remark(path: str, choice: Choice) -> str:
    """The label of the remark on a setting's range, or nothing."""
    if path in choice.at_edge:
        return "at_edge" if path in choice.widened else "at_limit"
    return "widened" if path in choice.widened else ""


def _short(path: str) -> Any:
    """The last part of a setting's path."""
    return path.rpartition(".")[2]
