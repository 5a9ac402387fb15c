"""E3: learning rates that are too large or too small, where the limit can be computed."""

from collections.abc import Callable

import numpy as np
import xarray as xr

from waza import optim
from waza.curriculum.day2a_training.two_minima import more_often, two_minima
from waza.curriculum.figures.ends import ends
from waza.curriculum.figures.heights import heights
from waza.curriculum.figures.paths import paths
from waza.learners import Descent
from waza.models.landscapes import Quadratic
from waza.study import Claim, Part, Study

CURVATURES = (1.0, 10.0)
LIMIT = 2 / max(CURVATURES)
FACTORS = (0.001, 0.5, 0.95, 0.97, 0.99, 1.01, 1.03, 1.05)
NEAR = FACTORS[2:]
SMALL, LARGE = "SGD 0.005", "SGD 0.1"


def name_of(factor: float) -> str:
    """The variant with this multiple of the limit."""
    return f"{factor:g} of the limit"


FIGURES = (paths, heights, ends)


def study() -> Study:
    """SGD on a quadratic at multiples of 2/lambda_max; at a small and a large rate where there are two minima."""
    bowl: dict = {"low": (1.0, 1.0), "high": (2.0, 2.0)}
    two = {SMALL: optim.SGD(0.005), LARGE: optim.SGD(0.1)}
    return Study(
        name="learning-rate",
        data=None,
        variants={
            **{name_of(f): Descent(Quadratic(CURVATURES), optim.SGD(f * LIMIT), **bowl) for f in FACTORS},
            **two_minima(two, noise=False),
            **two_minima(two, noise=True),
        },
        baseline=name_of(0.5),
        measure="value",
        seeds=400,
        block=400,
        first_seed=1000,
        steps=400,
        evaluate_every=10,
        claims=(C07, C08),
        figures=FIGURES,
    )


def growth(factor: float, steps: int = 400) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the steep coordinate after `steps` over its initial value; below 0 the distance has shrunk."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        w = abs(results["w"].sel(variant=name_of(factor), layer="w1"))
        return xr.ufuncs.log10(w.sel(step=steps).clip(min=float(np.finfo(np.float32).tiny)) / w.sel(step=0))

    return effect


def measured_limit(results: xr.Dataset) -> xr.DataArray:
    """The rate at which the steep coordinate starts to grow, over 2/lambda_max: between two factors."""
    grows = xr.concat([growth(factor, 100)(results).drop_vars("variant") for factor in NEAR], "factor") > 0
    first = grows.argmax("factor")
    factors = xr.DataArray(np.array(NEAR), dims="factor")
    below = factors[(first - 1).clip(min=0)]
    return ((factors[first] + below) / 2).where(grows.any("factor"))


def remaining(results: xr.Dataset) -> xr.DataArray:
    """log10 of the remaining height after 400 steps at a thousandth of the limit over that at half the limit."""
    value = results["value"].isel(step=-1).clip(min=1e-30)
    return xr.ufuncs.log10(value.sel(variant=name_of(0.001)) / value.sel(variant=name_of(0.5)))


C07 = Claim(
    "C07",
    (
        Part("limit", measured_limit, low=0.95, high=1.05),
        Part("below", growth(0.95), high=-1.0, unit="log10"),
        Part("above", growth(1.05), low=1.0, unit="log10"),
    ),
)
# Slow: a hundred times higher after 400 steps. Less likely to be global: by five starts in a hundred.
C08 = Claim(
    "C08",
    (
        Part("never-diverges", growth(0.001), high=0.0, unit="log10"),
        Part("slow", remaining, low=2.0, unit="log10"),
        Part("less-global", more_often(SMALL, LARGE, noise=False), high=-0.05, unit="points"),
        Part("less-global-noise", more_often(SMALL, LARGE, noise=True), high=-0.05, unit="points"),
    ),
)
