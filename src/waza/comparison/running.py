"""Running a comparison: the study, its report, and the best model, trained again and kept."""

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import numpy as np
import xarray as xr

from waza import report
from waza.comparison.outcomes import Outcome, best_variants, outcomes
from waza.comparison.question import Question
from waza.comparison.references import CONSTANT, seconds_of_references, with_references
from waza.comparison.splits import Splits, on_one_split
from waza.comparison.standing import with_standing
from waza.comparison.words import answer, comparison_texts, study_words
from waza.comparison.worth import Gap, above_constant, beside_references
from waza.core.arrays import finite
from waza.core.errors import Error
from waza.core.files import check_path
from waza.core.language import LANGUAGES
from waza.data import Note
from waza.engine.executors import Executor
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.kinds.model import Model
from waza.kinds.model_folder import prepared_model
from waza.kinds.trained import learner_of
from waza.learners import Learner
from waza.report.words import StudyWords
from waza.study import Finding, Watch, decide, run
from waza.study.conduct import TOGETHER, TRIALS, TUNING, unreported
from waza.study.forecast import Forecast
from waza.study.progress import Progress, announce_phases, begin_phase, watched
from waza.study.store import MODEL, RunFolder

SEEDS = 30
CHOSEN_BY = "validation_loss"
REFERENCES, LAST = "reference models", "model and report"  # phases
REST = 0.35  # the share of the time until the trials begin that the kept model and the report take, about
AFTER_TUNING = 1.7  # of the time of tuning on one split, with the comparison: from 20 to 60 trials after 60
TRIALS_ALONE = 2  # blocks of seeds of the comparison, about


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The result of a comparison.

    Args:
        question: what was compared on which data.
        results: all trials, and the reference rows.
        findings: the verdict on each technique.
        outcomes: the effect of each technique, the most helpful first.
        best: the best model's variant.
        model: the best model on the validation rows.
        constant: how far the networks are above the constant prediction.
        references: how far the best variant is above the reference models.
        page: the report; None where no run is kept.
        folder: of the best model, for `waza use`; None where no run is kept.
    """

    question: Question
    results: xr.Dataset
    findings: tuple[Finding, ...]
    outcomes: list[Outcome]
    best: str
    model: Model
    constant: Gap
    references: tuple[Gap, ...]
    page: Path | None = None
    folder: Path | None = None

    @property
    def notes(self) -> tuple[Note, ...]:
        """Notes on the data."""
        return self.question.material.notes

    @cached_property
    def words(self) -> Mapping[str, StudyWords]:
        """The report's texts by language."""
        seeds = int(self.results.sizes["seed"])
        return {
            one: study_words(self.question, self.findings, self.outcomes, self.best, seeds, one, *self._sentences(one))
            for one in LANGUAGES
        }

    def answer(self, language: str = "en") -> str:
        """Which techniques help, make no difference, harm; first, if it is so, that no network beats a constant.

        Then where the best network stands beside the reference models, and on how many rows this rests.
        """
        return comparison_texts(language)["spacer"].join(self._sentences(language))

    def _sentences(self, language: str) -> tuple[str, str]:
        """The answer, and what must be known of it."""
        seeds, question = int(self.results.sizes["seed"]), self.question
        return with_standing(
            answer(self.outcomes, question.material.preparation.task, seeds, language),
            question,
            self.outcomes,
            self.constant,
            self.references,
            comparison_texts(language)["techniques"],
            seeds,
            language,
        )

    def to_json(self) -> dict[str, Any]:
        """All figures in types that JSON has."""
        return report.as_json(self.results, self.findings) | {
            "outcomes": [finite(dataclasses.asdict(one)) for one in self.outcomes],
            "constant": finite(dataclasses.asdict(self.constant)),
            "references": [finite(dataclasses.asdict(one)) for one in self.references],
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
    executor: Executor | None = None,
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
        executor: computes the units of work; in this process if not given.

    Raises:
        Error: every variant diverged, or the folder cannot be used.
        Interrupted: `watch` asked to stop; the same call resumes.
    """
    runs = None if runs is None else check_path(runs, "runs")
    with watched(question.study.name, watch) as watching:
        return _compared(question, runs, watching, fresh, max_seeds, language, executor)


def _compared(
    question: Question,
    runs: str | Path | None,
    watch: Watch,
    fresh: bool,
    max_seeds: int,
    language: str,
    executor: Executor | None,
) -> Comparison:
    """The comparison, with progress in phases."""
    first = [TOGETHER] if isinstance(question.study.data, Splits) else [TUNING, TRIALS]
    announce_phases(watch, [*first, REFERENCES, LAST])
    results = _run(question, runs, watch, fresh, max_seeds, executor)
    if runs is None:
        return _found(question, results, watch)
    folder = RunFolder(Path(results.attrs["folder"]))
    with folder.held() as mine:
        if not mine:
            raise Error(f"another process is working in {folder.path}: wait for it, and give the same command again")
        found = _found(question, results, watch)
        folder.finish(found.results)
        found.model.save(folder.path / MODEL)
        page = report.write_report(folder.path, found.results, found.findings, found.words, language)
    return dataclasses.replace(found, page=page, folder=folder.path / MODEL)


def _found(question: Question, results: xr.Dataset, watch: Watch) -> Comparison:
    """What the results say, and the best model; the reference rows are added where a run was cut off before."""
    preparation, study = question.material.preparation, question.study
    begin_phase(watch, REFERENCES)
    if CONSTANT not in results["variant"].values:
        results = with_references(results, study.data, preparation.task, preparation.outputs, watch)
    begin_phase(watch, LAST)
    measure = question.measure(study.measure)
    findings = decide(study.claims, results)
    best, model = _kept(question, results)
    constant = above_constant(results, measure)
    return Comparison(
        question,
        results,
        findings,
        outcomes(findings, results, constant),
        best,
        model,
        constant,
        beside_references(results, measure, best),
    )


def _run(
    question: Question,
    runs: str | Path | None,
    watch: Watch,
    fresh: bool,
    max_seeds: int,
    executor: Executor | None,
) -> xr.Dataset:
    """The results: of a fixed number of splits, or of one split with seeds until the claims are decided."""
    study, preparation = question.study, question.material.preparation
    drawn, heard = isinstance(study.data, Splits), list[float]()
    seeds = min(max_seeds, study.seeds)

    def told(seconds: float, block: int) -> None:
        if not heard and isinstance(watch, Progress):
            references = seconds_of_references(study.data, preparation.task, preparation.outputs)
            after = AFTER_TUNING if block < study.block else TRIALS_ALONE  # tuning of an earlier run may be there
            trials = seconds * (1 if drawn else after)
            watch.expected(trials + references * (seeds if drawn else 1) + REST * watch.waited)
        heard.append(seconds)

    limit, executor = None if drawn else max_seeds, executor or Forecast(told)
    if drawn:
        study = dataclasses.replace(study, seeds=seeds, block=seeds)
    found = None if fresh or runs is None else unreported(study, runs, watch, limit)
    return run(study, runs, watch, fresh, limit, executor=executor) if found is None else found


def _kept(question: Question, results: xr.Dataset) -> tuple[str, Model]:
    """The best variant on the validation rows and its model, trained again; the next one where that diverges.

    Raises:
        Error: every variant diverged.
    """
    for variant in best_variants(results, question.measure(CHOSEN_BY)):
        model = best_model(question, results, variant)
        if all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(model.variables)):
            return variant, model
    raise Error("every variant diverged, so there is no model to keep: look for wrong numbers in the table")


def best_model(question: Question, results: xr.Dataset, variant: str) -> Model:
    """A tuned variant, trained once more from the first seed."""
    study = question.study
    chosen: Any = learner_of(study, results, variant)
    learner = on_one_split(chosen)
    variables = train_again(learner, question.material.dataset, study.steps, int(results["seed"][0]))
    return prepared_model(learner.model, variables, question.material.preparation)


def train_again(learner: Learner, data: Any, steps: int, seed: int) -> Any:
    """The variables that this learner has in a study after its last step, in the trial with this seed."""
    program = single_program(learner, data, steps)
    return train_single(program, seed, Plan(steps=steps, evaluate_every=steps, keep="last")).variables
