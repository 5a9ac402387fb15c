"""A single training: one learner, one seed, and devices that share its batches."""

from collections.abc import Callable
from typing import Any, NamedTuple

from jax.sharding import Mesh
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.core.memory import enough_memory
from waza.engine.checkpoint import Checkpoint
from waza.engine.devices import each_core_a_device, mesh_for_batches
from waza.engine.executors import prepare
from waza.engine.group import Group
from waza.engine.layout import Layout
from waza.engine.program import Program
from waza.engine.shapes import batch_shapes, common_rows
from waza.engine.training import Ending, Plan, train
from waza.engine.watch import Watch
from waza.learners import Learner
from waza.learners.keys import LAST_SEED

REMEDY = "give smaller batches, or a smaller model"


class Fitted(NamedTuple):
    """A single training that has ended: what is kept of it, and how it went.

    `variables` are what the learner's `kept` returns, at `best_step` (or the last step); `history` has the measures of
    each evaluation with its step; `diverged_at` is the step whose loss was not finite, or None.
    """

    variables: PyTree
    best_step: int
    history: list[dict[str, Any]]
    steps: int
    ending: Ending
    diverged_at: int | None
    seconds: float

    @property
    def best(self) -> dict[str, Any]:
        """The measures of the variables that are kept; of the last ones, those of the last evaluation before them."""
        return max((one for one in self.history if one["step"] <= self.best_step), key=lambda one: one["step"])


def single_program(learner: Learner, data: Any, steps: int, mesh: Mesh | None = None) -> Program:
    """The program of one trial, not compiled yet. Its batches and keys are those of a study's trial with that seed.

    Args:
        learner: what learns.
        data: what it learns from.
        steps: of the whole training.
        mesh: the devices that share its batches; chosen by the learner and its rows if not given.
    """
    each_core_a_device()
    source = learner.source(data)
    if mesh is None:
        mesh = mesh_for_batches(learner, common_rows(batch_shapes(learner, data, source)))
    layout = Layout.of_rows(mesh)
    return Program(Group([learner], data, source, layout), steps)


def train_single(
    program: Program,
    seed: int,
    plan: Plan,
    checkpoint: Checkpoint | None = None,
    watch: Watch | None = None,
    heard: Callable[[dict[str, Any]], None] = lambda entry: None,
) -> Fitted:
    """Train a single trial to the end of its plan, or until its loss is not finite; see `waza.engine.training.train`.

    Raises:
        Error: the measure by which the best step is chosen was never finite.
        Interrupted: `watch` asked to stop; the checkpoint is written.
    """
    if not 0 <= seed <= LAST_SEED:
        raise Error(f"seed is {seed}; expected a whole number from 0 to {LAST_SEED}")
    watch = watch or Watch()
    watch.compiling(1)
    with enough_memory(REMEDY):
        prepare([program], watch)
    watch.training(plan.steps)

    def evaluated(entry: dict[str, Any]) -> None:
        watch.evaluated(entry["step"], {name: value for name, value in entry.items() if name != "step"})
        heard(entry)

    with enough_memory(REMEDY):
        trained = train(program, range(seed, seed + 1), plan, checkpoint, watch, evaluated)
    watch.trained()
    best, diverged_at = int(trained.best_step[0, 0]), int(trained.diverged_at[0, 0])
    if plan.keep == "best" and best < 0:
        assert plan.measure is not None
        raise Error(f"{plan.measure.name} is not finite at any evaluation: look for wrong numbers in the data")
    return Fitted(
        trained.kept.get((0, 0)),
        trained.steps if plan.keep != "best" else best,
        trained.history(),
        trained.steps,
        trained.ending,
        None if diverged_at < 0 else diverged_at,
        trained.seconds,
    )
