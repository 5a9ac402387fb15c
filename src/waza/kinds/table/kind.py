"""Models of tables, as a kind of model: `waza compare` trains them, and `waza use` applies them."""

import dataclasses
from pathlib import Path
from typing import Any

from waza.kinds.kind import Kind
from waza.kinds.option import option
from waza.kinds.using import InputOptions


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableInput(InputOptions):
    """The options of `waza use` for a model of a table."""

    input: tuple[str, ...] | None = option(None, "table files with the same columns", metavar="FILE")


class TableModel(Kind):
    """Networks that predict a column of a user's table from the others."""

    data = "tables"
    unit = "rows"
    use_options = TableInput
    preparation = "table"
    folder = Path(__file__).parent

    def preparation_type(self) -> Any:
        """`Preparation`."""
        from waza.data.preparation import Preparation

        return Preparation


KIND = TableModel()
