"""What Adam takes from momentum, what from RMSProp, and what its bias correction does."""

import xarray as xr

from waza import optim
from waza.learners import Descent
from waza.models.landscapes import Slope
from waza.study import Claim, Part, Study

RATE = 0.01
SETTLED = 100


def study() -> Study:
    """300 steps down slopes of gradient (1, 100): exact ones, and ones with noise of deviation 1."""
    origin: dict = {"low": (0.0, 0.0), "high": (0.0, 0.0)}
    slope = Slope((1.0, 100.0))
    return Study(
        name="adam-parts",
        data=None,
        variants={
            "Adam": Descent(slope, optim.Adam(RATE), **origin),
            "RMSProp": Descent(slope, optim.RMSProp(RATE, 0.999), **origin),
            "momentum": Descent(slope, optim.Momentum(RATE), **origin),
            "Adam, noise": Descent(slope, optim.Adam(RATE), noise=1.0, **origin),
            "RMSProp, noise": Descent(slope, optim.RMSProp(RATE, 0.999), noise=1.0, **origin),
        },
        measure="value",
        seeds=20,
        block=20,
        steps=300,
        evaluate_every=1,
        claims=(C17,),
    )


def by_size(results: xr.Dataset) -> xr.DataArray:
    """log10 of Adam's step where the gradient is 100 over that where it is 1; 2 for a step in proportion to it."""
    moved = abs(results["moved"].sel(variant="Adam").isel(step=-1))
    return xr.ufuncs.log10(moved.sel(layer="w1") / moved.sel(layer="w0"))


def noise_kept(results: xr.Dataset) -> xr.DataArray:
    """log10 of the spread of Adam's steps over that of RMSProp's, on gradients 1 with noise of deviation 1."""
    spread = results["moved"].sel(layer="w0").isel(step=slice(SETTLED, None)).std("step")
    return xr.ufuncs.log10(spread.sel(variant="Adam, noise") / spread.sel(variant="RMSProp, noise"))


def first_step(results: xr.Dataset) -> xr.DataArray:
    """Adam's first step over its learning rate."""
    return abs(results["moved"].sel(variant="Adam", layer="w0", step=1)) / RATE


# As RMSProp: steps alike within a quarter. As momentum: a fifth less noise. Corrected: the first step is a full one.
C17 = Claim(
    "C17",
    (
        Part("scale-free", by_size, -0.1, 0.1, "log10"),
        Part("averages", noise_kept, high=-0.1, unit="log10"),
        Part("first-step", first_step, 0.9, 1.1),
    ),
)
