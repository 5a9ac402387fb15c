"""Who ends in the global minimum of a quartic with two?"""

from collections.abc import Callable

import xarray as xr

from waza import optim
from waza.learners import Descent
from waza.models.landscapes import TwoMinima
from waza.study import Claim, Part, Study

OPTIMIZERS = {
    "SGD": optim.SGD(0.02),
    "momentum": optim.Momentum(0.02),
    "RMSProp": optim.RMSProp(0.02),
    "Adam": optim.Adam(0.02),
}


def study() -> Study:
    """(x^2 - 1)^2 + 0.3 x + y^2 / 2 from 100 starts in [-2, 2]^2, 500 steps at rate 0.02, without noise."""
    return Study(
        name="two-minima",
        data=None,
        variants={name: Descent(TwoMinima(0.3), optimizer) for name, optimizer in OPTIMIZERS.items()},
        measure="value",
        seeds=100,
        block=100,
        steps=500,
        evaluate_every=5,
        claims=(C09, C14),
    )


def ends_global(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """1 for a start whose path ends on the side of the global minimum, else 0."""
    return lambda results: (
        (results["w"].sel(variant=variant, layer="w0").isel(step=-1) < 0).where(
            results["diverged_at"].sel(variant=variant) < 0, False
        )
    ).astype(float)


# "Reaches the global optimum": from more than 99 % of the starts.
C09 = Claim("C09", (Part("global", ends_global("momentum"), low=0.99, unit="share of starts"),))
C14 = Claim("C14", (Part("global", ends_global("RMSProp"), low=0.99, unit="share of starts"),))
