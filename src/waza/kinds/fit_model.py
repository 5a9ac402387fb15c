"""Training a model in Python: `waza.fit`."""

import dataclasses
from pathlib import Path
from typing import Any, get_args

from waza.core.errors import Error, nearest
from waza.core.files import check_path
from waza.core.language import system_language
from waza.data.given import FORMS
from waza.engine.processes import together
from waza.engine.training import Keep
from waza.engine.watch import Watch
from waza.kinds.fit_folder import model_of_first
from waza.kinds.fit_learner import fit_learner
from waza.kinds.fitting import divergence, fit_ordered, ordered, program_of, said, train_ordered
from waza.kinds.model import Model
from waza.kinds.option import declared, named
from waza.kinds.registry import kind_of
from waza.learners import Learner
from waza.study.progress import watched


def fit(
    kind_or_learner: str | Learner,
    data: Any,
    *,
    steps: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
    keep: Keep = "best",
    target: str | None = None,
    out: str | Path | None = None,
    watch: Watch | None = None,
    **options: Any,
) -> Model:
    """Train a model on data in memory, in a file or in a folder.

    A table's inputs are standardised, and missing values and categories are encoded, as in `waza compare`; the model
    then predicts on rows as they are. Rows are set aside to choose the best step, and for the test measures in
    `history`; `notes` say how many. A learner of your own on data of your own is trained as it is.

    Where `jax.distributed` has joined several processes, all of them call `fit` alike and share the rows of each batch;
    the first one writes, and all get the model.

    Args:
        kind_or_learner: a model's name, such as "mlp", "small-alexnet", "language-model", "vae", "translator" or
            "word2vec"; or a learner.
        data: (x, y) with arrays or lists, a pandas.DataFrame, a `waza.data.Dataset`, or what `waza fit` takes: a
            folder of images, a text, a table's file, or a data set's name. Images are (n, height, width[, channels])
            uint8. A VAE takes such images without labels too. A translator takes (source, target), two lists of
            sentences or two files; word2vec takes a list of sentences.
        steps: training steps. By default 20 epochs, or 1,500 steps if that is more.
        epochs: passes over the training rows, instead of `steps`.
        seed: of the initial values and of the batches.
        keep: the variables of the "best" evaluation on the validation rows, or the "last"; word2vec has no validation
            rows, and keeps the last.
        target: the column to predict, of a DataFrame or a table's file.
        out: a folder for the model. An interrupted training goes on from there, and a finished one is read.
        watch: receives progress events, and may ask to stop. Without one, progress is shown on a terminal and in a
            notebook; `waza.Watch()` shows nothing.
        options: of the model, as `waza fit --help` lists them, such as `learning_rate=0.01`; for tables also
            `hidden=(64, 32)`, `norm` and `task`.

    Raises:
        Error: the data or an option cannot be used, or the loss is not finite.
        Interrupted: `watch` asked to stop.
        Lost: another process has ended, or does not answer (`waza.engine.processes`); this is an `Error` too.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(60, 2))
    >>> model = fit("mlp", (x, x[:, 0] > 0), steps=20, hidden=(8,))
    >>> model.predict(x[:3]).dtype
    dtype('bool')
    """
    path = None if out is None else check_path(out, "out")
    learner = kind_or_learner if isinstance(kind_or_learner, Learner) else None
    if learner is None and not isinstance(kind_or_learner, str):
        given = type(kind_or_learner).__name__
        raise Error(
            f"{given} is given; expected a model's name, or a learner such as waza.Supervised(model, optimizer)"
        )
    if data is None and learner is None:
        raise Error(f"data is None; expected {FORMS}")
    if keep not in get_args(Keep):
        raise Error(f"keep is {keep!r}; expected 'best' or 'last'")
    if learner is not None and options:
        name = next(iter(options))
        raise Error(f"{name}={options[name]!r} is given with a learner, which has its own settings: use waza.vary")
    name = str(kind_or_learner) if learner is None else type(learner).__name__
    with watched(name, watch) as watching, together():
        if learner is not None:
            model = fit_learner(learner, data, steps, epochs, seed, keep, target, path, watching)
        else:
            asked = {"steps": steps, "seed": seed, **({} if epochs is None else {"epochs": epochs}), **options}
            model = _fit_named(str(kind_or_learner), data, asked, keep, target, path, watching)
        for note in model.notes:
            watching.noted(note)
    return model


def _fit_named(
    name: str,
    data: Any,
    options: dict[str, Any],
    keep: Keep,
    target: str | None,
    path: Path | None,
    watch: Watch,
) -> Model:
    """Train the model of this name."""
    kind = kind_of(name, data)
    known = declared(kind.options)
    if "target" in known:
        options = {**options, "target": target}
    for given in options:
        if given not in known:
            meant = named(kind.options, given)
            near = nearest(given, known) if meant is None else f"did you mean {meant.name!r}?"
            raise Error(f"{name} for {kind.data} has no option {given!r}: {near}")
    shown = str(data) if isinstance(data, str | Path) else type(data).__name__
    asked = kind.options(model=name, data=shown, **options)
    order = ordered(kind, asked, kind.given(asked, data, target, watch.reading), keep)
    if path is None:
        model, result = train_ordered(order, program_of(order), watch=watch)
    else:
        fitted = fit_ordered(order, path, watch)
        notes = tuple(said(fitted.findings, fitted.material, system_language()))
        model, result = dataclasses.replace(model_of_first(path), notes=notes), fitted.result
    failed = divergence(kind, order.options, result, path)
    if failed is not None:
        raise failed
    return model
