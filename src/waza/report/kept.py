"""The report of a run in its folder: the page, and the verdicts with their words, from which `waza show` tells them."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.sealed import sealed, unsealed
from waza.report.figures import Figure
from waza.report.outcome_table import OutcomeRow, OutcomeTable
from waza.report.page import render_page
from waza.report.words import ClaimWords, PartWords, StudyWords, Words
from waza.study.claims import Finding, PartFinding

PAGE, VERDICTS = "report.html", "verdicts.json"


def write_report(
    folder: Path,
    results: xr.Dataset,
    findings: tuple[Finding, ...],
    words: Words,
    language: str = "en",
    figures: Sequence[Figure] = (),
) -> Path:
    """Write the page and the verdicts into the run's folder, and return the page's path.

    Args:
        folder: of the run.
        results, findings, words, language, figures: as for `render_page`.
    """
    page = folder / PAGE
    write_whole(page, render_page(results, findings, words, language, figures).encode())
    verdicts = {
        "findings": [dataclasses.asdict(one) for one in findings],
        "words": {name: dataclasses.asdict(one) for name, one in words.items()},
    }
    write_whole(folder / VERDICTS, sealed(verdicts))
    return page


def read_verdicts(folder: Path) -> tuple[tuple[Finding, ...], dict[str, StudyWords]] | None:
    """The verdicts and their words that `write_report` wrote; None where an earlier version wrote none.

    Numbers that are not finite stand in the file as Python writes them, such as NaN.

    Raises:
        Error: the file is damaged.
    """
    path = folder / VERDICTS
    if not path.is_file():
        return None
    try:
        read = unsealed(path.read_bytes())
        read.check(folder)
        facts = read.facts
        words = {name: _study(one) for name, one in facts["words"].items()}
        return tuple(map(_finding, facts["findings"])), words
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Error(f"{path} is damaged ({error}): delete it, or run again") from error


def _finding(facts: Mapping[str, Any]) -> Finding:
    parts = tuple(PartFinding(**{**part, "region": tuple(part["region"])}) for part in facts["parts"])
    return Finding(**{**facts, "parts": parts})


def _study(facts: Mapping[str, Any]) -> StudyWords:
    claims = {name: _claim(one) for name, one in facts["claims"].items()}
    table = facts["outcomes"]
    return StudyWords(**{**facts, "claims": claims, "outcomes": None if table is None else _table(table)})


def _claim(facts: Mapping[str, Any]) -> ClaimWords:
    parts = {name: PartWords(**one) for name, one in facts["parts"].items()}
    return ClaimWords(**{**facts, "rule": tuple(facts["rule"]), "remarks": tuple(facts["remarks"]), "parts": parts})


def _table(facts: Mapping[str, Any]) -> OutcomeTable:
    lines = {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}
    return OutcomeTable(**{**facts, **lines, "rows": tuple(OutcomeRow(**row) for row in facts["rows"])})
