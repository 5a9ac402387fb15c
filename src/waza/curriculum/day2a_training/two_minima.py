"""E3: which optimisers end in the global minimum of a quartic with two minima?"""

from collections.abc import Callable, Mapping

import xarray as xr

from waza import optim
from waza.curriculum.figures.ends import ends
from waza.learners import Descent
from waza.models.landscapes import TwoMinima
from waza.study import Claim, Part, Study

TILTS = (0.3, 1.0)
NOISE = 2.0
OPTIMIZERS = {
    "SGD 0.02": optim.SGD(0.02),
    "momentum 0.02": optim.Momentum(0.02),
    "RMSProp 0.02": optim.RMSProp(0.02),
    "SGD 0.1": optim.SGD(0.1),
    "momentum 0.01": optim.Momentum(0.01),
    "RMSProp 0.1": optim.RMSProp(0.1),
}
WITHOUT_NOISE = tuple(OPTIMIZERS)[:3]


def two_minima(optimizers: Mapping[str, optim.Optimizer], noise: bool) -> dict[str, Descent]:
    """Each optimiser on the quartic at both tilts, with or without noise, by name."""
    return {
        name_of(name, tilt, noise): Descent(TwoMinima(tilt), optimizer, noise=NOISE * noise)
        for tilt in TILTS
        for name, optimizer in optimizers.items()
    }


def name_of(optimizer: str, tilt: float, noise: bool) -> str:
    """The variant with this optimiser."""
    return f"{optimizer}, tilt {tilt:g}" + (", noise" if noise else "")


FIGURES = (ends,)


def study() -> Study:
    """(x^2 - 1)^2 + t x + y^2 / 2 at t = 0.3 and 1 from 400 starts in [-2, 2]^2, 500 steps, with and without noise."""
    exact = {name: OPTIMIZERS[name] for name in WITHOUT_NOISE}
    return Study(
        name="two-minima",
        data=None,
        variants=two_minima(exact, noise=False) | two_minima(OPTIMIZERS, noise=True),
        measure="value",
        seeds=400,
        block=400,
        first_seed=1000,
        steps=500,
        evaluate_every=10,
        claims=(C09, C14),
        figures=FIGURES,
    )


def ends_global(results: xr.Dataset, optimizer: str, noise: bool) -> xr.DataArray:
    """For each start, the share of the tilts at which the path ends on the side of the global minimum, w0 < 0."""
    names = [name_of(optimizer, tilt, noise) for tilt in TILTS]
    ends = results["w"].sel(variant=names, layer="w0").isel(step=-1) < 0
    return (ends & (results["diverged_at"].sel(variant=names) < 0)).mean("variant")


def always(optimizer: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """For each start, the share of the cases (both tilts, with and without noise) that end on the global side."""
    return lambda results: (ends_global(results, optimizer, False) + ends_global(results, optimizer, True)) / 2


def more_often(optimizer: str, control: str, noise: bool) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much more often a path ends on the global side than the control's path."""
    return lambda results: ends_global(results, optimizer, noise) - ends_global(results, control, noise)


# "Reaches the global optimum": from more than 99 % of the starts, and more often than SGD by 5 starts in a hundred.
C09 = Claim(
    "C09",
    (
        Part("global", always("momentum 0.02"), low=0.99, unit="share of starts"),
        Part("more-often", more_often("momentum 0.02", "SGD 0.02", False), low=0.05, unit="points"),
        Part("noise", more_often("momentum 0.02", "SGD 0.02", True), low=0.05, unit="points"),
        Part("equal-effect", more_often("momentum 0.01", "SGD 0.1", True), low=0.05, unit="points"),
    ),
)
C14 = Claim(
    "C14",
    (
        Part("global", always("RMSProp 0.02"), low=0.99, unit="share of starts"),
        Part("more-often", more_often("RMSProp 0.02", "SGD 0.02", False), low=0.05, unit="points"),
        Part("noise", more_often("RMSProp 0.02", "SGD 0.02", True), low=0.05, unit="points"),
        Part("larger-rate", more_often("RMSProp 0.1", "SGD 0.1", True), low=0.05, unit="points"),
    ),
)
