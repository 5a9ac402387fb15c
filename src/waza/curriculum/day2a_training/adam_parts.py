"""E3: what Adam takes from momentum and from RMSProp, and the effect of its bias correction."""

from collections.abc import Callable

import jax.numpy as jnp
import xarray as xr

from waza import optim
from waza.curriculum.figures.heights import heights
from waza.curriculum.figures.paths import paths
from waza.curriculum.figures.step_lengths import step_lengths
from waza.learners import Descent
from waza.models.landscapes import Quadratic, Slope
from waza.study import Claim, Part, Study

RATE = 0.01
SETTLED = 100
FIRST = 20
# The best rates of a sweep over the noisy valley with other seeds (tests/curriculum/test_best_rates.py).
BEST = {"Adam": optim.Adam(0.0562), "RMSProp": optim.RMSProp(0.0316), "momentum": optim.Momentum(0.00562)}
VALLEY: dict = {"landscape": Quadratic((0.1, 10.0)), "noise": 1.0, "low": (1.0, -2.0), "high": (2.0, 2.0)}


class Uncorrected(optim.Adam):
    """Adam without bias correction: the powers of beta that correct it stay zero.

    >>> optimizer, g = Uncorrected(0.1), jnp.array(4.0)
    >>> round(optimizer.update(g, optimizer.init(g), g)[0].item(), 4)
    -0.3162
    """

    def init(self, parameters):
        """Adam's initial state, with the powers set to zero."""
        return super().init(parameters)._replace(power1=jnp.zeros(()), power2=jnp.zeros(()))


FIGURES = (step_lengths, paths, heights)


def study() -> Study:
    """300 steps on slopes of gradient (1, 100), exact or with noise of deviation 1, and in a noisy valley."""
    origin: dict = {"low": (0.0, 0.0), "high": (0.0, 0.0)}
    slope = Slope((1.0, 100.0))
    return Study(
        name="adam-parts",
        data=None,
        variants={
            "Adam": Descent(slope, optim.Adam(RATE), **origin),
            "Adam without correction": Descent(slope, Uncorrected(RATE), **origin),
            "RMSProp": Descent(slope, optim.RMSProp(RATE, 0.999), **origin),
            "momentum": Descent(slope, optim.Momentum(RATE), **origin),
            "Adam, noise": Descent(slope, optim.Adam(RATE), noise=1.0, **origin),
            "RMSProp, noise": Descent(slope, optim.RMSProp(RATE, 0.999), noise=1.0, **origin),
            **{f"{name}, noisy valley": Descent(optimizer=optimizer, **VALLEY) for name, optimizer in BEST.items()},
        },
        measure="value",
        seeds=100,
        block=100,
        first_seed=1000,
        steps=300,
        evaluate_every=1,
        claims=(C17,),
        figures=FIGURES,
    )


def by_size(results: xr.Dataset) -> xr.DataArray:
    """log10 of Adam's step where the gradient is 100 over that where it is 1; 2 if the step were proportional to it."""
    moved = abs(results["moved"].sel(variant="Adam").isel(step=-1))
    return xr.ufuncs.log10(moved.sel(layer="w1") / moved.sel(layer="w0"))


def noise_kept(results: xr.Dataset) -> xr.DataArray:
    """log10 of the relative spread of Adam's steps over RMSProp's, for gradient 1 with noise of deviation 1."""
    moved = results["moved"].sel(layer="w0").isel(step=slice(SETTLED, None))
    spread = moved.std("step") / abs(moved.mean("step"))
    return xr.ufuncs.log10(spread.sel(variant="Adam, noise") / spread.sel(variant="RMSProp, noise"))


def first_step(results: xr.Dataset) -> xr.DataArray:
    """Adam's first step divided by its learning rate."""
    return abs(results["moved"].sel(variant="Adam", layer="w0", step=1)) / RATE


def uncorrected(results: xr.Dataset) -> xr.DataArray:
    """The distance that Adam without correction covers in the first 20 steps over the distance that Adam covers."""
    come = abs(results["w"].sel(layer="w0", step=FIRST))
    return come.sel(variant="Adam without correction") / come.sel(variant="Adam")


def height_over(parent: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the mean height of Adam's path in the noisy valley after 200 steps over that of `parent`."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        height = results["value"].isel(step=slice(2 * SETTLED + 1, None)).mean("step")
        return xr.ufuncs.log10(height.sel(variant="Adam, noisy valley") / height.sel(variant=f"{parent}, noisy valley"))

    return effect


# Like RMSProp: equal steps within a quarter. Like momentum: a fifth less noise. Corrected: the first step has its full
# length, and without correction the first steps are half as long again. Both merits: no higher in the valley than
# RMSProp and momentum, within a quarter.
C17 = Claim(
    "C17",
    (
        Part("scale-free", by_size, low=-0.1, high=0.1, unit="log10"),
        Part("averages", noise_kept, high=-0.1, unit="log10"),
        Part("first-step", first_step, low=0.9, high=1.1),
        Part("uncorrected", uncorrected, low=1.5),
        Part("as-momentum", height_over("momentum"), high=0.1, unit="log10"),
        Part("as-rmsprop", height_over("RMSProp"), high=0.1, unit="log10"),
    ),
)
