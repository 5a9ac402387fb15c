"""E3: the step sizes of optimisers where the gradient is known."""

import math
from collections.abc import Callable

import numpy as np

from waza import optim
from waza.core.recipe import Schedule
from waza.curriculum.day2a_training.descents import path_of, slopes_of
from waza.curriculum.figures.saddles import ways_out
from waza.curriculum.figures.step_sizes import effective_rates as rates_over_steps
from waza.curriculum.shown import Shown, exact, exact_parts
from waza.learners import Descent
from waza.models.landscapes import Quadratic, Saddle, Slope
from waza.optim import Optimizer
from waza.study import Claim, Exact, Study


class Alternating(Schedule):
    """A number that changes its sign at every step.

    >>> [Alternating(2.0)(step) for step in (0, 1, 2)]
    [2.0, -2.0, 2.0]
    """

    size: float

    def __call__(self, step):
        """The number at a step."""
        return self.size * (1 - 2 * (step % 2))


MOMENTUM, ADAGRAD, RMSPROP = (f"{name}, constant gradient" for name in ("momentum", "AdaGrad", "RMSProp"))
ALTERNATING, FALLING = "momentum, alternating gradient", "RMSProp, falling gradient"
OPTIMIZERS = {
    MOMENTUM: optim.Momentum(0.01),
    ADAGRAD: optim.AdaGrad(0.01),
    RMSPROP: optim.RMSProp(0.01, 0.99),
    ALTERNATING: optim.Momentum(0.01),
    FALLING: optim.RMSProp(0.001, 0.99),
}
CONSTANT = Slope((1.0, 100.0))
SLOPES = {
    **dict.fromkeys((MOMENTUM, ADAGRAD, RMSPROP), CONSTANT),
    ALTERNATING: Slope((Alternating(1.0), Alternating(100.0))),
    FALLING: Quadratic((1.0, 100.0)),
}
START = {**dict.fromkeys(OPTIMIZERS, (0.0, 0.0)), FALLING: (2.0, 2.0)}
# The first two at one rate, the others at the rates that leave first (a sweep: tests/curriculum/test_best_rates.py).
SADDLE_OPTIMIZERS = {
    "SGD 0.1": optim.SGD(0.1),
    "AdaGrad 0.1": optim.AdaGrad(0.1),
    "SGD 1.78": optim.SGD(1.78),
    "AdaGrad 3.16": optim.AdaGrad(3.16),
}
EQUAL_RATE = ("SGD 0.1", "AdaGrad 0.1")
BESIDE, AFAR, ALIGNED = "beside a saddle", "from afar", "from afar, saddle along the axes"
BOXES = {
    BESIDE: np.array([(0.0, 0.001), (0.0, 0.01)]),
    AFAR: np.array([(2.0, 2.001), (2.0, 2.01)]),
    ALIGNED: np.array([(2.0, 0.001), (2.0, 0.01)]),
}
TURN, AWAY, LATER, STARTS = 45.0, 0.5, 1000, 100
FIGURES = (rates_over_steps, ways_out)


def study() -> Study:
    """1,000 steps on slopes of gradient (1, 100), constant or alternating, a quadratic and a rotated saddle."""

    def at_saddle(name: str, start: str, turn: float = TURN) -> Descent:
        low, high = (tuple(map(float, corner)) for corner in BOXES[start])
        return Descent(Saddle(turn), SADDLE_OPTIMIZERS[name], low=low, high=high)

    return Study(
        name="step-sizes",
        data=None,
        variants={
            **{
                name: Descent(SLOPES[name], optimizer, low=START[name], high=START[name])
                for name, optimizer in OPTIMIZERS.items()
            },
            **{f"{name}, {BESIDE}": at_saddle(name, BESIDE) for name in EQUAL_RATE},
            **{f"{name}, {AFAR}": at_saddle(name, AFAR) for name in SADDLE_OPTIMIZERS},
            **{f"{name}, {ALIGNED}": at_saddle(name, ALIGNED, turn=0.0) for name in EQUAL_RATE},
        },
        measure="value",
        seeds=20,
        block=20,
        first_seed=5000,
        steps=LATER,
        evaluate_every=1,
        claims=(C11, C13, C16),
        figures=FIGURES,
    )


def effective_rates(name: str) -> np.ndarray:
    """The effective rate at each step from the first, per coordinate: the step divided by the gradient after it."""
    path = path_of(SLOPES[name], OPTIMIZERS[name], np.array([START[name]]), LATER)
    return np.abs(np.diff(path, axis=0) / slopes_of(SLOPES[name], path)[1:])[:, 0]


def later_rate(name: str) -> float:
    """The effective rate at step 1,000 over that at step 500; 0.707 if the rate falls as 1/sqrt(t)."""
    rates = effective_rates(name)[:, 0]
    return float(rates[LATER - 1] / rates[LATER // 2 - 1])


def momentum_by_size() -> float:
    """Momentum's effective rate where the gradient is 1 over that where it is 100."""
    small, large = effective_rates(MOMENTUM)[-1]
    return float(small / large)


def momentum_by_direction() -> float:
    """Momentum's effective rate at a constant gradient over that at one whose sign alternates."""
    return float(effective_rates(MOMENTUM)[-1, 0] / effective_rates(ALTERNATING)[-1, 0])


def steps_at_saddle(optimizer: Optimizer, start: str, turn: float = TURN) -> np.ndarray:
    """The steps from coming within half a unit of the saddle point to leaving it by half a unit, from each start."""
    down, out = _distances(optimizer, start, turn)
    return first(out > AWAY) - first(down < AWAY)


def steps_in_all(optimizer: Optimizer, start: str, turn: float = TURN) -> np.ndarray:
    """The steps from each start to leaving the saddle point by half a unit."""
    return first(_distances(optimizer, start, turn)[1] > AWAY)


def first(reached: np.ndarray) -> np.ndarray:
    """The first step at which `reached` is true, from each start; the last step if it never is."""
    return np.where(reached.any(axis=0), reached.argmax(axis=0), len(reached) - 1).astype(float)


def slower(
    adagrad: str, sgd: str, start: str, steps: Callable[..., np.ndarray] = steps_at_saddle, turn: float = TURN
) -> Callable[[], float]:
    """The steps that AdaGrad needs over those that SGD needs, geometric mean over the starts."""

    def ratio() -> float:
        needed = (np.maximum(steps(SADDLE_OPTIMIZERS[name], start, turn), 1) for name in (adagrad, sgd))
        return float(10 ** np.mean(np.log10(next(needed) / next(needed))))

    return ratio


def _distances(optimizer: Optimizer, start: str, turn: float) -> tuple[np.ndarray, np.ndarray]:
    """The distances from the saddle point along the way down to it and along the way out, (step, start)."""
    path = path_of(Saddle(turn), optimizer, saddle_starts(start), LATER)
    angle = math.radians(turn)
    down = math.cos(angle) * path[..., 0] + math.sin(angle) * path[..., 1]
    out = math.cos(angle) * path[..., 1] - math.sin(angle) * path[..., 0]
    return np.abs(down), np.abs(out)


def saddle_starts(start: str) -> np.ndarray:
    """Starts on a grid of the box: 0.001 to 0.01 away from the line on which descent would end in the saddle point."""
    low, high = BOXES[start]
    return low + (high - low) * (np.arange(STARTS)[:, None] + 0.5) / STARTS


# An adjustment would depend on the size of the gradient (by a quarter) or on time (by 1 %). What depends on whether the
# gradient keeps its direction is the sum that a linear filter with constant weights forms.
C11 = Claim(
    "C11",
    (
        Exact("by-size", momentum_by_size, low=1.25),
        Exact("over-time", lambda: abs(later_rate(MOMENTUM) - 1), low=0.01),
        Exact("by-direction", momentum_by_direction, low=1.25, further=True),
    ),
)
# Problems: twice as many steps.
C13 = Claim(
    "C13",
    (
        Exact("shrinks", lambda: later_rate(ADAGRAD), low=0.68, high=0.73),
        Exact("own-best", slower("AdaGrad 3.16", "SGD 1.78", AFAR, steps_in_all), low=2.0),
        Exact("beside", slower("AdaGrad 0.1", "SGD 0.1", BESIDE), low=2.0),
        Exact("from-afar", slower("AdaGrad 0.1", "SGD 0.1", AFAR), low=2.0, further=True),
        Exact("aligned", slower("AdaGrad 0.1", "SGD 0.1", ALIGNED, turn=0.0), low=2.0, further=True),
    ),
)
# Shrinking: by more than 5 % while the number of steps doubles.
C16 = Claim(
    "C16",
    (
        Exact("constant", lambda: later_rate(RMSPROP), high=0.95),
        Exact("falling", lambda: later_rate(FALLING), high=0.95),
    ),
)
RATE = 0.01  # of the optimisers whose effective rates are compared
NUMBERS: dict[str, Shown] = {
    "same_direction": lambda _: effective_rates(MOMENTUM)[-1, 0] / RATE,
    "alternating": lambda _: effective_rates(ALTERNATING)[-1, 0] / RATE,
    "by_size": exact(momentum_by_size),
    **exact_parts(C13, C16),
}
