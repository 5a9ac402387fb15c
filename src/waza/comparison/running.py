"""Running a comparison: the study, its report, and the best model, trained again and kept."""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from waza import report
from waza.comparison.outcomes import Outcome, best_variant, outcomes
from waza.comparison.question import Question
from waza.comparison.words import answer, study_words
from waza.core.files import write_whole
from waza.core.language import LANGUAGES
from waza.data import Note
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.kinds.model_folder import model_of, save_model
from waza.learners import Learner
from waza.report.words import StudyWords
from waza.study import Finding, Watch, decide, run
from waza.study.record import record_of
from waza.study.tuning import change, tuned_name

SEEDS = 30
CHOSEN_BY = "validation_loss"


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The result of a comparison.

    Args:
        question: what was compared on which data.
        results: all trials.
        findings: the verdict on each technique.
        outcomes: the effect of each technique, the most helpful first.
        words: the report's texts by language.
        page: the report.
        model: the folder of the best model, for `waza use`.
        best: the best model's variant.
    """

    question: Question
    results: xr.Dataset
    findings: tuple[Finding, ...]
    outcomes: list[Outcome]
    words: Mapping[str, StudyWords]
    page: Path
    model: Path
    best: str

    @property
    def notes(self) -> tuple[Note, ...]:
        """Notes on the data."""
        return self.question.material.notes

    def answer(self, language: str = "en") -> str:
        """One sentence: which techniques help, make no difference, harm."""
        seeds, preparation = int(self.results.sizes["seed"]), self.question.material.preparation
        return answer(self.outcomes, preparation.task, seeds, language)

    def to_json(self) -> dict[str, Any]:
        """All figures in types that JSON has."""
        return report.as_json(self.results, self.findings) | {
            "outcomes": [finite(dataclasses.asdict(one)) for one in self.outcomes],
            "notes": [{"kind": note.kind, **note.values} for note in self.notes],
            "model": str(self.model),
        }


def run_comparison(
    question: Question,
    runs: str | Path = "runs",
    watch: Watch | None = None,
    fresh: bool = False,
    max_seeds: int = SEEDS,
    language: str = "en",
) -> Comparison:
    """Compare techniques until the question is decided; the report and the best model are kept in the run's folder.

    Args:
        question: what to compare on which data.
        runs: the folder of all runs.
        watch: receives progress events, and may ask to stop.
        fresh: start over, even if a run was interrupted.
        max_seeds: the largest number of trials of each variant.
        language: the report's first language.

    Raises:
        Error: every variant diverged, or the folder cannot be used.
        Interrupted: `watch` asked to stop; the same call resumes.
    """
    results = run(question.study, runs, watch, fresh, max_seeds)
    findings = decide(question.study.claims, results)
    words = {one: study_words(question, one) for one in LANGUAGES}
    folder = Path(results.attrs["folder"])
    page = folder / "report.html"
    write_whole(page, report.render_page(results, findings, words, language).encode())
    best = best_variant(results, question.measure(CHOSEN_BY))
    keep_variant(question, results, best, folder / "model")
    return Comparison(question, results, findings, outcomes(findings), words, page, folder / "model", best)


def keep_variant(question: Question, results: xr.Dataset, variant: str, folder: Path) -> None:
    """Train a tuned variant once more, from the first seed, and save the model."""
    choices = {tuned_name(choice.variant): choice for choice in record_of(results).tuning}
    study = question.study
    learner = change(study.variants[choices[variant].variant], choices[variant].settings)
    variables = train_again(learner, study.data, study.steps, int(results["seed"][0]))
    save_model(folder, model_of(learner.model, variables, question.material.preparation))


def train_again(learner: Learner, data: Any, steps: int, seed: int) -> Any:
    """The variables that this learner has in a study after its last step, in the trial with this seed."""
    program = single_program(learner, data, steps)
    return train_single(program, seed, Plan(steps=steps, evaluate_every=steps, keep="last")).variables


def finite(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with None for a number that is not finite, which JSON does not have.

    >>> finite({"points": math.nan, "technique": "adam"})
    {'points': None, 'technique': 'adam'}
    """
    return {name: None if isinstance(one, float) and not math.isfinite(one) else one for name, one in values.items()}
