"""The options of a training: those of every one, and those of networks that learn from rows of data."""

import dataclasses
import re
from pathlib import Path
from typing import Any, Literal, get_args

from waza.core.errors import Error
from waza.kinds.option import MOST_SEED, Options, option

OptimizerName = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
ScheduleName = Literal["constant", "cosine", "step", "exponential"]
PrecisionName = Literal["auto", "float32", "bfloat16"]
# Optimizers by names that they have elsewhere.
OTHER_NAMES = {
    "adamw": "it is adam with decoupled weight decay: give adam, and --weight-decay 0.01 (in Python weight_decay=0.01)",
    "nag": "it is Nesterov's momentum: give nesterov",
    "sgdm": "it is SGD with momentum: give momentum",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class FitOptions(Options):
    """The options of every training. A kind of model adds its own in a subclass, or declares a shared one again.

    None asks for what is usual; `Kind.settle` fills it in.

    Args:
        model: its name in the registry.
        data: a folder, a text file, or the name of a data set or an environment.
    """

    model: str
    data: str
    steps: int | None = option(None, "training steps", least=1, metavar="N")
    learning_rate: float | None = option(
        None,
        "peak learning rate",
        usual="depends on the optimizer and the model",
        least=0,
        example="0.001",
        metavar="X",
        aliases=("lr",),
    )
    patience: int = option(
        10, "stop after this many evaluations without improvement, or 0 for all steps", least=0, metavar="N"
    )
    seed: int = option(0, "random seed", least=0, most=MOST_SEED, metavar="N")

    def __post_init__(self):
        object.__setattr__(self, "data", str(Path(self.data)))  # "photos/" and "photos" are one setting
        super().__post_init__()


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingOptions(FitOptions):
    """The options of a network that learns from rows of data."""

    epochs: int | None = option(
        None, "passes over the training data", usual="20, more for few data", least=1, metavar="N"
    )
    steps: int | None = option(None, "training steps, instead of --epochs", least=1, metavar="N")
    batch_size: int | None = option(
        None, "rows per step", usual="128, fewer for few training data", least=1, metavar="N"
    )
    optimizer: OptimizerName | None = option(
        None,
        ", ".join(get_args(OptimizerName)) + "; AdamW is adam with --weight-decay",
        usual="depends on the model, mostly adam",
        metavar="NAME",
        meant=OTHER_NAMES,
    )
    schedule: ScheduleName = option(
        "cosine", "learning-rate schedule: " + ", ".join(get_args(ScheduleName)), metavar="NAME"
    )
    warm_up: int | None = option(
        None, "steps of linear learning-rate warm-up", usual="5 % of all steps", least=0, metavar="N"
    )
    weight_decay: float = option(0.0, "decoupled weight decay", usual="0", least=0, example="0.01", metavar="X")
    dropout: float | None = option(
        None, "dropout rate after hidden dense layers", usual="the model's own", least=0, below=1, metavar="X"
    )
    precision: PrecisionName = option(
        "auto",
        "number format: auto, float32 or bfloat16",
        usual="auto, which is bfloat16 on a GPU or TPU and float32 on a CPU",
        metavar="NAME",
    )

    def __post_init__(self):
        super().__post_init__()
        if self.epochs is not None and self.steps is not None:
            raise Error("both epochs and steps are given; give one of them")


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


def read_size(text: str) -> tuple[int, int]:
    """The size (height, width) that "64" or "48x64" names.

    Raises:
        Error: it names none.

    >>> read_size("64"), read_size("48x64")
    ((64, 64), (48, 64))
    """
    sides = re.split("[x×]", text.lower())
    if len(sides) > 2 or not all(side.isascii() and side.isdigit() and int(side) for side in sides):
        raise Error(f"--size {text!r} given; expected a side or HEIGHTxWIDTH in pixels, such as 64 or 48x64")
    return int(sides[0]), int(sides[-1])


def check_hidden(sizes: Any) -> None:
    """Refuse what does not name the units of hidden layers.

    Raises:
        Error: it does not.
    """
    if not isinstance(sizes, tuple | list) or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise Error(f"hidden is {sizes!r}; expected the units of each hidden layer, such as (64, 32)")
