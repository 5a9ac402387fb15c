"""From a user's data to a trained model in a folder, with its report."""

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import jax

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import LANGUAGES
from waza.engine.checkpoint import Checkpoint
from waza.engine.explosion import Explosion, explosion
from waza.engine.program import Program
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.engine.watch import Watch
from waza.kinds.events import Events
from waza.kinds.fit_folder import EVENTS, REPORT, FitFolder, digest_of, fit_folder, result_of
from waza.kinds.kind import Kind
from waza.kinds.material import Material
from waza.kinds.model import Model
from waza.kinds.model_folder import model_of, save_model
from waza.kinds.options import TrainingOptions
from waza.kinds.registry import kind_of
from waza.kinds.settling import evaluate_every
from waza.report.training_page import Training

REMEDY = "start over with --fresh"


class Fitted(NamedTuple):
    """A finished training: its folder, kind of model, settled options, result, and data with their notes.

    `before` says that it was finished before this call; `devices` is the number of devices that share a batch.
    """

    folder: FitFolder
    kind: Kind
    options: TrainingOptions
    result: dict[str, Any]
    material: Material
    before: bool
    devices: int


def fit_in_folder(
    asked: TrainingOptions,
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
    kind = kind_of(asked.model)
    if not isinstance(asked, kind.options):
        raise Error(f"{asked.model} has {kind.options.__name__}, and {type(asked).__name__} are given")
    material = kind.read(asked, watch.reading)
    options = kind.settle(asked, material)
    learner = kind.learner(options, material)
    program = single_program(learner, material.dataset, options.steps or 1)
    devices = program.group.layout.mesh.size
    settings = dataclasses.asdict(options)
    rows = digest_of(material.dataset, material.preparation)
    with fit_folder(path, {**settings, "rows": rows}, fresh) as folder:
        if folder.finished:
            return Fitted(folder, kind, options, folder.result(), material, True, devices)
        history, result, model = _trained(kind, program, learner, options, material, folder, watch, tensorboard)
        shown = Training(
            options.model,
            material.dataset.name,
            kind.unit,
            kind.folder,
            kind.measures,
            result,
            history,
            settings,
            {language: list(dict.fromkeys(note.say(language) for note in material.notes)) for language in LANGUAGES},
        )
        write_whole(path / REPORT, kind.page(model, material, shown, language).encode())
        folder.finish(history, result)
        return Fitted(folder, kind, options, result, material, False, devices)


def _trained(
    kind: Kind,
    program: Program,
    learner: Any,
    options: TrainingOptions,
    material: Material,
    folder: FitFolder,
    watch: Watch,
    tensorboard: bool,
) -> tuple[list[dict[str, Any]], dict[str, Any], Model]:
    """Train, and save the best model; returns the history, the result and the model."""
    checkpoint = Checkpoint(folder.checkpoint, REMEDY)
    events = Events(folder.path / EVENTS, checkpoint.step()) if tensorboard else None
    plan = Plan(
        steps=program.steps,
        evaluate_every=evaluate_every(options),
        keep="best",
        measure=learner.selection(material.dataset),
        patience=options.patience or None,
        end_diverged=True,
    )

    def heard(entry: dict[str, Any]) -> None:
        if events is not None:
            events.write(entry["step"], {name: value for name, value in entry.items() if name != "step"})

    try:
        trained = train_single(program, options.seed, plan, checkpoint, watch, heard)
    finally:
        if events is not None:
            events.close()
    model = model_of(learner.model, trained.variables, material.preparation)
    save_model(folder.path, model)
    result = result_of(trained, learner.targets_a_step, kind.unit) | {"device": jax.devices()[0].device_kind}
    if trained.diverged_at is not None:
        result["exploded"] = explosion(program, options.seed, trained.diverged_at, checkpoint)._asdict()
    return trained.history, result, model


def divergence(fitted: Fitted) -> Error | None:
    """The error for a training whose loss was not finite; None for any other."""
    at = fitted.result["diverged_at"]
    if at is None:
        return None
    return Error(
        f"the loss is not finite at step {at}; {Explosion(**fitted.result['exploded'])}: "
        f"{fitted.kind.remedy(fitted.options)}; "
        f"the best variables before, of step {fitted.result['best_step']}, are kept in {fitted.folder.path}"
    )
