"""E3: how fast do optimisers move along the gentle floor of a valley?"""

from collections.abc import Callable

import numpy as np

from waza import optim
from waza.curriculum.day2a_training.descents import end_of, line
from waza.curriculum.figures.distances import distances
from waza.curriculum.figures.paths import paths
from waza.curriculum.shown import Shown, exact_parts
from waza.learners import Descent
from waza.models.landscapes import Quadratic
from waza.study import Claim, Exact, Study

SGD, MOMENTUM, SAME_EFFECT = "SGD 0.02", "momentum 0.02", "momentum 0.002"
ADAGRAD, PEER = "AdaGrad 0.1", "SGD 0.1"
SGD_BEST, MOMENTUM_BEST, ADAGRAD_BEST = "SGD 0.198", "momentum 0.669 at 0.331", "AdaGrad 1"
GENTLE, STEEP = 0.1, 10.0
FLOOR = 1e-6
EARLY, HALFWAY, LATE = 20, 200, 1000
STARTS = 1000
VALLEY = Quadratic((GENTLE, STEEP))
OWN_BEST, EQUAL_RATE, EQUAL_EFFECT = "each at its best setting", "equal rate", "equal effective rate"
BOTH, AGAINST_BEST = "both at rate 0.1", "AdaGrad at rate 0.1, SGD at its best rate"
BEST_RATE = 2 / (GENTLE + STEEP)
BEST_MOMENTUM = ((STEEP**0.5 - GENTLE**0.5) / (STEEP**0.5 + GENTLE**0.5)) ** 2
OPTIMIZERS = {
    SGD: optim.SGD(0.02),
    MOMENTUM: optim.Momentum(0.02),
    SAME_EFFECT: optim.Momentum(0.002),
    PEER: optim.SGD(0.1),
    ADAGRAD: optim.AdaGrad(0.1),
    # The best on a quadratic in closed form (Polyak 1964); AdaGrad's by tests/curriculum/test_best_rates.py.
    SGD_BEST: optim.SGD(BEST_RATE),
    MOMENTUM_BEST: optim.Momentum(4 / (STEEP**0.5 + GENTLE**0.5) ** 2, BEST_MOMENTUM),
    ADAGRAD_BEST: optim.AdaGrad(1.0),
}
FIGURES = (paths, distances)


def study() -> Study:
    """A quadratic with curvatures 0.1 and 10 from 20 starts; momentum 0.9 or its best value; 1,000 steps."""
    starts: dict = {"low": (1.0, -2.0), "high": (2.0, 2.0)}
    return Study(
        name="valley",
        data=None,
        variants={name: Descent(VALLEY, optimizer, **starts) for name, optimizer in OPTIMIZERS.items()},
        measure="value",
        seeds=20,
        block=20,
        first_seed=5000,
        steps=1000,
        evaluate_every=10,
        claims=(C10, C12),
        figures=FIGURES,
    )


def left_of(variant: str, step: int) -> np.ndarray:
    """log10 of the distance that remains along the floor after these steps, from starts 1 to 2 units away.

    A distance below a millionth counts as a millionth.
    """
    ends = end_of(VALLEY, OPTIMIZERS[variant], line(1.0, 2.0, STARTS, other=1.0), step)
    return np.log10(np.maximum(np.abs(ends[:, 0]), FLOOR))


def ahead(variant: str, other: str, step: int) -> Callable[[], float]:
    """The remaining distance over the other's, geometric mean over the starts; below 1 if `variant` is closer."""
    return lambda: float(10 ** np.mean(left_of(variant, step) - left_of(other, step)))


# Faster, or closer: the remaining distance is a fifth smaller.
C10 = Claim(
    "C10",
    (
        Exact("own-best", ahead(MOMENTUM_BEST, SGD_BEST, HALFWAY), high=0.8, case=OWN_BEST),
        Exact("equal-rate", ahead(MOMENTUM, SGD, HALFWAY), high=0.8, case=EQUAL_RATE),
        Exact("equal-effect", ahead(SAME_EFFECT, SGD, HALFWAY), high=0.8, case=EQUAL_EFFECT),
    ),
)
C12 = Claim(
    "C12",
    (
        Exact("early", ahead(ADAGRAD, PEER, EARLY), high=0.8, case=BOTH),
        Exact("own-best", ahead(ADAGRAD_BEST, SGD_BEST, HALFWAY), high=0.8, case=OWN_BEST),
        Exact("late", ahead(ADAGRAD, PEER, LATE), high=0.8, case=BOTH),
        Exact("late-best", ahead(ADAGRAD, SGD_BEST, LATE), high=0.8, case=AGAINST_BEST),
    ),
)


NUMBERS: dict[str, Shown] = {
    "sgd_factor": lambda _: 1 - BEST_RATE * GENTLE,
    "momentum_factor": lambda _: BEST_MOMENTUM**0.5,
    "sgd_left": lambda _: 100 * (1 - BEST_RATE * GENTLE) ** HALFWAY,
    "equal_rate_left": lambda _: 100 * ahead(MOMENTUM, SGD, HALFWAY)(),
    **exact_parts(C10, C12),
}
