"""What came of the studies: verdicts and answers, from a run or as they were published with the package."""

import dataclasses
import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from waza.core.files import write_whole

FOLDER = Path(__file__).parent / "published"
FILE = "outcomes.json"


@dataclasses.dataclass(frozen=True)
class ClaimOutcome:
    """What came of a claim.

    Args:
        verdict: "holds", "fails", "depends" or "undecided".
        answer: in one sentence, by language.
        remarks: what a reader must know of the run, by language.
        rule_changed: whether the rule is not the one that the run was made with.
        parts: the figures of each part.
    """

    verdict: str
    answer: Mapping[str, str]
    remarks: Mapping[str, tuple[str, ...]]
    rule_changed: bool
    parts: tuple[Mapping[str, Any], ...]


@dataclasses.dataclass(frozen=True)
class StudyOutcome:
    """What came of a study.

    Args:
        version: of waza.
        date: of the run, such as "2026-12-01".
        seeds, steps: of each trial.
        data: the name of the data; "" without any.
        rows: the rows of each split.
        seconds: "compile", "train", "total", and "tuning" where settings were chosen first.
        processor, cores: of the machine.
        sampled: whether a claim has a part with an interval, and so an error rate.
        numbers: those that the texts name.
        claims: by id.
        answer: of a study without claims, by language; "" where there is none.
    """

    version: str
    date: str
    seeds: int
    steps: int
    data: str
    rows: Mapping[str, int]
    seconds: Mapping[str, float]
    processor: str
    cores: int
    sampled: bool
    numbers: Mapping[str, float]
    claims: Mapping[str, ClaimOutcome]
    answer: Mapping[str, str]

    @property
    def all_seconds(self) -> float:
        """The seconds of the run and of the tuning before it."""
        return self.seconds.get("total", 0.0) + self.seconds.get("tuning", 0.0)


@functools.cache
def published() -> dict[str, StudyOutcome]:
    """The outcomes that the package ships, by study; none where nothing was published."""
    path = FOLDER / FILE
    return _read(path) if path.is_file() else {}


def published_figure(study: str, language: str) -> Path | None:
    """The small figure of a study that the package ships, if there is one."""
    path = FOLDER / f"{study}.{language}.png"
    return path if path.is_file() else None


def publish(folder: Path, outcomes: Mapping[str, StudyOutcome], order: Iterable[str]) -> None:
    """Write outcomes into a folder; those of other studies that are there already stay.

    Args:
        folder: of the file.
        outcomes: by study.
        order: the studies of the curriculum; others are left out.
    """
    path = folder / FILE
    known = {**(_read(path) if path.is_file() else {}), **outcomes}
    kept = {study: dataclasses.asdict(known[study]) for study in order if study in known}
    write_whole(path, (json.dumps(kept, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def _read(path: Path) -> dict[str, StudyOutcome]:
    return {study: _study(kept) for study, kept in json.loads(path.read_text("utf-8")).items()}


def _study(kept: Mapping[str, Any]) -> StudyOutcome:
    return StudyOutcome(**{**kept, "claims": {name: _claim(claim) for name, claim in kept["claims"].items()}})


def _claim(kept: Mapping[str, Any]) -> ClaimOutcome:
    remarks = {language: tuple(lines) for language, lines in kept["remarks"].items()}
    return ClaimOutcome(**{**kept, "remarks": remarks, "parts": tuple(kept["parts"])})
