"""The options of a model of a table."""

import dataclasses
from typing import Literal

from waza.core.errors import Error
from waza.kinds.option import option
from waza.kinds.options import TrainingOptions

TaskName = Literal["classification", "regression"]


def read_hidden(text: str) -> tuple[int, ...]:
    """The units of each hidden layer.

    Raises:
        Error: the text names none.

    >>> read_hidden("64,32"), read_hidden("16")
    ((64, 32), (16,))
    """
    sizes = text.replace(" ", "").split(",")
    if not all(size.isascii() and size.isdigit() and int(size) for size in sizes):
        raise Error(f"--hidden {text!r} given; expected the units of each hidden layer, such as 64,32")
    return tuple(map(int, sizes))


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
    groups: str | None = option(None, "a column whose rows of one value stay in one split, such as a patient")
    order: str | None = option(None, "a column of dates or numbers: the latest rows are held out")

    def __post_init__(self):
        super().__post_init__()
        sizes = self.hidden
        if not isinstance(sizes, tuple | list) or not all(isinstance(size, int) and size > 0 for size in sizes):
            raise Error(f"hidden is {sizes!r}; expected the units of each hidden layer, such as (64, 32)")
