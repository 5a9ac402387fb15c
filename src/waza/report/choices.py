"""What tuning chose, in words."""

import json
from typing import Any, NamedTuple

import xarray as xr

from waza.report.words import Words, labels, number


class ChoiceRow(NamedTuple):
    """One variant's chosen settings, from how many, and what is to be said of the edges of the ranges."""

    variant: str
    settings: str
    tried: int
    remark: str


def choice_rows(results: xr.Dataset, words: Words, language: str) -> list[ChoiceRow]:
    """A row a tuned variant; none where nothing was tuned."""
    say = labels(language)["tuning"]
    rows = []
    for choice in json.loads(results.attrs.get("tuning", "[]")):
        remarks = [
            say[remark].format(name=_short(path)) for path in choice["settings"] if (remark := _remark(path, choice))
        ]
        settings = say["joiner"].join(f"{_short(path)} = {number(value)}" for path, value in choice["settings"].items())
        shown = words[language].variant(choice["variant"])
        rows.append(ChoiceRow(shown, settings, len(choice["tried"]), " ".join(remarks)))
    return rows


def _remark(path: str, choice: dict[str, Any]) -> str:
    """What is to be said of a number's range: the label's name, or nothing."""
    if path in choice["at_edge"]:
        return "at_edge" if path in choice["widened"] else "at_limit"
    return "widened" if path in choice["widened"] else ""


def _short(path: str) -> Any:
    """The last part of a setting's path."""
    return path.rpartition(".")[2]
