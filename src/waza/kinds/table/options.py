"""The options of a model of a table, which `waza.fit` takes."""

import dataclasses
from typing import Literal

from waza.core.errors import Error
from waza.kinds.option import option
from waza.kinds.options import TrainingOptions

TaskName = Literal["classification", "regression"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableOptions(TrainingOptions):
    """The training options of a model of a table."""

    hidden: tuple[int, ...] = option((64, 32), "units of each hidden layer")
    task: TaskName | None = option(None, "classification or regression", usual="depends on the target's values")
    norm: bool = option(False, "batch normalisation in every hidden layer")
    groups: str | None = option(None, "a column whose rows of one value stay in one split, such as a patient")
    order: str | None = option(None, "a column of dates or numbers: the latest rows are held out")

    def __post_init__(self):
        super().__post_init__()
        sizes = self.hidden
        if not isinstance(sizes, tuple | list) or not all(isinstance(size, int) and size > 0 for size in sizes):
            raise Error(f"hidden is {sizes!r}; expected the units of each hidden layer, such as (64, 32)")
