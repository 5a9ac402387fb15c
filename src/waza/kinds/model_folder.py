"""A model in a folder: its recipe, its preparation and its variables, in files that run no code when they are read.

`model.json` names layers as users do (`nn.LSTM`), and `variables.safetensors` names arrays by path
(`hidden.0.dense.weight`). `model.json` also holds checksums of the files. Version 2 of the format had no checksums;
version 1 named layers by module and arrays by position (`leaf7`). A model of a user's own learner has the learner's
description instead of the network's.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
import safetensors.numpy

from waza.core.arrays import finite
from waza.core.errors import Damaged, Error
from waza.core.files import check_path, remove_orphans, write_whole
from waza.core.given_files import as_path
from waza.core.names import by_public_name
from waza.core.parsing import parsed
from waza.core.paths import from_named_leaves, named_leaves
from waza.core.plain import NotPlain, check_plain, is_there, read_plain
from waza.core.recipe import Recipe
from waza.core.sealed import Sealed, sealed, sum_of, unsealed
from waza.engine.describe import describe
from waza.kinds.model import Model
from waza.kinds.own_model import OwnModel, kept_shapes_of
from waza.kinds.registry import kind_prepared_by
from waza.learners import Learner

VERSION, WITHOUT_SUMS, BY_POSITION = 3, 2, 1
RECIPE, VARIABLES, HISTORY = "model.json", "variables.safetensors", "history.json"
TRUSTED = ("nn", "models")


def prepared_model(
    recipe: Recipe,
    variables: Any,
    preparation: Any,
    history: Sequence[Mapping[str, Any]] = (),
    notes: Sequence[str] = (),
) -> Model:
    """The model for use, of the kind that goes with the preparation."""
    kind: type[Model] = kind_prepared_by(preparation.kind).model_type()
    return kind(recipe, variables, preparation, tuple(history), tuple(notes))


def is_remade(recipe: Recipe) -> bool:
    """Whether a network consists of layers that `load_model` can make again."""
    try:
        remake(describe(recipe))
    except (ValueError, Error):
        return False
    return True


def save_model(folder: str | Path, model: Model) -> None:
    """Write the model's files.

    Raises:
        Error: the model has a layer that `load_model` could not make again, or variables that are not finite, or the
            files cannot be written.
    """
    folder = check_path(folder, "folder")
    about = None
    if model.preparation is not None:
        about = {"of": model.preparation.kind, **model.preparation.to_json()}
    if isinstance(model, OwnModel):
        facts = {"version": VERSION, "learner": describe(model.learner), "preparation": about}
    else:
        facts = {"version": VERSION, "model": _described(model.model), "preparation": about}
    arrays = {path: np.asarray(leaf) for path, leaf in named_leaves(model.variables).items()}
    if not isinstance(model, OwnModel) and (path := _not_finite(arrays)):
        raise Error(f"{path} has values that are not finite, so the model is not kept: give a smaller learning rate")
    files = {VARIABLES: safetensors.numpy.save(arrays)}
    if model.history:
        files[HISTORY] = _text([finite(one) for one in model.history])
    else:
        (folder / HISTORY).unlink(missing_ok=True)
    remove_orphans(folder)
    for name, content in files.items():
        write_whole(folder / name, content)
    write_whole(folder / RECIPE, sealed(facts, {name: sum_of(content) for name, content in files.items()}))


def _not_finite(arrays: Mapping[str, Any]) -> str:
    """The path of the first array with a value that is not finite; "" where there is none."""
    return next((path for path, array in arrays.items() if not np.isfinite(array).all()), "")


def _described(recipe: Recipe) -> Any:
    described = describe(recipe)
    try:
        remake(described)
    except ValueError as error:
        raise Error(f"the model cannot be saved ({error}): use layers of waza.nn and waza.models") from error
    return described


def load_model(folder: str | Path, learner: Learner | None = None, data: Any = None) -> Model:
    """The model in a folder that `Model.save`, `waza fit` or `waza compare` wrote; no code is run from the folder.

    Args:
        folder: of the model.
        learner: for a model of a learner of your own, the learner with which it was trained.
        data: for such a model, what it was trained on, if the learner's `init` looks at it; shapes are enough.

    Raises:
        Damaged: the model is damaged, or a link, a FIFO or a device has the name of one of its files.
        Error: the folder holds none, one of a later version, or one of a learner that is not given.
    """
    folder = as_path(folder, "folder")
    if not is_there(folder / RECIPE):
        raise Error(f"{folder} holds no model: give the folder that model.save, `waza fit` or `waza compare` wrote")
    try:
        read = unsealed(read_plain(folder / RECIPE))
        facts, version = read.facts, read.facts["version"]
        model = None
        if version in (BY_POSITION, WITHOUT_SUMS, VERSION):
            model = _own_model(facts, folder, learner, data) if "learner" in facts else _model(facts, folder)
            _check_sums(read, folder)  # at the end: what does not fit is a better reason than a checksum
    except _Ungiven as error:
        raise Error(str(error)) from error.__cause__
    except NotPlain:
        raise
    except Exception as error:  # whatever the damage leads to
        if isinstance(error.__cause__, ImportError):  # the model is whole, and a package that it needs is missing
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise Damaged(f"the model in {folder} is damaged ({reason}): train it again") from error
    if model is None:
        raise Error(f"{folder} is of version {version!r}, and this waza reads {VERSION}: update waza")
    return model


class _Ungiven(Exception):
    """A model of a user's own learner, which is not given or is another one."""


def _model(facts: dict[str, Any], folder: Path) -> Model:
    """The model of these facts, whose layers, variables and preparation must fit each other."""
    preparation = _preparation(facts)
    recipe = remake(facts["model"])
    shapes = jax.eval_shape(recipe.init, jax.random.key(0))
    variables = _variables(facts, folder, shapes)
    if path := _not_finite(named_leaves(variables)):
        raise ValueError(f"{path} has values that are no numbers")
    model = prepared_model(recipe, variables, preparation, _history(folder))
    model.check()
    return model


def _own_model(facts: dict[str, Any], folder: Path, learner: Learner | None, data: Any) -> Model:
    """The model of a user's own learner, which is given."""
    name = facts["learner"]["class"]
    if learner is None:
        raise _Ungiven(f"{folder} holds a model of the learner {name}, which no file can make again: give learner=")
    given = describe(learner)["class"]
    if given != name:
        raise _Ungiven(f"{folder} holds a model of the learner {name}, and {given} is given: give the one that it has")
    try:
        shapes = kept_shapes_of(learner, data)
    except Exception as error:
        if data is not None:
            raise
        raise _Ungiven(f"{name}.init looks at the data: give learner= and data=, as they were in training") from error
    try:
        variables = _variables(facts, folder, shapes)
    except Error as error:
        raise _Ungiven(f"the learner that is given is not the one of {folder}: {error}") from error
    model = OwnModel(getattr(learner, "model", None), variables, _preparation(facts), _history(folder), (), learner)
    model.check()
    return model


def _check_sums(read: Sealed, folder: Path) -> None:
    """Compare the files with their checksums."""
    if read.facts["version"] == VERSION and (read.sums is None or VARIABLES not in read.sums):
        raise ValueError(f"the checksums in {RECIPE} are missing")
    read.check(folder, optional=(HISTORY,))


def _preparation(facts: dict[str, Any]) -> Any:
    if facts["preparation"] is None:
        return None
    about = dict(facts["preparation"])
    kind = kind_prepared_by(about.pop("of", "table"))  # the first models did not say
    return kind.preparation_type().from_json(about)


def _variables(facts: dict[str, Any], folder: Path, shapes: Any) -> Any:
    """The variables, with the structure of these shapes."""
    loaded = safetensors.numpy.load_file(check_plain(folder / VARIABLES))
    if facts["version"] == BY_POSITION:
        paths = list(named_leaves(shapes))
        loaded = {paths[i] if i < len(paths) else f"leaf{i}": loaded[f"leaf{i}"] for i in range(len(loaded))}
    return from_named_leaves(loaded, shapes)


def _history(folder: Path) -> tuple[dict[str, Any], ...]:
    if not is_there(folder / HISTORY):
        return ()
    history = json.loads(read_plain(folder / HISTORY).decode("utf-8"))
    return tuple(parsed(list[dict[str, int | float | None]], history, HISTORY))


def _text(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def remake(described: Any) -> Any:
    """The recipe that `describe` described.

    Raises:
        ValueError: it names anything but a public layer or function of `waza.nn` or `waza.models`.
    """
    if isinstance(described, list):
        return tuple(remake(item) for item in described)
    if not isinstance(described, dict):
        return described
    if "fields" in described:
        fields = {name: remake(value) for name, value in described["fields"].items()}
        return _trusted(described["class"])(**fields)
    if set(described) in ({"class"}, {"function"}):
        return _trusted(*described.values())
    raise ValueError(f"{described} is no part of a recipe")


def _trusted(name: str) -> Any:
    """The public class or function of this name: nothing else can be reached through a model's file."""
    try:
        return by_public_name(name, TRUSTED)
    except Error as error:
        raise ValueError(f"{name} is none of waza's layers") from error
