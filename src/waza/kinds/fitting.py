"""From a user's data to a trained model in a folder, with its report."""

from pathlib import Path
from typing import Any, NamedTuple

import jax

from waza.core.arrays import read_arrays
from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import LANGUAGES
from waza.engine.devices import each_core_a_device, mesh_for_batches
from waza.engine.explosion import Explosion, explosion
from waza.engine.feeding import LIMIT, feed
from waza.engine.progress import REMEDY
from waza.engine.training import Measures, Plan, train
from waza.engine.watch import Watch
from waza.kinds.classifier.material import Material
from waza.kinds.events import Events
from waza.kinds.fit_folder import EVENTS, REPORT, FitFolder, digest_of, fit_folder, told
from waza.kinds.model_folder import model_of, save_model
from waza.kinds.registry import OWN_SETTINGS, trainable
from waza.kinds.settings import Settings, evaluate_every
from waza.kinds.trainable import Trainable, refuse_others, settings_of
from waza.report.training_page import Training


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
    limit: int = LIMIT,
) -> Fitted:
    """Train a model and keep it in a folder; a training that was cut off is gone on with.

    Args:
        given: what is asked; what is left open is settled by the data.
        path: the folder.
        watch: is told of progress, and may ask to stop.
        fresh: start anew, whatever training the folder holds.
        tensorboard: also write TensorBoard's event files.
        language: of the report when it is opened.
        limit: bytes of training inputs above which data stay on the host.

    Raises:
        Error: a setting, the data or the folder cannot be used.
        Interrupted: `watch` asked to stop; the same call goes on from there.
    """
    watch = watch or Watch()
    each_core_a_device()
    kind = trainable(given.model)
    refuse_others(given, kind, OWN_SETTINGS)
    material = kind.read(given, watch.reading)
    settings = kind.settle(given, material)
    learner = kind.learner(settings, material)
    mesh = mesh_for_batches(learner)
    own = settings_of(settings, kind, OWN_SETTINGS)
    asked = {**own, "rows": digest_of(material.dataset, material.preparation)}
    with fit_folder(path, asked, fresh) as folder:
        if folder.finished:
            return Fitted(folder, kind, settings, folder.result(), material, True, mesh.size)
        events = Events(path / EVENTS, _gone_on_from(folder)) if tensorboard else None
        steps = settings.steps or 1
        plan = Plan(steps=steps, evaluate_every=evaluate_every(settings), patience=settings.patience or None)

        def heard(step: int, measures: Measures) -> None:
            watch.evaluated(step, measures)
            if events is not None:
                events.write(step, measures)

        try:
            source = feed(learner, material.dataset, settings.seed, mesh, limit)
            trained = train(source, plan, folder.checkpoint, watch, heard)
        finally:
            if events is not None:
                events.close()
        model = model_of(learner.model, trained.variables, material.preparation)
        save_model(path, model)
        result = told(trained, source.targets, kind.unit) | {"device": jax.devices()[0].device_kind}
        if trained.diverged_at is not None:
            result["exploded"] = explosion(source, trained.diverged_at, folder.checkpoint)._asdict()
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
        return Fitted(folder, kind, settings, result, material, False, mesh.size)


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


def _gone_on_from(folder: FitFolder) -> int:
    """The step of the checkpoint, 0 without one."""
    kept = read_arrays(folder.checkpoint, REMEDY)
    return 0 if kept is None else int(kept[1]["step"])
