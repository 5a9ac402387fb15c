"""From a user's data to a trained model in a folder, with its report."""

from pathlib import Path
from typing import Any, NamedTuple

import jax

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import LANGUAGES
from waza.engine.checkpoint import Checkpoint
from waza.engine.explosion import Explosion, explosion
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.engine.watch import Watch
from waza.kinds.classifier.material import Material
from waza.kinds.events import Events
from waza.kinds.fit_folder import EVENTS, REPORT, FitFolder, digest_of, fit_folder, told
from waza.kinds.model_folder import model_of, save_model
from waza.kinds.registry import OWN_SETTINGS, trainable
from waza.kinds.settings import Settings, evaluate_every
from waza.kinds.trainable import Trainable, refuse_others, settings_of
from waza.report.training_page import Training

REMEDY = "start over with --fresh"


class Fitted(NamedTuple):
    """A finished training: its folder, its settings with nothing open, its result, and the data with their notes.

    `kind` is what was trained; `before` tells that it was finished already, and `devices` how many shared its batches.
    """

    folder: FitFolder
    kind: Trainable
    settings: Settings
    result: dict[str, Any]
    material: Material
    before: bool
    devices: int


def fit_in_folder(
    given: Settings,
    path: Path,
    watch: Watch | None = None,
    fresh: bool = False,
    tensorboard: bool = False,
    language: str = "en",
) -> Fitted:
    """Train a model and keep it in a folder; a training that was cut off is gone on with.

    Args:
        given: what is asked; what is left open is settled by the data.
        path: the folder.
        watch: is told of progress, and may ask to stop.
        fresh: start anew, whatever training the folder holds.
        tensorboard: also write TensorBoard's event files.
        language: of the report when it is opened.

    Raises:
        Error: a setting, the data or the folder cannot be used.
        Interrupted: `watch` asked to stop; the same call goes on from there.
    """
    watch = watch or Watch()
    kind = trainable(given.model)
    refuse_others(given, kind, OWN_SETTINGS)
    material = kind.read(given, watch.reading)
    settings = kind.settle(given, material)
    learner = kind.learner(settings, material)
    program = single_program(learner, material.dataset, settings.steps or 1)
    devices = program.group.layout.mesh.size
    own = settings_of(settings, kind, OWN_SETTINGS)
    asked = {**own, "rows": digest_of(material.dataset, material.preparation)}
    with fit_folder(path, asked, fresh) as folder:
        if folder.finished:
            return Fitted(folder, kind, settings, folder.result(), material, True, devices)
        checkpoint = Checkpoint(folder.checkpoint, REMEDY)
        events = Events(path / EVENTS, checkpoint.step()) if tensorboard else None
        plan = Plan(
            steps=program.steps,
            evaluate_every=evaluate_every(settings),
            keep="best",
            measure=learner.selection(material.dataset),
            patience=settings.patience or None,
            end_diverged=True,
        )

        def heard(entry: dict[str, Any]) -> None:
            if events is not None:
                events.write(entry["step"], {name: value for name, value in entry.items() if name != "step"})

        try:
            trained = train_single(program, settings.seed, plan, checkpoint, watch, heard)
        finally:
            if events is not None:
                events.close()
        model = model_of(learner.model, trained.variables, material.preparation)
        save_model(path, model)
        result = told(trained, learner.targets_a_step, kind.unit) | {"device": jax.devices()[0].device_kind}
        if trained.diverged_at is not None:
            result["exploded"] = explosion(program, settings.seed, trained.diverged_at, checkpoint)._asdict()
        shown = Training(
            kind.name,
            material.dataset.name,
            kind.unit,
            kind.folder,
            kind.measures,
            result,
            trained.history,
            own,
            {language: list(dict.fromkeys(note.say(language) for note in material.notes)) for language in LANGUAGES},
        )
        write_whole(path / REPORT, kind.page(model, material, shown, language).encode())
        folder.finish(trained.history, result)
        return Fitted(folder, kind, settings, result, material, False, devices)


def divergence(fitted: Fitted) -> Error | None:
    """What to tell the user of a training whose loss was no number, if it was."""
    at, settings = fitted.result["diverged_at"], fitted.settings
    if at is None:
        return None
    cure = f"give a learning rate smaller than {settings.learning_rate:g}"
    if settings.clip == 0:
        cure += ", and let gradients be clipped (--clip 1)"
    elif settings.clip is not None:
        cure += f", or clip gradients at less than {settings.clip:g} (--clip)"
    broke = Explosion(**fitted.result["exploded"])
    return Error(
        f"the loss is no number at step {at}; {broke}: {cure}; "
        f"the best variables before, of step {fitted.result['best_step']}, are kept in {fitted.folder.path}"
    )
