"""The options of a model of a table."""

import dataclasses
from typing import Literal

from waza.kinds.option import option
from waza.kinds.options import TrainingOptions, check_hidden, read_hidden

TaskName = Literal["classification", "regression"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableOptions(TrainingOptions):
    """The training options of a model of a table; `waza.fit` gives the target as an argument of its own."""

    target: str | None = option(None, "the column to predict", metavar="COLUMN")
    hidden: tuple[int, ...] = option(
        (64, 32),
        "units of each hidden layer, such as 64,32",
        usual="64,32",
        metavar="N,N",
        read=read_hidden,
        aliases=("hidden_size",),
    )
    task: TaskName | None = option(
        None, "classification or regression", usual="depends on the target's values", metavar="TASK"
    )
    norm: bool = option(False, "batch normalisation in every hidden layer")
    groups: str | None = option(
        None, "a column whose rows of one value stay in one split, such as a patient", metavar="COLUMN"
    )
    order: str | None = option(None, "a column of dates or numbers: the latest rows are held out", metavar="COLUMN")

    def __post_init__(self):
        super().__post_init__()
        check_hidden(self.hidden)
