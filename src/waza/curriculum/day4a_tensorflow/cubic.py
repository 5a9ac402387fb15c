"""E17: Adam on a cubic, against least squares."""

from functools import partial

from waza import nn, optim
from waza.curriculum.day4a_tensorflow.least_squares import (
    BEST_TO_TRUTH,
    TO_BEST,
    TO_TRUTH,
    beside_noise,
    fit,
    points_of,
    typical,
)
from waza.curriculum.figures.fitted import fitted
from waza.curriculum.shown import Shown, exact
from waza.report import over_steps
from waza.study import Claim, Part, Study

TRUTH, NOISE, STEPS, EARLY = (1.0, -2.8, 1.6, -0.4), 0.05, 10_000, 2000
LOW, HIGH = -2, 2
COURSE, LARGER, DESCENT = "Adam 0.001", "Adam 0.01", "gradient descent 0.05"
OPTIMIZERS = {COURSE: optim.Adam(0.001), LARGER: optim.Adam(0.01), DESCENT: optim.SGD(0.05)}
FIGURES = (partial(over_steps, measure=TO_BEST), partial(fitted, low=LOW, high=HIGH))


def study() -> Study:
    """y = -0.4x^3 + 1.6x^2 - 2.8x + 1, 100 points with x in -2..2 and noise 0.05; 10,000 steps of all points."""
    return Study(
        name="cubic",
        **points_of("cubic", TRUTH, NOISE, LOW, HIGH),
        variants={name: fit(TRUTH, optimizer, nn.Gaussian(0.01)) for name, optimizer in OPTIMIZERS.items()},
        measure=TO_BEST,
        seeds=20,
        first_seed=100,
        block=20,
        steps=STEPS,
        evaluate_every=200,
        claims=(T2,),
        figures=FIGURES,
    )


# "Finds": closer to the least-squares solution than that solution is to the truth. "Far" is ten times as far.
T2 = Claim(
    "T2",
    (
        Part("course", beside_noise(COURSE), high=0.0, unit="log10"),
        Part("early", beside_noise(COURSE, EARLY), low=1.0, unit="log10", further=True),
        Part("descent", beside_noise(DESCENT, EARLY), high=0.0, unit="log10", further=True),
    ),
)

NUMBERS: dict[str, Shown] = {
    "course": typical(COURSE),
    "course_truth": typical(COURSE, measure=TO_TRUTH),
    "best_truth": typical(COURSE, measure=BEST_TO_TRUTH),
    "early": typical(COURSE, EARLY),
    "larger_early": typical(LARGER, EARLY),
    "descent_early": typical(DESCENT, EARLY),
    "steps_needed": exact(lambda: max(map(abs, TRUTH)) / 0.001),
}
