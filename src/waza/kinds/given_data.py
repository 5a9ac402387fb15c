"""The data of a learner of the user's own, as they are or prepared, and the model that results."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from waza import data as sets
from waza.core.errors import Error
from waza.data import Dataset, Note, Split, hold_out
from waza.data.array_preparation import ArrayPreparation
from waza.data.given import array_of, checked_pair, is_frame, is_table_file, plain_labels
from waza.data.image_reading import pixels_of
from waza.data.splitting import split_rows
from waza.data.targets import Task
from waza.engine.blame import blamed
from waza.kinds.classifier.images import images_in_memory
from waza.kinds.material import set_aside
from waza.kinds.model import Model
from waza.kinds.model_folder import is_remade, prepared_model
from waza.kinds.own_model import OwnModel, keeps_network
from waza.kinds.table.material import table
from waza.learners import Learner, TruncatedBPTT, as_inputs
from waza.learners.given import as_data, checked_data, is_pair, task_of
from waza.nn import Pass

HELD = 0.1  # share of a data set's training rows for validation, where it has none


class Given(NamedTuple):
    """Data for a learner, their preparation if predictions can be made of its outputs, and notes."""

    data: Any
    preparation: Any = None
    notes: Sequence[Note] = ()


def given_to(learner: Learner, data: Any, target: str | None = None, validated: bool = True) -> Given:
    """The data for a learner.

    For a `Supervised`, (x, y), a DataFrame and a table's file are split and prepared as for a model that is called by
    name; a data set's name is read. A `Dataset` stays as it is, but for a validation split where it needs one. All
    other data, and those of other learners, are given as they are.

    Args:
        learner: what is trained.
        data: as `waza.fit` takes them.
        target: the column to predict.
        validated: whether a validation split is needed.

    Raises:
        Error: the data cannot be used, or the learner's network does not fit them.
    """
    supervised = keeps_network(learner) and not isinstance(learner, TruncatedBPTT)
    if supervised and (_is_table(data) or is_table_file(data)):
        material = table(data, target, task_of(learner))
        return _checked(learner, Given(material.dataset, material.preparation, material.notes))
    if target is not None:
        raise Error(f"target={target!r} names a column of a table, and the data are none: leave it out")
    if not supervised:
        return Given(data)
    if isinstance(data, str | Path):
        data = sets.load(str(data))
    if is_pair(data):
        x, y, notes = checked_pair(data, task_of(learner))
        if x.dtype == np.uint8 and x.ndim in (3, 4) and task_of(learner) == "classification":
            images = images_in_memory((pixels_of(x), y))
            return _checked(learner, Given(images.dataset, images.preparation, [*notes, *images.notes]))
        given = _split(learner, x, y)
        return _checked(learner, given._replace(notes=[*notes, *given.notes]))
    data, _, notes = checked_data({"": learner}, as_data({"": learner}, data))
    if validated and isinstance(data, Dataset) and data.validation is None and isinstance(data.train, Split):
        data = hold_out(data, max(1, round(HELD * len(data.train.y))))
        notes = [*notes, set_aside(data)]
    labels = data.classes if isinstance(data, Dataset) else ()
    return Given(data, _array_preparation(learner, data, labels), notes)


def model_of_learner(
    learner: Learner, given: Given, variables: Any, history: Sequence[Mapping[str, Any]] = (), notes: Sequence[str] = ()
) -> Model:
    """The model that a learner has trained."""
    network = getattr(learner, "model", None)
    if given.preparation is not None and network is not None and is_remade(network):
        return prepared_model(network, variables, given.preparation, history, notes)
    return OwnModel(network, variables, given.preparation, tuple(history), tuple(notes), learner)


def _is_table(data: Any) -> bool:
    """Whether data in memory are a table's rows, which are not split yet."""
    return is_frame(data) or (is_pair(data) and (is_frame(data[0]) or array_of("x", data[0]).ndim == 2))


def _split(learner: Learner, x: np.ndarray, y: np.ndarray) -> Given:
    """Arrays that are no table and no images, split at random."""
    labels: tuple[Any, ...] = ()
    classified = task_of(learner) == "classification"
    if classified:
        found, y = np.unique(y, return_inverse=True)
        labels, y = tuple(plain_labels(found)), y.astype(np.int32)
    parts = split_rows(len(y), y if classified else None)
    train, validation, test = (Split(x[part], y[part]) for part in parts)
    data, _, notes = checked_data({"": learner}, Dataset("arrays", train, test, validation))
    return Given(data, _array_preparation(learner, data, labels), [*notes, set_aside(data)])


def _array_preparation(learner: Learner, data: Any, labels: tuple[Any, ...]) -> ArrayPreparation | None:
    """The preparation of inputs that are arrays; None where the outputs are no rows of numbers."""
    if (
        not keeps_network(learner)
        or not isinstance(data, Dataset)
        or not isinstance(data.train.x, np.ndarray | jax.Array)
    ):
        return None
    row = np.zeros((1, *data.train.x.shape[1:]), data.train.x.dtype)
    outputs = _outputs(learner, row)
    if not hasattr(outputs, "shape") or len(outputs.shape) != 2:
        return None
    count = int(outputs.shape[1])
    classified = task_of(learner) == "classification" and np.ndim(data.train.y) == 1
    task: Task = "classification" if classified else "regression"
    return ArrayPreparation(row.shape[1:], str(row.dtype), count, task, labels if len(labels) == count else ())


def _outputs(learner: Any, row: np.ndarray) -> Any:
    """The shapes of the network's outputs for a row.

    Raises:
        Error: the network does not take it.
    """

    def look(model: Any) -> Any:
        return jax.eval_shape(lambda row: model.apply(model.init(jax.random.key(0)), as_inputs(row), Pass()), row)

    try:
        return look(learner.model)
    except Exception as error:
        found = blamed(error, learner.model, look)
        if found is not None:
            raise found from error
        reason = " ".join(str(error).split())[:200]
        raise Error(f"the network does not take inputs of shape (rows, {str(row.shape[1:])[1:]}: {reason}") from error


def _checked(learner: Any, given: Given) -> Given:
    """The same, for a network that takes the prepared rows and has as many outputs as are needed."""
    preparation = given.preparation
    if preparation is None:
        return given
    outputs = _outputs(learner, np.zeros((1, *preparation.shape), np.float32))
    if outputs.shape != (1, preparation.outputs):
        raise Error(
            f"the network has outputs of shape {outputs.shape[1:]} a row, and {preparation.outputs} are needed "
            f"for this {preparation.task}"
        )
    return given
