"""What trained models give to be exported: the parts that leave, and what a user of the files needs to know."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.core.files import check_path
from waza.data.columns import CategoricalColumn, NumericColumn
from waza.interop.exporting import Written, export
from waza.interop.part import BATCH, Exportable, Part, Tensor, random_inputs
from waza.interop.serving import Affine, Columns, Pixels, Softmax
from waza.kinds.model import Model
from waza.models import Chain
from waza.nn import Layer

UNITS = {"date": "days since 1970-01-01", "time": "hours"}


def export_model(model: Model, to: str, folder: str | Path, force: bool = False) -> tuple[Written, ...]:
    """Write a trained model in the format of another library, with a check that it computes the same.

    Args:
        model: the model.
        to: "onnx", or another target (see: waza export --help).
        folder: that is created.
        force: whether to replace the folder of an earlier export.

    Raises:
        Error: the model cannot be exported, packages are missing, or the folder exists; nothing is left behind.
    """
    from waza.kinds.registry import kind_prepared_by

    if model.preparation is None:
        raise Error("a model of a learner of your own says not what its outputs are, and cannot be exported")
    return export(kind_prepared_by(model.preparation.kind).exportable(model), to, check_path(folder, "folder"), force)


def chained(*layers: Layer, variables: Any, of: Layer) -> tuple[Chain, dict[str, Any]]:
    """Layers one after another, of which one alone, `of`, has variables."""
    return Chain(layers), {"layers": [variables if layer is of else {} for layer in layers]}


def predictor(model: Model, given: Tensor, before: Sequence[Layer] = (), sample: Any = None) -> Exportable:
    """A model of classes or numbers: the part "model", from rows as they are given to probabilities or numbers.

    Args:
        model: whose preparation has a `task`.
        given: the input.
        before: layers that make the network's inputs of it.
        sample: as in `Part`; by default random inputs.
    """
    preparation = model.preparation
    after: tuple[Layer, ...] = ()
    if preparation.task == "classification":
        output, after = Tensor("probabilities", "float32", (BATCH, preparation.outputs)), (Softmax(),)
        facts = {"classes": model.classes.tolist()}
    else:
        output, facts = Tensor("numbers", "float32", (BATCH, preparation.outputs)), {}
        if hasattr(preparation, "scale"):
            after = (Affine(preparation.scale, preparation.mean),)
    return Exportable((part_of(model, given, output, before, after, sample),), facts)


def part_of(
    model: Model, given: Tensor, output: Tensor, before: Sequence[Layer], after: Sequence[Layer], sample: Any = None
) -> Part:
    """The part "model" with one input and one output."""
    layer, variables = chained(*before, model.model, *after, variables=model.variables, of=model.model)
    return Part("model", layer, variables, (given,), (output,), sample or random_inputs((given,)))


def image_classifier(model: Model) -> Exportable:
    """A classifier of images, from bytes."""
    found = predictor(model, Tensor("images", "uint8", (BATCH, *model.preparation.shape)), (Pixels(),))
    return found._replace(facts={**found.facts, **image_facts(model.preparation)})


def image_facts(preparation: Any) -> dict[str, Any]:
    """How images become the input."""
    height, width, channels = preparation.shape
    order = "red, green, blue" if channels == 3 else "grey, by the luminance 0.299 red + 0.587 green + 0.114 blue"
    fit = "the largest central part with this aspect ratio, scaled by bicubic interpolation"
    return {"pixels": {"height": height, "width": width, "channels": order, "values": "0 to 255", "fit": fit}}


def array_model(model: Model) -> Exportable:
    """A network on arrays as they are."""
    preparation = model.preparation
    given = Tensor("x", preparation.dtype, (BATCH, *preparation.shape))
    return predictor(model, given, (Pixels(),) if preparation.dtype == "uint8" else ())


def table_model(model: Model) -> Exportable:
    """A model of a table, from a number for each column."""
    columns = model.preparation.columns
    found = predictor(model, table_input(columns), (Columns(columns),), table_sample(columns))
    return found._replace(facts={**found.facts, "target": model.preparation.target, "columns": column_facts(columns)})


def table_input(columns: Sequence[Any]) -> Tensor:
    """The rows of a table, a number for each column."""
    return Tensor("rows", "float64", (BATCH, len(columns)))


def column_facts(columns: Sequence[Any]) -> list[dict[str, Any]]:
    """What the number of each column means."""
    found: list[dict[str, Any]] = []
    for column in columns:
        if isinstance(column, CategoricalColumn):
            meaning = {"number": "place in categories, from 0; -1: none of them", "categories": [*column.categories]}
        else:
            reading = "date" if column.kind in ("date", "day_first", "month_first") else column.kind
            meaning = {"number": UNITS.get(reading, column.unit or "as it is"), "missing": "NaN"}
        found.append({"name": column.name, **meaning})
    return found


def table_sample(columns: Sequence[Any]) -> Any:
    """Rows as in training: numbers around their mean, some of them missing, and any category."""

    def column(rng: np.random.Generator, rows: int, one: Any) -> np.ndarray:
        if isinstance(one, NumericColumn):
            values = one.mean + 2 * one.scale * rng.normal(size=rows)
            return np.where(rng.random(rows) < 0.1, np.nan, values)
        return rng.integers(-1, len(one.categories), rows).astype(float)

    def sample(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, ...]:
        return (np.stack([column(rng, rows, one) for one in columns], axis=1),)

    return sample


def kept_facts(preparation: Any) -> Mapping[str, Any]:
    """The preparation as it is saved."""
    return {"preparation": preparation.to_json()}
