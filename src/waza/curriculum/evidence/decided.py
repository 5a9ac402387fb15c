"""A study that a run has decided: its findings, and the texts filled with its numbers."""

import contextlib
import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from waza.core.errors import Damaged
from waza.core.language import LANGUAGES
from waza.curriculum.catalogue import Exercise
from waza.curriculum.outcomes import ClaimOutcome, StudyOutcome
from waza.report.filling import check_numbers, values_of
from waza.report.telling import answer_of, check_filled, check_told, told
from waza.report.words import Words, load_words
from waza.study import decide, store
from waza.study.claims import Finding
from waza.study.record import RunRecord, record_of
from waza.study.rules import changed_rules
from waza.study.tuning import tuned_name

PART = ("name", "kind", "verdict", "effect", "low", "high", "confidence", "seeds", "unit", "further", "case")


@dataclasses.dataclass(frozen=True, eq=False)
class Decided:
    """A study that a run has decided.

    Args:
        exercise: of the curriculum.
        results: of the run.
        findings: on its claims.
        words: its texts, filled.
        values: the numbers of its texts.
        changed: the claims whose rule changed after the run.
        tuning_seconds: of the sweeps that chose its settings.
    """

    exercise: Exercise
    results: xr.Dataset
    findings: tuple[Finding, ...]
    words: Words
    values: Mapping[str, float]
    changed: tuple[str, ...]
    tuning_seconds: float = 0.0

    @property
    def record(self) -> RunRecord:
        """The record of the run."""
        return record_of(self.results)

    def outcome(self) -> StudyOutcome:
        """What came of the study, without its results."""
        record = self.record
        seconds = {name: round(value, 2) for name, value in record.seconds.items()}
        if self.tuning_seconds:
            seconds["tuning"] = round(self.tuning_seconds, 2)
        return StudyOutcome(
            version=record.versions.get("waza", ""),
            date=record.started.partition("T")[0],
            seeds=record.seeds or self.results.sizes["seed"],
            steps=record.steps or 0,
            data=record.data_name,
            rows=dict(record.rows),
            seconds=seconds,
            processor=str(record.machine.get("processor", "")),
            cores=int(record.machine.get("cores", 0) or 0),
            sampled=any(part.kind != "exact" for finding in self.findings for part in finding.parts),
            numbers={name: value for name, value in self.values.items() if math.isfinite(value)},
            claims={finding.id: self._claim(finding) for finding in self.findings},
            answer={language: self.words[language].answer for language in LANGUAGES},
        )

    def _claim(self, finding: Finding) -> ClaimOutcome:
        said = {language: self.words[language].claims[finding.id] for language in LANGUAGES}
        parts = [{name: _plain(getattr(part, name)) for name in PART} for part in finding.parts]
        return ClaimOutcome(
            finding.verdict,
            {language: answer_of(finding, said[language], language) for language in LANGUAGES},
            {language: said[language].remarks for language in LANGUAGES},
            finding.id in self.changed,
            tuple(parts),
        )

    def check(self) -> None:
        """Refuse texts with numbers that are neither results nor settings, as the pages of evidence need.

        Raises:
            Error: it names the file, the claim and the number.
        """
        record, raw = self.record, load_words(self.exercise.texts)
        chosen = {tuned_name(choice.variant) for choice in record.tuning}
        given = {name: settings for name, settings in record.settings.items() if name not in chosen}
        counts = [record.seeds, record.steps, record.evaluate_every, *record.rows.values()]
        check_numbers(self.exercise.numbers_of(), self.results, f"{self.exercise.texts.name}.py")
        check_told(raw, self.exercise.claims, [given, counts], self.exercise.texts)
        check_filled(raw, self.exercise.claims, self.values, self.exercise.texts)


def decided(exercise: Exercise, results: xr.Dataset, tuning_seconds: float = 0.0) -> Decided:
    """Decide a study's claims by a run's results, and fill its texts.

    Args:
        exercise: of the curriculum.
        results: of a run of its study.
        tuning_seconds: of the sweeps that chose its settings.
    """
    claims = exercise.claims_of()
    findings = decide(claims, results)
    values = values_of(exercise.numbers_of(), results)
    changed = changed_rules(claims, record_of(results).rules)
    words = told(load_words(exercise.texts), findings, values, exercise.texts, changed)
    return Decided(exercise, results, findings, words, values, changed, tuning_seconds)


def tuning_seconds(runs: Path, folder: store.RunFolder) -> float:
    """The seconds of the sweeps that chose a run's settings: those between it and the run of its study before."""
    study, run = folder.path.parent.name, folder.path.name
    before = max((one.path.name for one in store.folders(runs, study) if one.path.name < run), default="")
    sweeps = [one for path in runs.glob(f"{study}.*") for one in store.folders(runs, path.name)]
    seconds = 0.0
    for one in sweeps:
        if one.complete and before < one.path.name < run:
            with contextlib.suppress(Damaged):
                seconds += record_of(one.results()).seconds.get("total", 0.0)
    return seconds


def _plain(value: Any) -> Any:
    """A value that JSON has, a number with four digits; None where it is not finite."""
    if isinstance(value, float):
        return float(f"{value:.4g}") if math.isfinite(value) else None
    return value
