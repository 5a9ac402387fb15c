"""What is usual for a training: filling in the options that were left open, and the optimizer that they describe."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import jax

from waza import nn, optim
from waza.core.errors import Error
from waza.engine.structure import holds
from waza.kinds.options import OptimizerName, PrecisionName, TrainingOptions

# Each with its usual learning rate.
OPTIMIZERS: dict[OptimizerName, tuple[Callable[[Any], optim.Optimizer], float]] = {
    "sgd": (optim.SGD, 0.1),
    "momentum": (optim.Momentum, 0.01),
    "nesterov": (optim.Nesterov, 0.01),
    "adagrad": (optim.AdaGrad, 0.01),
    "rmsprop": (optim.RMSProp, 0.001),
    "adam": (optim.Adam, 0.001),
}
LARGEST_BATCH, SMALLEST_BATCH = 128, 16
EPOCHS, FEWEST_STEPS = 20, 1500
EVALUATIONS = 40
WARM_UP = 0.05
DROPS, DROPPED = 3, 0.1

Asked = TypeVar("Asked", bound=TrainingOptions)


def settled(asked: Asked, rows: int, optimizer: OptimizerName, rate_scale: float = 1.0) -> Asked:
    """The options with the shared ones filled in.

    Args:
        asked: the options as given.
        rows: of the training split.
        optimizer: the usual one.
        rate_scale: the model's usual learning rate, relative to the optimizer's.

    >>> one = settled(TrainingOptions(model="mlp", data="digits"), rows=3600, optimizer="adam")
    >>> one.batch_size, one.steps, one.learning_rate, one.warm_up
    (128, 1500, 0.001, 75)
    """
    batch = asked.batch_size or min(LARGEST_BATCH, max(SMALLEST_BATCH, rows // 8), rows)
    epoch = max(1, rows // batch)
    steps = asked.steps or usual_steps(epoch, asked.epochs)
    name = asked.optimizer or optimizer
    return dataclasses.replace(
        asked,
        epochs=None,
        steps=steps,
        batch_size=batch,
        optimizer=name,
        learning_rate=OPTIMIZERS[name][1] * rate_scale if asked.learning_rate is None else asked.learning_rate,
        warm_up=round(WARM_UP * steps) if asked.warm_up is None else asked.warm_up,
        precision=_precision() if asked.precision == "auto" else asked.precision,
    )


def check_batch(model: nn.Layer, batch_size: int) -> None:
    """Refuse batches of one row under batch normalisation.

    Raises:
        Error: the model has batch normalisation, and a batch one row.
    """
    if batch_size == 1 and holds({"model": model}, nn.BatchNorm):
        raise Error(
            "batches of one row are given with batch normalisation, which divides by the spread of a batch's rows: "
            "give --batch-size 16, or leave out --norm"
        )


def usual_steps(epoch: int, epochs: int | None = None) -> int:
    """The steps of this many epochs, each of `epoch` steps; by default 20 epochs, or 1,500 steps if that is more."""
    return epoch * epochs if epochs else max(EPOCHS * epoch, FEWEST_STEPS)


def evaluate_every(steps: int) -> int:
    """Steps between evaluations, of which there are 40."""
    return max(1, steps // EVALUATIONS)


def optimizer_of(options: TrainingOptions) -> optim.Optimizer:
    """The optimizer that settled options describe, with its schedule and weight decay."""
    assert options.optimizer is not None and options.steps is not None and options.warm_up is not None
    rate: Any = options.learning_rate
    steps = max(options.steps - options.warm_up, 1)
    if options.schedule == "cosine":
        rate = optim.CosineDecay(rate, steps)
    elif options.schedule == "step":
        rate = optim.StepDecay(rate, steps / DROPS, DROPPED)
    elif options.schedule == "exponential":
        rate = optim.ExponentialDecay(rate, steps / DROPS, DROPPED)
    if options.warm_up:
        rate = optim.WarmUp(rate, options.warm_up)
    optimizer = OPTIMIZERS[options.optimizer][0](rate)
    return optim.WeightDecay(optimizer, options.weight_decay) if options.weight_decay else optimizer


def _precision() -> PrecisionName:
    return "float32" if jax.default_backend() == "cpu" else "bfloat16"
