"""Models of tables, as a kind of model."""

import dataclasses
from pathlib import Path
from typing import Any, ClassVar

from waza.kinds.kind import Kind, Told
from waza.kinds.option import option
from waza.kinds.table.options import TableOptions
from waza.kinds.using import InputOptions


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableInput(InputOptions):
    """The options of `waza use` for a model of a table."""

    input: tuple[str, ...] | None = option(None, "table files with the same columns", metavar="FILE")


class TableModel(Kind):
    """Networks that predict a column of a user's table from the others."""

    data = "tables"
    data_help = "a .csv, .tsv or .parquet file, with --target, or an .npz file with x and y"
    unit = "rows"
    measures = ("loss", "accuracy", "r2")
    models: ClassVar = {
        "mlp": {"en": "a perceptron that predicts a column of a table", "ja": "表の列を予測するパーセプトロン"}
    }
    options = TableOptions
    use_options = TableInput
    preparation = "table"
    folder = Path(__file__).parent

    def read(self, asked: TableOptions, progress: Told | None) -> Any:
        """The table in a file, as a `Material`."""
        from waza.kinds.table.material import table
        from waza.kinds.table.target import file_target

        return table(asked.data, file_target(asked.data, asked.target), asked.task, asked.groups, asked.order)

    def takes(self, data: Any) -> bool:
        """A table's file, a pandas.DataFrame, or (x, y) or a `Dataset` with inputs (rows, columns)."""
        from waza.data import Dataset
        from waza.data.given import is_frame, is_images, is_table_file

        in_memory = isinstance(data, tuple | Dataset) and not is_images(data)
        return in_memory or is_frame(data) or is_table_file(data)

    def given(self, asked: TableOptions, data: Any, target: str | None, progress: Told | None) -> Any:
        """The table, as a `Material`."""
        from waza.kinds.table.material import table

        return table(data, target, asked.task, asked.groups, asked.order)

    def settle(self, asked: TableOptions, material: Any) -> TableOptions:
        """The options with nothing left open."""
        from waza.kinds.table.learner import settle

        return settle(asked, material)

    def learner(self, settled: TableOptions, material: Any) -> Any:
        """The network with its optimizer, as a `Supervised`."""
        from waza.kinds.table.learner import learner

        return learner(settled, material)

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: the training curves."""
        from waza.report.training_page import render_training

        charted = [name for name in training.measures if f"train_{name}" in training.history[-1]]
        return render_training(training, language, charted)

    def preparation_type(self) -> Any:
        """`Preparation`."""
        from waza.data.preparation import Preparation

        return Preparation

    def exportable(self, model: Any) -> Any:
        """The network from a number for each column to probabilities, or to a number."""
        from waza.kinds.exported import table_model

        return table_model(model)


KIND = TableModel()
