"""E17: the settings of the cubic on a parabola with a large coefficient."""

from functools import partial

from waza import nn, optim
from waza.curriculum.day4a_tensorflow.least_squares import (
    BEST_TO_TRUTH,
    TO_BEST,
    beside_noise,
    fit,
    points_of,
    typical,
)
from waza.curriculum.figures.fitted import fitted
from waza.curriculum.shown import Shown, exact, mean
from waza.report import over_steps
from waza.study import Claim, Part, Study

TRUTH, NOISE, STEPS, EARLY = (0.2, 0.5, 30.0), 0.05, 10_000, 400
LOW, HIGH = -2, 2
COURSE, LARGER, LARGEST, DESCENT = "Adam 0.001", "Adam 0.01", "Adam 0.1", "gradient descent 0.1"
OPTIMIZERS = {
    COURSE: optim.Adam(0.001),
    LARGER: optim.Adam(0.01),
    LARGEST: optim.Adam(0.1),
    DESCENT: optim.SGD(0.1),
}
FIGURES = (partial(over_steps, measure=TO_BEST), partial(fitted, low=LOW, high=HIGH))


def study() -> Study:
    """y = 30x^2 + 0.5x + 0.2, 100 points with x in -2..2 and noise 0.05; 10,000 steps of all points."""
    return Study(
        name="quadratic",
        **points_of("quadratic", TRUTH, NOISE, LOW, HIGH),
        variants={name: fit(TRUTH, optimizer, nn.Gaussian(0.01)) for name, optimizer in OPTIMIZERS.items()},
        measure=TO_BEST,
        seeds=20,
        first_seed=100,
        block=20,
        steps=STEPS,
        evaluate_every=200,
        claims=(T3,),
        figures=FIGURES,
    )


# "Finds" is the same as for the cubic: closer to the least-squares solution than that solution is to the truth.
T3 = Claim(
    "T3",
    (
        Part("course", beside_noise(COURSE), high=0.0, unit="log10"),
        Part("larger", beside_noise(LARGEST), high=0.0, unit="log10", further=True),
        Part("descent", beside_noise(DESCENT, EARLY), high=0.0, unit="log10", further=True),
    ),
)

NUMBERS: dict[str, Shown] = {
    "course": typical(COURSE),
    "reached": mean(lambda results: results["coefficient"].sel(variant=COURSE, layer="w2").isel(step=-1)),
    "larger": typical(LARGER),
    "largest": typical(LARGEST),
    "descent_early": typical(DESCENT, EARLY),
    "best_truth": typical(COURSE, measure=BEST_TO_TRUTH),
    "steps_needed": exact(lambda: TRUTH[-1] / 0.001),
}
