"""E2: batch normalisation before or after the activation."""

from collections.abc import Callable

import xarray as xr

from waza import data
from waza.curriculum.day2a_training.batch_normalisation import AFTER, BEFORE, NETS
from waza.study import Claim, Part, Study, Tuning, final, geometric, tuned_name

RATES = geometric(0.01, 31.6, 8)


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid, Xavier, SGD 0.01, 1,000 steps, normalised before and after, also at tuned rates."""
    nets = {name: NETS[name] for name in (BEFORE, AFTER)}
    return Study(
        name="norm-position",
        data=data.hold_out(data.load(data_name), 1000),
        variants=nets,
        seeds=100,
        first_seed=300,
        steps=1000,
        tuning=Tuning(grid={name: {"optimizer.learning_rate": RATES} for name in nets}),
        claims=(C06,),
    )


def after(name: Callable[[str], str]) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy with normalisation after the activation, minus that with normalisation before it."""
    return lambda results: final(results, "test_accuracy", name(AFTER)) - final(results, "test_accuracy", name(BEFORE))


def over_chance(place: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy at the tuned rate of this position, minus that of the best constant answer."""
    return lambda results: final(results, "test_accuracy", tuned_name(place)) - results.attrs["chance_test_accuracy"]


# "May be placed before or after": it trains with both, to more than 50 points above chance, and the position does not
# matter: a difference of less than a point.
C06 = Claim(
    "C06",
    (
        Part("trains-before", over_chance(BEFORE), low=0.5, unit="points"),
        Part("trains-after", over_chance(AFTER), low=0.5, unit="points"),
        Part("equal-rate", after(str), low=-0.01, high=0.01, unit="points"),
        Part("tuned", after(tuned_name), low=-0.01, high=0.01, unit="points"),
    ),
)
