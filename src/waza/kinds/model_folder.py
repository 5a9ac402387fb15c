"""A model in a folder: its recipe, its preparation and its variables, in files that run no code when they are read."""

import importlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import safetensors.numpy

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.data.image_preparation import ImagePreparation
from waza.data.preparation import Preparation
from waza.data.text.preparation import TextPreparation
from waza.engine.describe import describe
from waza.kinds.language_model.model import TextModel
from waza.kinds.model import Model
from waza.nn import Layer

VERSION = 1
RECIPE, VARIABLES = "model.json", "variables.safetensors"
TRUSTED = ("waza.nn.", "waza.models.")


class Kind(NamedTuple):
    """A kind of preparation, and of the model that goes with it."""

    preparation: Any
    model: type[Model]


KINDS = {
    kind.preparation.kind: kind
    for kind in (Kind(Preparation, Model), Kind(ImagePreparation, Model), Kind(TextPreparation, TextModel))
}


def model_of(recipe: Layer, variables: Any, preparation: Any) -> Model:
    """The model for use, of the kind that goes with the preparation."""
    return KINDS[preparation.kind].model(recipe, variables, preparation)


def save_model(folder: Path, model: Model) -> None:
    """Write the model's two files."""
    leaves = {f"leaf{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(model.variables))}
    about = {"of": model.preparation.kind, **model.preparation.to_json()}
    facts = {"version": VERSION, "model": describe(model.model), "preparation": about}
    write_whole(folder / VARIABLES, safetensors.numpy.save(leaves))
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
        model = _model(facts, folder) if version == VERSION else None
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
    kind = KINDS[about.pop("of", Preparation.kind)]  # the first models did not say
    recipe, preparation = remake(facts["model"]), kind.preparation.from_json(about)
    loaded = safetensors.numpy.load_file(folder / VARIABLES)
    shapes = jax.eval_shape(recipe.init, jax.random.key(0))
    leaves = [loaded[f"leaf{i}"] for i in range(len(loaded))]
    wanted = [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(shapes)]
    if wanted != [(leaf.shape, leaf.dtype) for leaf in leaves]:
        raise ValueError("the variables do not fit the recipe")
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        raise ValueError("some variables are no numbers")
    variables = jax.tree.unflatten(jax.tree.structure(shapes), leaves)
    model = model_of(recipe, variables, preparation)
    model.check()
    return model


def remake(described: Any) -> Any:
    """The recipe that `describe` described; only waza's own layers and activations are made."""
    if isinstance(described, list):
        return tuple(remake(item) for item in described)
    if not isinstance(described, dict):
        return described
    if "class" in described:
        fields = {name: remake(value) for name, value in described.get("fields", {}).items()}
        return _trusted(described["class"])(**fields)
    if "function" in described:
        return _trusted(described["function"])
    raise ValueError(f"{described} is no part of a recipe")


def _trusted(name: str) -> Any:
    """The class or function of this name, from the rooms of layers and models alone."""
    module, _, attribute = name.rpartition(".")
    if not f"{module}.".startswith(TRUSTED) or "." in attribute:
        raise ValueError(f"{name} is none of waza's layers")
    found = getattr(importlib.import_module(module), attribute)
    if not f"{getattr(found, '__module__', '')}.".startswith(TRUSTED):
        raise ValueError(f"{name} is none of waza's layers")
    return found
