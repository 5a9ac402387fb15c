"""E3: how fast do optimisers move along the gentle floor of a valley?"""

from collections.abc import Callable

import xarray as xr

from waza import optim
from waza.curriculum.figures.distances import distances
from waza.curriculum.figures.paths import paths
from waza.learners import Descent
from waza.models.landscapes import Quadratic
from waza.study import Claim, Part, Study

SGD, MOMENTUM, SAME_EFFECT = "SGD 0.02", "momentum 0.02", "momentum 0.002"
ADAGRAD, PEER = "AdaGrad 0.1", "SGD 0.1"
SGD_BEST, MOMENTUM_BEST, ADAGRAD_BEST = "SGD 0.198", "momentum 0.669 at 0.331", "AdaGrad 1"
GENTLE, STEEP = 0.1, 10.0
FLOOR = 1e-6
EARLY, HALFWAY, LATE = 20, 200, 1000
OPTIMIZERS = {
    SGD: optim.SGD(0.02),
    MOMENTUM: optim.Momentum(0.02),
    SAME_EFFECT: optim.Momentum(0.002),
    PEER: optim.SGD(0.1),
    ADAGRAD: optim.AdaGrad(0.1),
    # The best on a quadratic in closed form (Polyak 1964); AdaGrad's by tests/curriculum/test_best_rates.py.
    SGD_BEST: optim.SGD(2 / (GENTLE + STEEP)),
    MOMENTUM_BEST: optim.Momentum(
        4 / (STEEP**0.5 + GENTLE**0.5) ** 2, ((STEEP**0.5 - GENTLE**0.5) / (STEEP**0.5 + GENTLE**0.5)) ** 2
    ),
    ADAGRAD_BEST: optim.AdaGrad(1.0),
}
FIGURES = (paths, distances)


def study() -> Study:
    """A quadratic with curvatures 0.1 and 10 from 20 starts; momentum 0.9 or its best value; 1,000 steps."""
    valley = Quadratic((GENTLE, STEEP))
    starts: dict = {"low": (1.0, -2.0), "high": (2.0, 2.0)}
    return Study(
        name="valley",
        data=None,
        variants={name: Descent(valley, optimizer, **starts) for name, optimizer in OPTIMIZERS.items()},
        measure="value",
        seeds=20,
        block=20,
        first_seed=1000,
        steps=1000,
        evaluate_every=10,
        claims=(C10, C12),
        figures=FIGURES,
    )


def ahead(variant: str, other: str, step: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the remaining distance along the floor over the other's; below 0 if `variant` is closer to the optimum.

    A distance below a millionth counts as a millionth.
    """

    def effect(results: xr.Dataset) -> xr.DataArray:
        left = abs(results["w"].sel(layer="w0", step=step)).clip(min=FLOOR)
        return xr.ufuncs.log10(left.sel(variant=variant) / left.sel(variant=other))

    return effect


# Faster: the remaining distance is a fifth smaller (0.1 powers of ten).
C10 = Claim(
    "C10",
    (
        Part("equal-rate", ahead(MOMENTUM, SGD, HALFWAY), high=-0.1, unit="log10"),
        Part("equal-effect", ahead(SAME_EFFECT, SGD, HALFWAY), high=-0.1, unit="log10"),
        Part("own-best", ahead(MOMENTUM_BEST, SGD_BEST, HALFWAY), high=-0.1, unit="log10"),
    ),
)
C12 = Claim(
    "C12",
    (
        Part("early", ahead(ADAGRAD, PEER, EARLY), high=-0.1, unit="log10"),
        Part("late", ahead(ADAGRAD, PEER, LATE), high=-0.1, unit="log10"),
        Part("late-best", ahead(ADAGRAD, SGD_BEST, LATE), high=-0.1, unit="log10"),
        Part("own-best", ahead(ADAGRAD_BEST, SGD_BEST, HALFWAY), high=-0.1, unit="log10"),
    ),
)
