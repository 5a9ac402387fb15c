"""The report of a run in its folder: the page, and the verdicts with their words, from which `waza show` tells them."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

import xarray as xr

from waza.core.errors import Damaged
from waza.core.files import check_path, write_whole
from waza.core.given_files import as_path
from waza.core.language import LANGUAGES
from waza.core.plain import is_there
from waza.core.sealed import read_record, sealed
from waza.report.figures import Figure
from waza.report.page import render_page
from waza.report.words import StudyWords, Words
from waza.study.claims import Finding
from waza.study.store import PAGE as PAGE
from waza.study.store import VERDICTS as VERDICTS


class Kept(TypedDict):
    """What `verdicts.json` holds."""

    findings: list[Finding]
    words: dict[str, StudyWords]


def write_report(
    folder: str | Path,
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
    folder = check_path(folder, "folder")
    verdicts = {
        "findings": [dataclasses.asdict(one) for one in findings],
        "words": {name: dataclasses.asdict(one) for name, one in words.items()},
    }
    write_whole(folder / VERDICTS, sealed(verdicts))
    return write_page(folder, results, findings, words, language, figures)


def write_page(
    folder: str | Path,
    results: xr.Dataset,
    findings: tuple[Finding, ...],
    words: Words,
    language: str = "en",
    figures: Sequence[Figure] = (),
) -> Path:
    """Write the page alone, as `write_report` does, and return its path."""
    page = check_path(folder, "folder") / PAGE
    write_whole(page, render_page(results, findings, words, language, figures).encode())
    return page


def read_verdicts(folder: str | Path) -> tuple[tuple[Finding, ...], dict[str, StudyWords]] | None:
    """The verdicts and their words that `write_report` wrote; None where an earlier version wrote none.

    Numbers that are not finite stand in the file as Python writes them, such as NaN.

    Raises:
        Damaged: the file cannot be read.
    """
    path = as_path(folder, "folder") / VERDICTS
    if not is_there(path):
        return None
    remedy = "delete it, or run again"
    found: Kept = read_record(path, Kept, remedy)
    for what in _wordless(found):
        raise Damaged(f"{path} has no words for {what}: {remedy}")
    return tuple(found["findings"]), found["words"]


def _wordless(kept: Kept) -> Iterator[str]:
    """What lacks its words: a language, a claim or a part."""
    for language in LANGUAGES:
        if language not in kept["words"]:
            yield f"the language {language}"
            continue
        if kept["words"][language].outcomes:  # of a comparison, which stand in place of its claims
            continue
        claims = kept["words"][language].claims
        for finding in kept["findings"]:
            if finding.id not in claims:
                yield f"{finding.id} ({language})"
                continue
            known = claims[finding.id].parts
            yield from (f"{finding.id} {part.name} ({language})" for part in finding.parts if part.name not in known)
