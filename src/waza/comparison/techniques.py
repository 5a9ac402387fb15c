"""The techniques to compare: the change that each makes to the baseline, and the ranges of its tuning."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from waza import nn, optim
from waza.core.vary import vary
from waza.learners import Supervised
from waza.study import geometric

Grid = Mapping[str, Sequence[float]]
BASELINE = "baseline"
RATE = "optimizer.learning_rate"
TRIED, RATES, STRENGTHS = 12, 4, 3  # each variant is tuned over 12 settings: of rates, or of rates times strengths
SLOW, FAST = geometric(1e-4, 0.1, TRIED), geometric(1e-3, 1.0, TRIED)
FEW_SLOW, FEW_FAST = geometric(3e-4, 0.05, RATES), geometric(3e-3, 0.5, RATES)


@dataclasses.dataclass(frozen=True)
class Technique:
    """One change of a reference, and the ranges of the numbers that are tuned.

    Args:
        change: from the baseline to the technique.
        grid: `TRIED` settings in all.
        reference: what it is compared with; a technique that needs another optimiser has that optimiser alone.
    """

    change: Callable[[Supervised], Supervised]
    grid: Grid
    reference: str = BASELINE


def _optimizer(optimizer: optim.Optimizer, rates: Sequence[float]) -> Technique:
    return Technique(lambda baseline: vary(baseline, optimizer=optimizer), {RATE: rates})


def _model(rates: Sequence[float] = FAST, **changes: object) -> Technique:
    return Technique(lambda baseline: vary(baseline, model=changes), {RATE: rates})


# The baseline has SGD, ReLU and He; its learning rate is tuned, and a technique's learning rate and own strength.
TECHNIQUES: dict[str, Technique] = {
    "momentum": _optimizer(optim.Momentum(0.01), SLOW),
    "nesterov": _optimizer(optim.Nesterov(0.01), SLOW),
    "adagrad": _optimizer(optim.AdaGrad(0.01), FAST),
    "rmsprop": _optimizer(optim.RMSProp(0.01), SLOW),
    "adam": _optimizer(optim.Adam(0.001), SLOW),
    "batch_norm": _model(norm=nn.BatchNorm()),
    "dropout": Technique(
        lambda baseline: vary(baseline, model={"dropout": nn.Dropout(0.2)}),
        {RATE: FEW_FAST, "model.dropout.rate": (0.1, 0.25, 0.5)},
    ),
    "l2": Technique(
        lambda baseline: vary(baseline, penalty=nn.L2(0.001)),
        {RATE: FEW_FAST, "penalty.strength": geometric(1e-4, 1e-2, STRENGTHS)},
    ),
    "l1": Technique(
        lambda baseline: vary(baseline, penalty=nn.L1(0.0001)),
        {RATE: FEW_FAST, "penalty.strength": geometric(1e-5, 1e-3, STRENGTHS)},
    ),
    "weight_decay": Technique(
        lambda baseline: vary(baseline, optimizer=optim.WeightDecay(optim.Adam(0.001), 0.01)),
        {"optimizer.optimizer.learning_rate": FEW_SLOW, "optimizer.decay": geometric(1e-2, 1.0, STRENGTHS)},
        "adam",
    ),
    "tanh": _model(activation=nn.tanh),
    "sigmoid": _model(geometric(1e-2, 10.0, TRIED), activation=nn.sigmoid),
    "xavier": _model(initializer=nn.Xavier()),
}
EARLY_STOPPING = "early_stopping"
NAMES = (*TECHNIQUES, EARLY_STOPPING)
USUAL = ("batch_norm", "dropout", "l2", "adam", EARLY_STOPPING)


def reference_of(technique: str) -> str:
    """The variant that a technique is compared with."""
    return TECHNIQUES[technique].reference if technique in TECHNIQUES else BASELINE


def thinned(grid: Grid) -> dict[str, Sequence[float]]:
    """Half as many settings: every other rate, or, with a strength, one rate fewer and the ends of the strength."""
    if len(grid) == 1:
        return {path: values[::2] for path, values in grid.items()}
    return {path: values[:-1] if path.endswith("learning_rate") else values[::2] for path, values in grid.items()}
