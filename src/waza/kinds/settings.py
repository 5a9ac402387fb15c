"""What is asked of a long training, and what is taken where nothing is asked."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, get_args

from waza import optim
from waza.core.errors import Error, nearest

OptimizerName = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
ScheduleName = Literal["constant", "cosine", "step", "exponential"]
PrecisionName = Literal["auto", "float32", "bfloat16"]
TokensName = Literal["characters", "words", "pieces"]
CellName = Literal["lstm", "gru", "rnn"]

# Each with its usual learning rate; the weight decay and the schedule come around it.
OPTIMIZERS: dict[str, tuple[Callable[[Any], optim.Optimizer], float]] = {
    "sgd": (optim.SGD, 0.1),
    "momentum": (optim.Momentum, 0.01),
    "nesterov": (optim.Nesterov, 0.01),
    "adagrad": (optim.AdaGrad, 0.01),
    "rmsprop": (optim.RMSProp, 0.001),
    "adam": (optim.Adam, 0.001),
}
LARGEST_BATCH, SMALLEST_BATCH = 128, 16
EPOCHS, FEWEST_STEPS = 20, 1500
EVALUATIONS, PATIENCE = 40, 10
WARM_UP = 0.05
DROPS, DROPPED = 3, 0.1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a training. None asks for what is usual; `settled` puts it in.

    What only some kinds of data have (`Trainable.own`) stays as it is for all others: size, norm and augment are those
    of images, and what follows the seed those of texts.

    Args:
        model: its name in the registry.
        data: a folder, a text's file, or a data set's name.
        size: (height, width) that images are brought to.
        epochs, steps: how long; one of them at most.
        batch_size: rows a step; of a text, the lanes that are read side by side.
        optimizer: by name.
        learning_rate: the highest.
        schedule: how the rate goes down.
        warm_up: steps in which the rate goes up.
        weight_decay: decoupled, of weights alone; 0 for none.
        dropout: the rate after hidden layers; 0 for none, None for the model's own.
        norm: batch normalisation of every hidden layer.
        augment: random crops, and mirror images of photographs.
        patience: evaluations without a new best after which training ends; 0 for no such end.
        precision: of the steps' arithmetic; "auto" is bfloat16 on GPU and TPU.
        seed: of all that is drawn.
        tokens: what a text is cut into.
        vocabulary: the most words, or the number of pieces.
        width, depth: units of a recurrent layer, and how many layers.
        window: places of each lane that a step reads, which is how far back gradients reach.
        cell: of the recurrent layers.
        clip: the largest norm that a step's gradient keeps; 0 for no such limit.
    """

    model: str
    data: str
    size: tuple[int, int] | None = None
    epochs: int | None = None
    steps: int | None = None
    batch_size: int | None = None
    optimizer: OptimizerName | None = None
    learning_rate: float | None = None
    schedule: ScheduleName = "cosine"
    warm_up: int | None = None
    weight_decay: float = 0.0
    dropout: float | None = None
    norm: bool = False
    augment: bool = True
    patience: int = PATIENCE
    precision: PrecisionName = "auto"
    seed: int = 0
    tokens: TokensName | None = None
    vocabulary: int | None = None
    width: int | None = None
    depth: int | None = None
    window: int | None = None
    cell: CellName | None = None
    clip: float | None = None

    def __post_init__(self):
        kinds: dict[str, Any] = {
            "optimizer": OptimizerName,
            "schedule": ScheduleName,
            "precision": PrecisionName,
            "tokens": TokensName,
            "cell": CellName,
        }
        for name, kind in kinds.items():
            value = getattr(self, name)
            if value is not None and value not in get_args(kind):
                raise Error(f"{name} is {value!r}: {nearest(str(value), get_args(kind))}")
        if self.epochs is not None and self.steps is not None:
            raise Error("both epochs and steps are given; give one of them")
        for name in ("learning_rate", "weight_decay", "clip"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                raise Error(f"{name} is {value}; expected a number of at least 0, such as 0.001")
        if self.dropout is not None and not 0 <= self.dropout < 1:
            raise Error(f"dropout is {self.dropout}; expected a share of units in [0, 1), such as 0.5")


def settled(given: Settings, rows: int, optimizer: OptimizerName, rate_scale: float = 1.0) -> Settings:
    """The settings with nothing left open.

    Args:
        given: what is asked.
        rows: of the training split.
        optimizer: where none is asked for.
        rate_scale: what the model's usual rate is, over its optimiser's.

    >>> one = settled(Settings(model="mlp", data="digits"), rows=3600, optimizer="adam")
    >>> one.batch_size, one.steps, one.learning_rate, one.warm_up
    (128, 1500, 0.001, 75)
    """
    batch = given.batch_size or min(LARGEST_BATCH, max(SMALLEST_BATCH, rows // 8), rows)
    epoch = max(1, rows // batch)
    usual = epoch * given.epochs if given.epochs else max(EPOCHS * epoch, FEWEST_STEPS)
    steps = given.steps or usual
    name = given.optimizer or optimizer
    return dataclasses.replace(
        given,
        epochs=None,
        steps=steps,
        batch_size=batch,
        optimizer=name,
        learning_rate=OPTIMIZERS[name][1] * rate_scale if given.learning_rate is None else given.learning_rate,
        warm_up=round(WARM_UP * steps) if given.warm_up is None else given.warm_up,
        precision=_precision() if given.precision == "auto" else given.precision,
    )


def evaluate_every(settings: Settings) -> int:
    """Steps between evaluations: a fortieth of all."""
    assert settings.steps is not None
    return max(1, settings.steps // EVALUATIONS)


def optimizer_of(settings: Settings) -> optim.Optimizer:
    """The optimiser that settled settings describe, with its schedule and weight decay."""
    assert settings.optimizer is not None and settings.steps is not None and settings.warm_up is not None
    rate: Any = settings.learning_rate
    steps = max(settings.steps - settings.warm_up, 1)
    if settings.schedule == "cosine":
        rate = optim.CosineDecay(rate, steps)
    elif settings.schedule == "step":
        rate = optim.StepDecay(rate, steps / DROPS, DROPPED)
    elif settings.schedule == "exponential":
        rate = optim.ExponentialDecay(rate, steps / DROPS, DROPPED)
    if settings.warm_up:
        rate = optim.WarmUp(rate, settings.warm_up)
    optimizer = OPTIMIZERS[settings.optimizer][0](rate)
    return optim.WeightDecay(optimizer, settings.weight_decay) if settings.weight_decay else optimizer


def _precision() -> PrecisionName:
    import jax

    return "float32" if jax.default_backend() == "cpu" else "bfloat16"
