"""A model in a folder: its recipe, its preparation and its variables, in files that run no code when they are read.

`model.json` names layers as users do (`nn.LSTM`), and `variables.safetensors` names arrays by path
(`hidden.0.dense.weight`). Version 1 of the format named layers by module and arrays by position (`leaf7`).
"""

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import safetensors.numpy

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.names import by_public_name
from waza.core.paths import from_named_leaves, named_leaves
from waza.engine.describe import describe
from waza.kinds.model import Model
from waza.kinds.registry import kind_prepared_by
from waza.nn import Layer

VERSION, BY_POSITION = 2, 1
RECIPE, VARIABLES = "model.json", "variables.safetensors"
TRUSTED = ("nn", "models")


def model_of(recipe: Layer, variables: Any, preparation: Any) -> Model:
    """The model for use, of the kind that goes with the preparation."""
    model: Model = kind_prepared_by(preparation.kind).model_type()(recipe, variables, preparation)
    return model


def save_model(folder: Path, model: Model) -> None:
    """Write the model's two files.

    Raises:
        Error: the model has a layer that `load_model` could not make again, or the files cannot be written.
    """
    described = describe(model.model)
    try:
        remake(described)
    except ValueError as error:
        raise Error(f"the model cannot be saved ({error}): use layers of waza.nn and waza.models") from error
    arrays = {path: np.asarray(leaf) for path, leaf in named_leaves(model.variables).items()}
    about = {"of": model.preparation.kind, **model.preparation.to_json()}
    facts = {"version": VERSION, "model": described, "preparation": about}
    write_whole(folder / VARIABLES, safetensors.numpy.save(arrays))
    write_whole(folder / RECIPE, (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode())


def load_model(folder: Path) -> Model:
    """The model that `save_model` wrote.

    Raises:
        Error: the folder holds none, or a damaged one, or one of a later version.
    """
    if not (folder / RECIPE).is_file():
        raise Error(f"{folder} holds no model: give the folder that `waza fit` or `waza compare` named")
    try:
        facts = json.loads((folder / RECIPE).read_text("utf-8"))
        version = facts["version"]
        model = _model(facts, folder) if version in (BY_POSITION, VERSION) else None
    except Exception as error:  # whatever the damage leads to
        if isinstance(error.__cause__, ImportError):  # the model is whole, and a package that it needs is missing
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise Error(f"the model in {folder} is damaged ({reason}): train it again") from error
    if model is None:
        raise Error(f"{folder} is of version {version!r}, and this waza reads {VERSION}: update waza")
    return model


def _model(facts: dict[str, Any], folder: Path) -> Model:
    """The model of these facts, whose layers, variables and preparation must fit each other."""
    about = dict(facts["preparation"])
    kind = kind_prepared_by(about.pop("of", "table"))  # the first models did not say
    recipe, preparation = remake(facts["model"]), kind.preparation_type().from_json(about)
    loaded = safetensors.numpy.load_file(folder / VARIABLES)
    shapes = jax.eval_shape(recipe.init, jax.random.key(0))
    if facts["version"] == BY_POSITION:
        paths = list(named_leaves(shapes))
        loaded = {paths[i] if i < len(paths) else f"leaf{i}": loaded[f"leaf{i}"] for i in range(len(loaded))}
    variables = from_named_leaves(loaded, shapes)
    for path, array in loaded.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{path} has values that are no numbers")
    model = model_of(recipe, variables, preparation)
    model.check()
    return model


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
