"""One long training: segments of steps, evaluations, the best variables kept, and a stop where nothing improves."""

import dataclasses
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jax
import numpy as np

from waza.core.errors import Error
from waza.engine.feeding import Feed
from waza.engine.pace import Pace
from waza.engine.progress import Progress, restored, save
from waza.engine.watch import Interrupted, Watch

Measures = dict[str, float]
Ending = Literal["all steps", "no improvement", "diverged"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """How long a learner trains, and by what its best variables are known.

    Args:
        steps: at most so many updates.
        evaluate_every: steps between evaluations (there is one before the first step and one after the last).
        patience: evaluations without a new best after which training stops; None trains to the last step.
        measure: what is to be small.
    """

    steps: int
    evaluate_every: int
    patience: int | None = None
    measure: str = "validation_loss"

    def __post_init__(self):
        for name in ("steps", "evaluate_every", "patience"):
            value = getattr(self, name)
            if not (name == "patience" and value is None) and (not isinstance(value, int) or value < 1):
                raise Error(f"{name} is {value!r}; expected a whole number of at least 1")


class Trained(NamedTuple):
    """A training that has come to its end: the best variables, and how it went.

    `diverged_at` is the step whose loss was no number, or None; `seconds` of training are those of all processes.
    """

    variables: Any
    best_step: int
    history: list[dict[str, Any]]
    steps: int
    ending: Ending
    diverged_at: int | None
    seconds: float

    @property
    def best(self) -> Measures:
        """The measures of the best variables."""
        return next(one for one in self.history if one["step"] == self.best_step)


def train(
    feed: Feed,
    plan: Plan,
    checkpoint: Path | None = None,
    watch: Watch | None = None,
    heard: Callable[[int, Measures], None] = lambda step, measures: None,
) -> Trained:
    """Train to the end of the plan, until nothing improves, or until the loss is no number.

    Args:
        feed: the learner with its data.
        plan: how long.
        checkpoint: a file that is kept up to date; where there is one, training goes on from it, and ends with the same
            bits as if it had not been cut off.
        watch: is told of progress, and may ask to stop.
        heard: is given the step and the measures of each evaluation that is made.

    Raises:
        Error: the checkpoint is damaged or of another learner, or the loss is no number from the beginning.
        Interrupted: `watch` asked to stop; the checkpoint is written.
    """
    watch, pace = watch or Watch(), Pace()
    kept = None if checkpoint is None else restored(checkpoint, feed)
    now = kept or Progress(feed.start(), feed.empty(), None)
    watch.compiling(2)
    now.state, now.tally = feed.train(now.state, now.tally, now.step, now.step)  # compiles, and takes no step
    watch.training(plan.steps)
    watch.advance(now.step)
    ending: Ending | None = None
    while ending is None:
        begun = time.perf_counter()
        if _evaluation_due(now, plan):
            measures = feed.evaluate(now.state) | _batch_means(now.tally)
            _judge(now, measures, plan)
            heard(now.step, measures)
            now.tally = feed.empty()
        ending = _ending(now, plan)
        if ending is None:
            stop = min(now.step + pace.steps(), _next_evaluation(now, plan))
            with pace.segment(stop - now.step):
                now.state, now.tally = feed.train(now.state, now.tally, now.step, stop)
            watch.advance(stop - now.step)
            now.step = stop
        now.seconds += time.perf_counter() - begun
        asked = watch.stop_asked()
        if checkpoint is not None and not _diverged(now) and (asked or pace.checkpoint_due()):
            with pace.checkpoint():
                save(checkpoint, now)
        if asked and ending is None:
            raise Interrupted(f"stopped at step {now.step} of {plan.steps}")
    if now.best_step < 0:
        raise Error("the loss is no number before the first step: look for wrong numbers in the data")
    diverged_at = int(now.tally.diverged_at) if _diverged(now) else None
    return Trained(now.best, now.best_step, now.history, now.step, ending, diverged_at, now.seconds)


def _next_evaluation(now: Progress, plan: Plan) -> int:
    """The step of the next evaluation."""
    return min(len(now.history) * plan.evaluate_every, plan.steps)


def _evaluation_due(now: Progress, plan: Plan) -> bool:
    """Whether this step is to be evaluated and has not been; a state that diverged is not."""
    made = now.history[-1]["step"] if now.history else -1
    return now.step == _next_evaluation(now, plan) > made and not _diverged(now)


def _diverged(now: Progress) -> bool:
    return int(now.tally.diverged_at) >= 0


def _ending(now: Progress, plan: Plan) -> Ending | None:
    """Why training ends here, if it does."""
    if _diverged(now) or now.best_step < 0:
        return "diverged"
    if now.history[-1]["step"] == plan.steps:
        return "all steps"
    since = sum(one["step"] > now.best_step for one in now.history)
    return "no improvement" if plan.patience is not None and since >= plan.patience else None


def _judge(now: Progress, measures: Measures, plan: Plan) -> None:
    """Note the measures, and the variables where they are the best yet."""
    value = measures.get(plan.measure)
    if value is None:
        raise Error(f"the learner does not measure {plan.measure!r}; it measures {', '.join(measures)}")
    best = min((one[plan.measure] for one in now.history if math.isfinite(one[plan.measure])), default=math.inf)
    now.history.append({"step": now.step, **measures})
    if value < best:
        # Copies: the state's own arrays are used up by the next step.
        now.best, now.best_step = jax.tree.map(np.array, jax.device_get(now.state.variables)), now.step


def _batch_means(tally: Any) -> Measures:
    """The means of what the steps since the last evaluation recorded."""
    steps = int(tally.steps)
    return {f"batch_{name}": float(value) / steps for name, value in tally.sums.items()} if steps else {}
