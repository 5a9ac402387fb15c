"""Training a learner of the user's own in Python."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax

from waza.core.errors import Error
from waza.core.language import system_language
from waza.data import Dataset
from waza.engine.checkpoint import Checkpoint
from waza.engine.describe import describe, fingerprint
from waza.engine.processes import by_first, check_same
from waza.engine.returned import check_returned
from waza.engine.single import single_program, train_single
from waza.engine.training import Keep, Plan
from waza.engine.watch import Watch
from waza.kinds.fit_folder import FitFolder, fit_folder, model_of_first
from waza.kinds.given_data import given_to, model_of_learner
from waza.kinds.model import Model
from waza.kinds.model_folder import save_model
from waza.kinds.settling import evaluate_every, usual_steps
from waza.learners import Learner, Supervised
from waza.learners.given import check_pieces
from waza.learners.rows import row_count

REMEDY = "choose another folder"
RESULTS = ("best_step", "steps", "ending", "diverged_at", "seconds")


def fit_learner(
    learner: Learner,
    data: Any,
    steps: int | None,
    epochs: int | None,
    seed: int,
    keep: Keep,
    target: str | None,
    path: Path | None,
    watch: Watch,
) -> Model:
    """Train a learner; the arguments are those of `waza.fit`."""
    given = given_to(learner, data, target, validated=keep == "best")
    check_pieces({"": learner}, given.data)
    steps = _steps(learner, given.data, steps, epochs)
    check_returned({"": learner}, given.data, steps)
    plan = Plan(
        steps=steps,
        evaluate_every=evaluate_every(steps),
        keep=keep,
        measure=learner.selection(given.data) if keep == "best" else None,
        end_diverged=True,
    )
    notes = [note.say(system_language()) for note in given.notes]
    program = single_program(learner, given.data, steps)
    asked = {
        "learner": fingerprint(describe(learner))[:16],
        "rows": fingerprint(describe(jax.tree.leaves(given.data)))[:16],
        **{"steps": steps, "seed": seed, "keep": keep},
    }
    check_same(asked)
    with _folder(path, asked) as folder:
        if folder is not None and by_first(lambda: folder.finished):
            return model_of_first(folder.path, learner, given.data)
        checkpoint = None if folder is None else Checkpoint(folder.checkpoint, REMEDY)
        trained = train_single(program, seed, plan, checkpoint, watch)
        model = model_of_learner(learner, given, trained.variables, trained.history, notes)
        if folder is not None and (trained.diverged_at is None or keep == "best"):
            by_first(lambda: _keep(folder, model, trained))
    if trained.diverged_at is not None:
        kept = f", and those of step {trained.best_step} are kept in {path}" if path and keep == "best" else ""
        raise Error(f"the loss is not finite at step {trained.diverged_at}{kept}: give a smaller learning rate")
    return model


def _keep(folder: FitFolder, model: Model, trained: Any) -> None:
    save_model(folder.path, model)
    folder.finish({name: getattr(trained, name) for name in RESULTS})


@contextlib.contextmanager
def _folder(path: Path | None, asked: dict[str, Any]) -> Iterator[FitFolder | None]:
    if path is None:
        yield None
        return
    with fit_folder(path, asked, fresh=False) as folder:
        yield folder


def _steps(learner: Learner, data: Any, steps: int | None, epochs: int | None) -> int:
    """The steps that are asked for, or what is usual."""
    if steps is not None and epochs is not None:
        raise Error("both epochs and steps are given; give one of them")
    if steps is not None:
        return steps
    if not isinstance(learner, Supervised) or not isinstance(data, Dataset):
        raise Error(f"the rows of an epoch of {type(learner).__name__} are not known: give steps=, such as steps=1000")
    return usual_steps(max(1, row_count(data.train) // learner.targets_a_step), epochs)
