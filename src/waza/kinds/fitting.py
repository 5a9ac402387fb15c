"""From a user's data to a trained model in a folder, with its report."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import LANGUAGES, system_language
from waza.engine.checkpoint import Checkpoint
from waza.engine.explosion import Explosion
from waza.engine.processes import by_first, check_same, first
from waza.engine.program import Program
from waza.engine.single import single_program, train_single
from waza.engine.training import Keep, Plan
from waza.engine.watch import Watch
from waza.kinds.events import Events
from waza.kinds.explained import chance_of_mean, shares_explained
from waza.kinds.fit_folder import EVENTS, REMEDY, REPORT, FitFolder, fit_folder, result_of
from waza.kinds.kind import Kind
from waza.kinds.material import Subject
from waza.kinds.model import Model
from waza.kinds.model_folder import load_model, prepared_model, save_model
from waza.kinds.options import FitOptions
from waza.kinds.registry import kind_of
from waza.kinds.settling import evaluate_every
from waza.kinds.usefulness import Finding
from waza.report.training_page import Training


class Fitted(NamedTuple):
    """A finished training: its folder, kind of model, settled options, result, and data with their notes.

    `before` says that it was finished before this call; `devices` is the number of devices that share a batch;
    `findings` are to be said first.
    """

    folder: FitFolder
    kind: Kind
    options: FitOptions
    result: dict[str, Any]
    material: Subject
    before: bool
    devices: int
    findings: Sequence[Finding]


class Ordered(NamedTuple):
    """What is to be trained: a kind of model, its settled options, the data, the learner, and how long."""

    kind: Kind
    options: FitOptions
    material: Subject
    learner: Any
    plan: Plan


def ordered(kind: Kind, asked: FitOptions, material: Subject, keep: Keep = "best") -> Ordered:
    """The training with what is left open settled by the data.

    Raises:
        Error: it would be longer than any program can count.
    """
    options = kind.settle(asked, material)
    learner = kind.learner(options, material)
    steps, best = kind.updates(options, learner), keep == "best" and kind.validated
    plan = Plan(
        steps=steps,
        evaluate_every=evaluate_every(steps),
        keep="best" if best else "last",
        measure=learner.selection(material.dataset) if best else None,
        patience=options.patience or None if best else None,
        end_diverged=True,
    )
    return Ordered(kind, options, material, learner, plan)


def program_of(order: Ordered) -> Program:
    """The program of what is to be trained, not compiled yet."""
    return single_program(order.learner, order.material.dataset, order.plan.steps)


def fit_in_folder(
    asked: FitOptions,
    path: Path,
    watch: Watch | None = None,
    fresh: bool = False,
    tensorboard: bool = False,
    language: str = "en",
) -> Fitted:
    """Train a model and keep it in a folder; a training that was interrupted resumes.

    Args:
        asked: the options; what is left open is settled by the data.
        path: the folder.
        watch: receives progress events, and may ask to stop.
        fresh: remove the training that the folder holds, and start over.
        tensorboard: also write TensorBoard event files.
        language: the report's first language.

    Raises:
        Error: an option, the data or the folder cannot be used.
        Interrupted: `watch` asked to stop; the same call resumes.
    """
    watch = watch or Watch()
    kind = kind_of(asked.model, asked.data)
    if not isinstance(asked, kind.options):
        raise Error(f"{asked.model} has {kind.options.__name__}, and {type(asked).__name__} are given")
    order = ordered(kind, asked, kind.read(asked, watch.reading))
    return fit_ordered(order, path, watch, fresh, tensorboard, language)


def fit_ordered(
    order: Ordered,
    path: Path,
    watch: Watch | None = None,
    fresh: bool = False,
    tensorboard: bool = False,
    language: str = "en",
) -> Fitted:
    """Train what was ordered in a folder, with a report; the other arguments are those of `fit_in_folder`.

    Of several processes, the first one alone reads and writes the folder; the others learn from it what they need.
    """
    kind, options, material, learner, plan = order
    best = plan.keep == "best"
    program = program_of(order)
    devices = program.group.layout.mesh.size
    asked = {**dataclasses.asdict(options), "rows": material.digest()} | ({} if best else {"keep": plan.keep})
    check_same(asked)
    with fit_folder(path, asked, fresh) as folder:
        before, model = by_first(lambda: folder.finished), None
        if before:
            result = by_first(folder.result)
        else:
            checkpoint = Checkpoint(folder.checkpoint, REMEDY)
            begin = kind.entry(learner, {"step": checkpoint.step()})["step"]
            events = Events(folder.path / EVENTS, begin) if tensorboard and first() else None
            model, result = train_ordered(order, program, checkpoint, events, watch)
            by_first(lambda: _keep(folder, model, result))
        found = kind.findings(material, result, best)
        by_first(lambda: _report(order, folder, model, result, found, language))
        return Fitted(folder, kind, options, result, material, before, devices, found)


def _keep(folder: FitFolder, model: Any, result: dict[str, Any]) -> None:
    save_model(folder.path, model)
    folder.finish(result)


def _report(
    order: Ordered,
    folder: FitFolder,
    trained: Model | None,
    result: dict[str, Any],
    found: Sequence[Finding],
    language: str,
) -> None:
    """Write the report, if it is not there.

    It comes last: without it the training is finished, and the same call makes it.
    """
    if folder.reported:
        return
    kind, options, material, _, _ = order
    model = load_model(folder.path) if trained is None else trained
    shown = Training(
        options.model,
        material.name,
        kind.unit,
        kind.folder,
        kind.shown(result["measures"]),
        result,
        [dict(one) for one in model.history],
        dataclasses.asdict(options),
        {one: said(found, material, one) for one in LANGUAGES},
    )
    write_whole(folder.path / REPORT, kind.page(model, material, shown, language).encode())


def train_ordered(
    order: Ordered,
    program: Program,
    checkpoint: Checkpoint | None = None,
    events: Events | None = None,
    watch: Watch | None = None,
) -> tuple[Model, dict[str, Any]]:
    """Train what was ordered; returns the model and the result."""
    kind, options, material, learner, plan = order
    best = plan.keep == "best"

    def heard(entry: dict[str, Any]) -> None:
        if events is not None:
            entry = kind.entry(learner, entry)
            events.write(entry["step"], {name: value for name, value in entry.items() if name != "step"})

    try:
        trained = train_single(program, options.seed, plan, checkpoint, watch, heard)
    finally:
        if events is not None:
            events.close()
    diverged_at = trained.diverged_at
    if diverged_at is not None and not best:
        at = kind.entry(learner, {"step": diverged_at})["step"]
        raise Error(f"the loss is not finite at step {at}: {kind.remedy(options)}")
    network, trained, counted, facts = kind.outcome(learner, material, trained)
    result = result_of(trained, counted, kind.unit) | {"device": jax.devices()[0].device_kind} | facts
    model = prepared_model(network, trained.variables, material.preparation, trained.history)
    if getattr(material.preparation, "task", None) == "regression":
        data = material.dataset
        result["measures"] |= shares_explained(learner.judged(data), result["measures"])
        result["chance_of_mean"] = chance_of_mean(model.outputs(np.asarray(data.test.x)), data)
    notes = said(kind.findings(material, result, best), material, system_language())
    model = dataclasses.replace(model, notes=tuple(notes))
    if diverged_at is not None:
        result["exploded"] = kind.exploded(program, options.seed, diverged_at, checkpoint)
    return model, result


def said(found: Sequence[Finding], material: Subject, language: str) -> list[str]:
    """The sentences on a training: what is to be said first, and the notes on its data."""
    sentences = [*(finding.say(language) for finding in found), *(note.say(language) for note in material.notes)]
    return list(dict.fromkeys(sentences))


def divergence(kind: Kind, options: FitOptions, result: dict[str, Any], folder: Path | None) -> Error | None:
    """The error for a training whose loss was not finite; None for any other."""
    at = result["diverged_at"]
    if at is None:
        return None
    kept = "" if folder is None else f"; the best variables before, of step {result['best_step']}, are kept in {folder}"
    exploded = "" if result["exploded"] is None else f"; {Explosion(**result['exploded'])}"
    return Error(f"the loss is not finite at step {at}{exploded}: {kind.remedy(options)}{kept}")
