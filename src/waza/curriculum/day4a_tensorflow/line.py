"""E17: gradient descent on a line, against least squares."""

from functools import partial

import numpy as np

from waza import nn, optim
from waza.curriculum.day4a_tensorflow.least_squares import (
    BEST_TO_TRUTH,
    TO_BEST,
    TO_TRUTH,
    fit,
    further_from_truth,
    left,
    points_of,
)
from waza.curriculum.figures.fitted import fitted
from waza.curriculum.shown import Shown, exact, mean
from waza.report import over_steps
from waza.study import Claim, Part, Study

TRUTH, NOISE, STEPS = (2.0, 3.0), 0.3, 300
COURSE, SLOW, FAST = "rate 0.1", "rate 0.01", "rate 0.5"
RATES = {COURSE: 0.1, SLOW: 0.01, FAST: 0.5}
FIGURES = (partial(over_steps, measure=TO_BEST), partial(fitted, low=0, high=1))


def study() -> Study:
    """y = 3x + 2, 100 points with x in 0..1 and noise 0.3; gradient descent from zero, 300 steps of all points."""
    return Study(
        name="line",
        **points_of("line", TRUTH, NOISE, 0, 1),
        variants={name: fit(TRUTH, optim.SGD(rate), nn.Constant(0.0)) for name, rate in RATES.items()},
        measure=TO_BEST,
        seeds=200,
        first_seed=100,
        block=50,
        steps=STEPS,
        evaluate_every=10,
        claims=(T1,),
        figures=FIGURES,
    )


def curvatures() -> tuple[float, float]:
    """The least and the greatest eigenvalue of E[phi phi^T] for phi = (1, x), x uniform in 0..1."""
    least, greatest = np.linalg.eigvalsh([[1, 1 / 2], [1 / 2, 1 / 3]])
    return float(least), float(greatest)


def kept(rate: float) -> float:
    """The share of the error along the flattest direction that is left after all steps, for a large sample."""
    return float((1 - 2 * rate * curvatures()[0]) ** STEPS)


# "Finds": less than 0.05 from the least-squares line, which is half of a standard error of the slope (0.104), and no
# further from the true line than that line is, up to 0.02.
T1 = Claim(
    "T1",
    (
        Part("least-squares", left(COURSE), high=0.05),
        Part("truth", further_from_truth(COURSE), high=0.02),
        Part("slow", left(SLOW), low=0.5, further=True),
    ),
)

NUMBERS: dict[str, Shown] = {
    "course": mean(left(COURSE)),
    "slow": mean(left(SLOW)),
    "fast": mean(left(FAST)),
    "course_truth": mean(left(COURSE, TO_TRUTH)),
    "best_truth": mean(left(COURSE, BEST_TO_TRUTH)),
    "kept": exact(lambda: 100 * kept(RATES[COURSE])),
    "kept_slow": exact(lambda: 100 * kept(RATES[SLOW])),
    "limit": exact(lambda: 1 / curvatures()[1]),
}
