"""What an optimiser makes of a gradient: the size of its steps where the gradient is known."""

import xarray as xr

from waza import optim
from waza.learners import Descent
from waza.models.landscapes import Quadratic, Saddle, Slope
from waza.study import Claim, Part, Study

CONSTANT = {
    "momentum, constant gradient": optim.Momentum(0.01),
    "AdaGrad, constant gradient": optim.AdaGrad(0.01),
    "RMSProp, constant gradient": optim.RMSProp(0.01, 0.99),
}
FALLING = "RMSProp, falling gradient"
SADDLE = {"SGD, saddle": optim.SGD(0.1), "AdaGrad, saddle": optim.AdaGrad(0.1)}
FAR = 0.5


def study() -> Study:
    """1,000 steps on a slope of gradient (1, 100), on a quadratic, and from beside a saddle."""
    near_ridge: dict = {"low": (1.0, 1e-4), "high": (1.0, 1e-2)}
    return Study(
        name="step-sizes",
        data=None,
        variants={
            **{name: Descent(Slope((1.0, 100.0)), optimizer) for name, optimizer in CONSTANT.items()},
            FALLING: Descent(Quadratic((1.0, 100.0)), optim.RMSProp(0.001, 0.99), low=(1.5, 1.5)),
            **{name: Descent(Saddle(), optimizer, **near_ridge) for name, optimizer in SADDLE.items()},
        },
        measure="value",
        steps=1000,
        evaluate_every=5,
        claims=(C11, C13, C16),
    )


def factor(results: xr.Dataset, variant: str, step: int, coordinate: str = "w0") -> xr.DataArray:
    """The last step over the gradient: the rate that the optimiser used in effect.

    The gradient is the one after the step; on these landscapes it is the one before, or within 1 % of it.
    """
    where = {"variant": variant, "step": step, "layer": coordinate}
    return abs(results["moved"].sel(where) / results["gradient"].sel(where))


def doublings(results: xr.Dataset, variant: str) -> xr.DataArray:
    """log2 of the effective rate at step 1,000 over that at step 500; -1/2 for a rate that falls as 1/sqrt(t)."""
    return xr.ufuncs.log2(factor(results, variant, 1000) / factor(results, variant, 500))


def momentum_by_coordinate(results: xr.Dataset) -> xr.DataArray:
    """log10 of momentum's effective rate where the gradient is 1 over that where it is 100."""
    name = "momentum, constant gradient"
    return xr.ufuncs.log10(factor(results, name, 1000, "w0") / factor(results, name, 1000, "w1"))


def momentum_over_time(results: xr.Dataset) -> xr.DataArray:
    """How far momentum's effective rate has changed from step 500 to 1,000, in doublings, in either direction."""
    return abs(doublings(results, "momentum, constant gradient"))


def steps_to_leave(results: xr.Dataset, variant: str) -> xr.DataArray:
    """The first evaluated step at which the path is half a unit away from the saddle; the last step if none is."""
    away = abs(results["w"].sel(variant=variant, layer="w1")) > FAR
    return xr.where(away.any("step"), results["step"][away.argmax("step")].drop_vars("step"), results["step"].max())


def trouble(results: xr.Dataset) -> xr.DataArray:
    """log10 of the steps that AdaGrad needs to leave the saddle over those that SGD needs at the same rate."""
    adagrad, sgd = (steps_to_leave(results, name).astype(float) for name in ("AdaGrad, saddle", "SGD, saddle"))
    return xr.ufuncs.log10(adagrad / sgd)


# Otherwise an adjustment would treat gradients of other sizes (by 0.1 powers of ten) or other times (by 1 %).
C11 = Claim(
    "C11",
    (
        Part("by-size", momentum_by_coordinate, low=0.1, unit="log10"),
        Part("over-time", momentum_over_time, low=0.01, unit="log2"),
    ),
)
C13 = Claim(
    "C13",
    (
        Part("shrinks", lambda results: doublings(results, "AdaGrad, constant gradient"), -0.55, -0.45, "log2"),
        Part("saddle", trouble, low=0.0, unit="log10"),
    ),
)
C16 = Claim(
    "C16",
    (
        Part("constant", lambda results: doublings(results, "RMSProp, constant gradient"), high=-0.1, unit="log2"),
        Part("falling", lambda results: doublings(results, FALLING), high=-0.1, unit="log2"),
    ),
)
