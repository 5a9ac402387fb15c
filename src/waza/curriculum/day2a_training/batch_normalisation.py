"""E2: batch normalisation, with the plain net at its own rate as a control that the course does not run."""

from functools import partial

import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.day2a_training.rates import good_decades
from waza.learners import Supervised
from waza.report import over_rates, over_steps
from waza.study import Claim, Part, Study, geometric, rate_name, vary

PLAIN, BEFORE, AFTER, FROZEN = "without", "before the activation", "after the activation", "scale and shift frozen"
SWEPT = geometric(1e-3, 100.0, 11)
SMALL_BATCHES = (2, 10)
EARLY = 100


_PLAIN = Supervised(models.MLP((784, 40, 20, 10), nn.sigmoid, nn.Xavier()), optim.SGD(0.01))
_BEFORE = vary(_PLAIN, model={"norm": nn.BatchNorm()})
NETS = {
    PLAIN: _PLAIN,
    BEFORE: _BEFORE,
    AFTER: vary(_BEFORE, model={"norm_position": "after"}),
    FROZEN: vary(_PLAIN, model={"norm": nn.BatchNorm(affine=False)}),
}
FIGURES = (over_rates, over_steps, partial(over_steps, measure="train_loss"))


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid, Xavier, SGD 0.01, 1,000 steps; also over rates, and with small batches."""
    small = {
        f"{name}, batches of {size}": vary(NETS[name], batch_size=size)
        for name in (PLAIN, BEFORE)
        for size in SMALL_BATCHES
    }
    swept = {
        rate_name(name, rate): vary(NETS[name], optimizer={"learning_rate": rate}, probes=False)
        for name in (PLAIN, BEFORE)
        for rate in SWEPT
    }
    return Study(
        name="batch-normalisation",
        data=data.hold_out(data.load(data_name), 1000),
        variants=NETS | small | swept,
        seeds=20,
        first_seed=1000,
        steps=1000,
        claims=(C05,),
        figures=FIGURES,
    )


def early_at_equal_rate(results: xr.Dataset) -> xr.DataArray:
    """The test accuracy after 100 steps at the course's rate with batch normalisation, minus that without."""
    accuracy = results["test_accuracy"].sel(step=EARLY)
    return accuracy.sel(variant=BEFORE) - accuracy.sel(variant=PLAIN)


def early_at_own_rate(results: xr.Dataset) -> xr.DataArray:
    """The same, with each net at the rate that is best after 100 steps on the validation rows."""
    early = results.sel(step=EARLY)

    def reached(net: str) -> xr.DataArray:
        at_rates = early.sel(variant=[rate_name(net, rate) for rate in SWEPT])
        best = at_rates["validation_accuracy"].mean("seed").idxmax("variant").item()
        return at_rates["test_accuracy"].sel(variant=best)

    return reached(BEFORE) - reached(PLAIN)


def wider(results: xr.Dataset) -> xr.DataArray:
    """Decades of good rates with batch normalisation, minus those without."""
    return good_decades(results, BEFORE, SWEPT) - good_decades(results, PLAIN, SWEPT)


# Speed is the accuracy after 100 steps. Less than a point of accuracy, or a quarter of a decade of rates, counts as no
# difference.
C05 = Claim(
    "C05",
    (
        Part("faster-at-equal-rate", early_at_equal_rate, low=0.01, unit="points"),
        Part("faster-at-own-rate", early_at_own_rate, low=0.01, unit="points"),
        Part("stable", wider, low=0.25, unit="decades"),
    ),
)
