"""The techniques to compare: the change that each makes to the baseline, and the ranges of its tuning."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from waza import nn, optim
from waza.core.vary import vary
from waza.learners import Supervised
from waza.study import geometric

Grid = Mapping[str, Sequence[float]]
SLOW, FAST = geometric(1e-4, 0.1, 7), geometric(1e-3, 1.0, 7)
RATE = "optimizer.learning_rate"


@dataclasses.dataclass(frozen=True)
class Technique:
    """A change of the baseline, and the ranges of the numbers that are tuned."""

    change: Callable[[Supervised], Supervised]
    grid: Grid


def _optimizer(optimizer: optim.Optimizer, rates: Sequence[float]) -> Technique:
    return Technique(lambda baseline: vary(baseline, optimizer=optimizer), {RATE: rates})


def _model(rates: Sequence[float] = FAST, **changes: object) -> Technique:
    return Technique(lambda baseline: vary(baseline, model=changes), {RATE: rates})


# The baseline has SGD, ReLU and He; its learning rate is tuned, and a technique's learning rate and own strength.
TECHNIQUES: dict[str, Technique] = {
    "momentum": _optimizer(optim.Momentum(0.01), geometric(1e-4, 0.1, 7)),
    "nesterov": _optimizer(optim.Nesterov(0.01), geometric(1e-4, 0.1, 7)),
    "adagrad": _optimizer(optim.AdaGrad(0.01), FAST),
    "rmsprop": _optimizer(optim.RMSProp(0.01), SLOW),
    "adam": _optimizer(optim.Adam(0.001), SLOW),
    "batch_norm": _model(norm=nn.BatchNorm()),
    "dropout": Technique(
        lambda baseline: vary(baseline, model={"dropout": nn.Dropout(0.2)}),
        {RATE: FAST, "model.dropout.rate": (0.1, 0.2, 0.3)},  # stays below 1 when the range is widened twice
    ),
    "l2": Technique(
        lambda baseline: vary(baseline, penalty=nn.L2(0.001)),
        {RATE: FAST, "penalty.strength": geometric(1e-4, 1e-2, 3)},
    ),
    "l1": Technique(
        lambda baseline: vary(baseline, penalty=nn.L1(0.0001)),
        {RATE: FAST, "penalty.strength": geometric(1e-5, 1e-3, 3)},
    ),
    "weight_decay": Technique(
        lambda baseline: vary(baseline, optimizer=optim.WeightDecay(optim.Adam(0.001), 0.01)),
        {"optimizer.optimizer.learning_rate": SLOW, "optimizer.decay": geometric(1e-2, 1.0, 3)},
    ),
    "tanh": _model(activation=nn.tanh, initializer=nn.Xavier()),
    "sigmoid": _model(geometric(1e-2, 10.0, 7), activation=nn.sigmoid, initializer=nn.Xavier()),
    "xavier": _model(initializer=nn.Xavier()),
}
EARLY_STOPPING = "early_stopping"
NAMES = (*TECHNIQUES, EARLY_STOPPING)
USUAL = ("batch_norm", "dropout", "l2", "adam", EARLY_STOPPING)
