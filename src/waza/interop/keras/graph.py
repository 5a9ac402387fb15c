"""A Keras model as a line of operations, and `.keras` files, whose code is refused before anything is loaded."""

import json
import math
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from waza.core.errors import Error
from waza.core.given_files import LARGEST, as_path, opened, too_large
from waza.interop.keras.package import keras

CODE = "which holds code of its own, and no file of a model is run here: replace it by layers of Keras"
UNREADABLE = (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)
WEIGHTS, SLACK = "model.weights.h5", 2**20  # the file inside; bytes, such as for the states of random draws


class Operation(NamedTuple):
    """One operation of a model.

    Args:
        layer: the Keras layer or operation.
        inputs: the operations whose outputs it takes; None for an input of the model.
        settings: how it is called, by name.
    """

    layer: Any
    inputs: tuple[Any, ...]
    settings: dict[str, Any]

    @property
    def kind(self) -> str:
        """The class's name."""
        return type(self.layer).__name__

    @property
    def name(self) -> str:
        """The layer's name."""
        return str(self.layer.name)


def load_file(path: str | Path) -> Any:
    """The Keras model in a `.keras` file, which must consist of Keras's own layers.

    Raises:
        Error: the file is missing or damaged, of another format, or holds code, such as a Lambda layer.
    """
    path = as_path(path)
    if path.suffix != ".keras":
        raise Error(f"{path} is no .keras file: write one in Keras by model.save('{path.stem}.keras')")
    if not path.is_file():
        raise Error(f"{path} is missing; expected a file that Keras's model.save wrote")
    config, weights = _unpacked(path)
    for name, module in _classes(config):
        if name == "Lambda":
            raise Error(f"{path} has a Lambda layer, {CODE}")
        if module is not None and module.partition(".")[0] not in ("keras", "builtins"):
            raise Error(f"{path} has {module}.{name}, {CODE}")
    try:
        needed = _bytes_of(config)
        if needed > weights + SLACK:
            raise Error(
                f"{path} is damaged (its layers have {needed:,} bytes of weights, and it holds {weights:,}): save it "
                "again with Keras 3"
            )
        return keras().saving.load_model(path, compile=False, safe_mode=True)
    except Error:
        raise
    except Exception as error:  # whatever the damage leads to
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise Error(f"{path} cannot be read ({reason}): save it again with Keras 3") from error


def _unpacked(path: Path) -> tuple[Any, int]:
    """The configuration in a `.keras` file, and the bytes of its weights.

    Raises:
        Error: the file is damaged, or unpacks to more than it may.
    """
    try:
        with opened(path, "a .keras file") as file, zipfile.ZipFile(file) as archive:
            sizes = {one.filename: one.file_size for one in archive.infolist()}
            most = max(LARGEST, path.stat().st_size)
            if sum(sizes.values()) > most:
                raise too_large(path, sum(sizes.values()), most, "unpacks to")
            return json.loads(archive.read("config.json")), sizes[WEIGHTS]
    except (*UNREADABLE, RecursionError, NotImplementedError) as error:
        raise Error(f"{path} is damaged ({type(error).__name__}), or of Keras 2: save it again with Keras 3") from error


def _bytes_of(config: Any) -> int:
    """The bytes of a model's variables, none of which is made."""
    package = keras()
    found: list[Any] = []

    def look() -> None:
        with package.StatelessScope():  # in which variables have a shape alone
            plain = {**config, "compile_config": None}  # as for load_model
            found.extend(package.saving.deserialize_keras_object(plain, safe_mode=True).variables)

    if package.config.backend() == "tensorflow":
        with sys.modules["tensorflow"].Graph().as_default():
            look()
    else:
        jax.eval_shape(look)
    return sum(math.prod(one.shape) * np.dtype(one.dtype).itemsize for one in found)


def _classes(config: Any) -> Iterator[tuple[str, str | None]]:
    """The name and the module of each class in a configuration; a registered class of a user has no module's name."""
    if isinstance(config, dict):
        if "class_name" in config:
            module = config.get("module")
            own = config.get("registered_name") not in (None, config["class_name"])
            yield str(config["class_name"]), str(module or "registered") if own or module else None
        for name, value in config.items():
            if name != "compile_config":
                yield from _classes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _classes(value)


def operations_of(model: Any) -> list[Operation]:
    """The operations of a model in the order in which they are computed; a model inside of it is laid open.

    Raises:
        Error: the model has no graph of layers, since it is not built or a class with code of its own.
    """
    package = keras()
    if not isinstance(model, package.Model):
        raise Error(f"from_keras is given a {type(model).__name__}; expected a Keras model or a .keras file")
    if isinstance(model, package.Sequential):
        if not model.built:
            raise Error("the Keras model has no weights yet: give it an Input, or call model.build(shape)")
        found: list[Operation] = []
        for layer in model.layers:
            found += _opened(layer, (found[-1].layer if found else None,), {}, package)
        return found
    if not hasattr(model, "operations"):
        raise Error(f"the Keras model is the class {type(model).__name__}, {CODE}")
    if len(model.outputs) != 1:
        raise Error(f"the Keras model has {len(model.outputs)} outputs; expected one: convert the parts one by one")
    return _in_order(model.outputs[0], package)


def _in_order(output: Any, package: Any) -> list[Operation]:
    """The operations that an output is computed with; those that it needs come first."""
    found: list[Operation] = []
    known: dict[Any, Any] = {}  # by layer and call: what stands for it

    def visit(tensor: Any) -> Any:
        history = tensor._keras_history
        layer, call = history.operation, history.node_index
        if type(layer).__name__ == "InputLayer":
            return None
        if (layer, call) in known:
            return known[layer, call]
        node = layer._inbound_nodes[call]
        inputs = tuple(visit(one) for one in node.input_tensors)
        if any(other is layer for other, _ in known):
            raise Error(f"the layer {layer.name} is used twice: waza's layers have weights of their own")
        settings = dict(node.arguments.kwargs)
        opened = _opened(layer, inputs, settings, package)
        found.extend(opened)
        known[layer, call] = opened[-1].layer if opened else inputs[0]
        return known[layer, call]

    visit(output)
    return found


def _opened(layer: Any, inputs: tuple[Any, ...], settings: dict[str, Any], package: Any) -> list[Operation]:
    """The layer as an operation; those of a model inside, on the same inputs; none of an input layer."""
    if type(layer).__name__ == "InputLayer":
        return []
    if not isinstance(layer, package.Model):
        return [Operation(layer, inputs, settings)]
    if len(inputs) != 1:
        raise Error(f"the model {layer.name} inside has {len(inputs)} inputs; expected one: convert it by itself")
    return [
        one._replace(inputs=tuple(inputs[0] if given is None else given for given in one.inputs))
        for one in operations_of(layer)
    ]
