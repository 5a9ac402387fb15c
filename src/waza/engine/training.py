"""Train a program: segments of steps, evaluations, checkpoints, and the variables that are kept."""

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, get_args

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error, nearest
from waza.core.showing import shown
from waza.engine.checkpoint import Checkpoint, Progress, Trial
from waza.engine.describe import describe, fingerprint
from waza.engine.pace import Pace
from waza.engine.processes import any_of, arrays_of_first, of_first
from waza.engine.program import Program
from waza.engine.watch import Interrupted, Watch
from waza.learners import Measure

Keep = Literal["best", "last"]
Ending = Literal["all steps", "no improvement", "diverged"]
LAST_STEP = 2**31 - 1  # steps are int32 in compiled programs
MOST_EVALUATIONS = 1_000_000  # whose measures are held in memory


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """How long a training lasts, and what is kept of it.

    Args:
        steps: at most this many updates.
        evaluate_every: steps between evaluations (there is one before the first step and one after the last).
        keep: which variables are kept: those of each trial's best evaluation by `measure`, or the last; None for none.
        measure: by which evaluations are compared.
        patience: evaluations without improvement of any trial after which training ends; None trains to the last step.
        end_diverged: whether training ends when every trial has diverged.
    """

    steps: int
    evaluate_every: int
    keep: Keep | None = None
    measure: Measure | None = None
    patience: int | None = None
    end_diverged: bool = False

    def __post_init__(self):
        least = {"steps": 0, "evaluate_every": 1} | ({} if self.patience is None else {"patience": 1})
        for name, smallest in least.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < smallest:
                raise Error(f"{name} is {shown(value)}; expected a whole number of at least {smallest}")
        if self.steps > LAST_STEP:
            raise Error(f"steps is {self.steps}; expected at most {LAST_STEP}")
        if self.evaluations > MOST_EVALUATIONS:
            every = -(-self.steps // (MOST_EVALUATIONS - 1))
            raise Error(
                f"steps={self.steps} and evaluate_every={self.evaluate_every} give {self.evaluations:,} evaluations, "
                f"and {MOST_EVALUATIONS:,} are the most: evaluate every {every} steps"
            )
        if self.keep is not None and self.keep not in get_args(Keep):
            raise Error(f"keep is {self.keep!r}; expected one of {', '.join(map(repr, get_args(Keep)))}, or None")
        if (self.keep == "best" or self.patience is not None) and (self.measure is None or not self.measure.sign):
            name = "none" if self.measure is None else repr(self.measure.name)
            raise Error(
                f"the best evaluation is asked for, and the measure is {name}: choose one that is declared with "
                "better='higher' or 'lower'"
            )

    @property
    def evaluations(self) -> int:
        """The number of evaluations of a training that is not ended early."""
        return 1 + -(-self.steps // self.evaluate_every)

    def step_of(self, evaluation: int) -> int:
        """The step of an evaluation, counted from 0.

        >>> [Plan(steps=25, evaluate_every=10).step_of(i) for i in range(4)]
        [0, 10, 20, 25]
        """
        return min(evaluation * self.evaluate_every, self.steps)


class Trained(NamedTuple):
    """A training that has ended.

    `measures` are by path, (evaluation, seed, variant), at the steps `evaluated`; `diverged_at` and `best_step` have
    the axes (seed, variant) and are -1 where there is none; `kept` is by trial; `seconds` are those of all processes.
    """

    measures: dict[str, np.ndarray]
    evaluated: list[int]
    diverged_at: np.ndarray
    best_step: np.ndarray
    kept: dict[Trial, PyTree[np.ndarray]]
    steps: int
    ending: Ending
    seconds: float

    def history(self, seed: int = 0, variant: int = 0) -> list[dict[str, Any]]:
        """The measures of each evaluation of one trial, with its step; what was not counted is left out."""
        return [_entry(step, self.measures, i, seed, variant) for i, step in enumerate(self.evaluated)]


def train(
    program: Program,
    seeds: range,
    plan: Plan,
    checkpoint: Checkpoint | None = None,
    watch: Watch | None = None,
    heard: Callable[[dict[str, Any]], None] = lambda entry: None,
) -> Trained:
    """Train all trials of a program to the end of the plan.

    Args:
        program: the trials.
        seeds: as many as the program computes at once.
        plan: how long, and what is kept.
        checkpoint: a file that is kept up to date; training goes on from it, with the same bits as if never cut off.
        watch: receives progress events, and may ask to stop.
        heard: receives the first trial's measures of each evaluation that is made, with its step.

    Raises:
        Error: the checkpoint is damaged, or of a training with other settings, another seed or data of other shapes; or
            the plan's measure is not measured.
        Interrupted: `watch` asked to stop; the checkpoint is written.
    """
    watch, pace = watch or Watch(), Pace()
    now = None
    if checkpoint is not None:
        now, settings = checkpoint.load(program, seeds), _settings(program, seeds, plan)
        if now is not None and now.settings != settings:
            raise Error(f"{checkpoint.path} is of a training with other settings: {checkpoint.remedy}")
    if now is None:
        shape = (len(seeds), len(program.group.learners))
        now = Progress(program.start(seeds), best_step=np.full(shape, -1, np.int32))
        now.settings = "" if checkpoint is None else settings
    watch.advance(now.step)
    ending: Ending | None = None
    while ending is None:
        begun = time.perf_counter()
        diverged_at = program.diverged_at(now.portions)
        if _evaluation_due(now, plan) and not (plan.end_diverged and _all(diverged_at)):
            _evaluate(program, now, plan)
            heard(_entry(now.step, now.measures, -1, 0, 0))
        ending = _ending(now, plan, diverged_at)
        if ending is None:
            stop = min(now.step + of_first(pace.steps()), plan.step_of(len(now.evaluated)))
            with pace.segment(stop - now.step):
                now.portions = program.train(now.portions, now.step, stop)
            watch.advance(stop - now.step)
            now.step = stop
        now.seconds += time.perf_counter() - begun
        asked = any_of(watch.stop_asked())
        sound = not (plan.end_diverged and _all(program.diverged_at(now.portions)))  # else the last sound one stays
        if checkpoint is not None and sound and (asked or ending or of_first(pace.checkpoint_due())):
            with pace.checkpoint():
                checkpoint.save(now)
        if asked and ending is None:
            raise Interrupted(f"stopped at step {now.step} of {plan.steps}")
    if plan.keep == "last":
        now.kept = {trial: program.kept(now.portions, *trial) for trial in _trials(program)}
    diverged_at = program.diverged_at(now.portions)
    return Trained(now.measures, now.evaluated, diverged_at, now.best_step, now.kept, now.step, ending, now.seconds)


def _settings(program: Program, seeds: range, plan: Plan) -> str:
    """A digest of what a training must have in common with the one whose checkpoint it goes on from."""
    data = [(str(leaf.dtype), leaf.shape) for leaf in jax.tree.leaves(program.group.arrays)]
    measure = None if plan.measure is None else plan.measure.to_json()
    decisive = [seeds.start, plan.steps, plan.evaluate_every, plan.keep, measure]
    return fingerprint([describe(program.group.learners), describe(data), decisive])


def _trials(program: Program) -> list[Trial]:
    return [(seed, variant) for seed in range(program.seeds) for variant in range(program.group.variants)]


def _all(diverged_at: np.ndarray) -> bool:
    return bool((diverged_at >= 0).all())


def _evaluation_due(now: Progress, plan: Plan) -> bool:
    """Whether this step is to be evaluated and has not been."""
    made = len(now.evaluated)
    return made < plan.evaluations and now.step == plan.step_of(made)


def _ending(now: Progress, plan: Plan, diverged_at: np.ndarray) -> Ending | None:
    """The reason why training ends here, if it does."""
    if len(now.evaluated) == plan.evaluations:
        return "all steps"
    hopeless = plan.keep == "best" and bool(now.evaluated) and _all(-now.best_step - 1)  # no evaluation was finite
    if plan.end_diverged and (_all(diverged_at) or hopeless):
        return "diverged"
    if plan.patience is not None:
        since = sum(step > now.best_step.max() for step in now.evaluated)
        if since >= plan.patience:
            return "no improvement"
    return None


def _entry(step: int, measures: dict[str, np.ndarray], evaluation: int, seed: int, variant: int) -> dict[str, Any]:
    """The measures of one trial at one evaluation, without the records of which nothing was counted."""
    values = {path: float(array[evaluation, seed, variant]) for path, array in measures.items()}
    return {"step": step} | {
        path: value for path, value in values.items() if not (path.startswith("batch_") and math.isnan(value))
    }


def _evaluate(program: Program, now: Progress, plan: Plan) -> None:
    """Evaluate all trials, and keep the variables of those that are at their best."""
    fresh = arrays_of_first(program.evaluate(now.portions) | program.recorded(now.portions))
    nothing = np.full(now.best_step.shape, np.nan, np.float32)  # where `judge` measures other layers than before
    before = np.broadcast_to(nothing, (len(now.evaluated), *nothing.shape))
    now.measures = {
        path: np.concatenate([now.measures.get(path, before), fresh.get(path, nothing)[None]])
        for path in (*fresh, *(path for path in now.measures if path not in fresh))
    }
    now.evaluated.append(now.step)
    now.portions = program.clear(now.portions)
    if plan.measure is not None and plan.measure.sign:
        _note_best(program, now, plan, plan.measure)


def _note_best(program: Program, now: Progress, plan: Plan, measure: Measure) -> None:
    values = now.measures.get(measure.name)
    if values is None:
        raise Error(f"the learner does not measure {measure.name!r}: {nearest(measure.name, now.measures)}")
    for seed, variant in _trials(program):
        best, value = int(now.best_step[seed, variant]), float(values[-1, seed, variant])
        before = float("nan") if best < 0 else float(values[now.evaluated.index(best), seed, variant])
        if np.isfinite(value) and measure.improves(value, on=before):
            now.best_step[seed, variant] = now.step
            if plan.keep == "best":
                now.kept[seed, variant] = program.kept(now.portions, seed, variant)
