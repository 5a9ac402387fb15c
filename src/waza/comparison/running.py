"""Running a comparison: the study, its report, and the best model, trained again and kept."""

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr

from waza import report
from waza.comparison.outcomes import Outcome, best_variant, outcomes
from waza.comparison.question import Question
from waza.comparison.words import study_words
from waza.core.arrays import finite
from waza.core.language import LANGUAGES
from waza.data import Note
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.kinds.model import Model
from waza.kinds.model_folder import load_model, prepared_model
from waza.kinds.trained import learner_of
from waza.learners import Learner
from waza.report.words import StudyWords
from waza.study import Finding, Watch, decide, run

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
        best: the best model's variant.
        page: the report; None where no run is kept.
        folder: of the best model, for `waza use`; None where no run is kept.
    """

    question: Question
    results: xr.Dataset
    findings: tuple[Finding, ...]
    outcomes: list[Outcome]
    words: Mapping[str, StudyWords]
    best: str
    page: Path | None = None
    folder: Path | None = None

    @property
    def notes(self) -> tuple[Note, ...]:
        """Notes on the data."""
        return self.question.material.notes

    @cached_property
    def model(self) -> Model:
        """The best model on the validation rows: read from its folder, or trained when it is first asked for."""
        if self.folder is not None:
            return load_model(self.folder)
        return best_model(self.question, self.results, self.best)

    def answer(self, language: str = "en") -> str:
        """One sentence: which techniques help, make no difference, harm."""
        return self.words[language].answer

    def to_json(self) -> dict[str, Any]:
        """All figures in types that JSON has."""
        return report.as_json(self.results, self.findings) | {
            "outcomes": [finite(dataclasses.asdict(one)) for one in self.outcomes],
            "notes": [{"kind": note.kind, **note.values} for note in self.notes],
            "model": None if self.folder is None else str(self.folder),
        }


def run_comparison(
    question: Question,
    runs: str | Path | None = "runs",
    watch: Watch | None = None,
    fresh: bool = False,
    max_seeds: int = SEEDS,
    language: str = "en",
) -> Comparison:
    """Compare techniques until the question is decided; the report and the best model are kept in the run's folder.

    Args:
        question: what to compare on which data.
        runs: the folder of all runs; None keeps nothing, and makes no report.
        watch: receives progress events, and may ask to stop. Without one, progress is shown on a terminal and in a
            notebook; `waza.Watch()` shows nothing.
        fresh: start over, even if a run was interrupted.
        max_seeds: the largest number of trials of each variant.
        language: the report's first language.

    Raises:
        Error: every variant diverged, or the folder cannot be used.
        Interrupted: `watch` asked to stop; the same call resumes.
    """
    results = run(question.study, runs, watch, fresh, max_seeds)
    findings = decide(question.study.claims, results)
    effects = outcomes(findings, results)
    best, seeds = best_variant(results, question.measure(CHOSEN_BY)), int(results.sizes["seed"])
    words = {one: study_words(question, findings, effects, best, seeds, one) for one in LANGUAGES}
    found = Comparison(question, results, findings, effects, words, best)
    if runs is None:
        return found
    folder = Path(results.attrs["folder"])
    page = report.write_report(folder, results, findings, words, language)
    best_model(question, results, best).save(folder / "model")
    return dataclasses.replace(found, page=page, folder=folder / "model")


def best_model(question: Question, results: xr.Dataset, variant: str) -> Model:
    """A tuned variant, trained once more from the first seed."""
    study = question.study
    learner: Any = learner_of(study, results, variant)
    variables = train_again(learner, study.data, study.steps, int(results["seed"][0]))
    return prepared_model(learner.model, variables, question.material.preparation)


def train_again(learner: Learner, data: Any, steps: int, seed: int) -> Any:
    """The variables that this learner has in a study after its last step, in the trial with this seed."""
    program = single_program(learner, data, steps)
    return train_single(program, seed, Plan(steps=steps, evaluate_every=steps, keep="last")).variables
