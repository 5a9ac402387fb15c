"""A model in a folder: its recipe, its preparation and its variables, in files that run no code when they are read."""

import dataclasses
import importlib
import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import safetensors.numpy

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.data.image_preparation import ImagePreparation
from waza.data.preparation import Preparation
from waza.learners import as_inputs
from waza.learners.supervised import rows_at_once
from waza.nn import Layer, Pass
from waza.study.describe import describe

VERSION = 1
RECIPE, VARIABLES = "model.json", "variables.safetensors"
TRUSTED = ("waza.nn.", "waza.models.")
PREPARATIONS: dict[str, Any] = {one.kind: one for one in (Preparation, ImagePreparation)}


@dataclasses.dataclass(frozen=True)
class Model:
    """A trained model with what turns a user's files into its inputs, and its outputs into answers.

    A preparation has `shape` (of a row's inputs), `outputs`, `task`, `read(paths) -> (given, notes)`,
    `apply(given) -> inputs`, `answers(outputs, given) -> columns`, `to_json()` and `from_json(values)`.
    """

    model: Layer
    variables: Any
    preparation: Any

    def predict(self, given: Any) -> dict[str, Any]:
        """The answers, as columns by name, for what the preparation's `read` gives: a table's rows, or images."""
        return self.preparation.answers(self.outputs(self.preparation.apply(given)), given)

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """The network's outputs for rows of inputs, computed in pieces."""
        apply = jax.jit(lambda variables, x: self.model.apply(variables, as_inputs(x), Pass()))
        size = rows_at_once(x.shape)
        pieces = [np.asarray(apply(self.variables, x[i : i + size])) for i in range(0, len(x), size)]
        return np.concatenate(pieces) if pieces else np.zeros((0, self.preparation.outputs), np.float32)


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
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise Error(f"the model in {folder} is damaged ({reason}): train it again") from error
    if model is None:
        raise Error(f"{folder} is of version {version!r}, and this waza reads {VERSION}: update waza")
    return model


def _model(facts: dict[str, Any], folder: Path) -> Model:
    """The model of these facts, whose layers, variables and preparation must fit each other."""
    about = dict(facts["preparation"])
    kind = PREPARATIONS[about.pop("of", Preparation.kind)]  # the first models did not say
    recipe, preparation = remake(facts["model"]), kind.from_json(about)
    loaded = safetensors.numpy.load_file(folder / VARIABLES)
    shapes = jax.eval_shape(recipe.init, jax.random.key(0))
    leaves = [loaded[f"leaf{i}"] for i in range(len(loaded))]
    wanted = [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(shapes)]
    if wanted != [(leaf.shape, leaf.dtype) for leaf in leaves]:
        raise ValueError("the variables do not fit the recipe")
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        raise ValueError("some variables are no numbers")
    variables = jax.tree.unflatten(jax.tree.structure(shapes), leaves)
    row = np.zeros((1, *preparation.shape), np.float32)
    outputs = recipe.apply(variables, as_inputs(row), Pass())
    if outputs.shape != (1, preparation.outputs):
        raise ValueError(f"the model has {outputs.shape[-1]} outputs, and {preparation.outputs} are needed")
    return Model(recipe, variables, preparation)


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
