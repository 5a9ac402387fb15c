"""E1: does the gradient vanish? Four starts of the same small network, and one larger rate."""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.shown import Shown, accuracy, mean, points
from waza.learners import Supervised
from waza.report import over_layers, over_steps
from waza.study import Claim, Part, Share, Study, final, vary

SMALL_SIGMOID = "sigmoid, gaussian 0.01"
LARGER_RATE = "sigmoid, gaussian 0.01, SGD 5"
SMALL_RELU = "ReLU, gaussian 0.01"
XAVIER_SIGMOID = "sigmoid, Xavier"
HE_RELU = "ReLU, He"
COURSE_RATE, AT_LARGER_RATE = "rate 0.1", "rate 5"
LEARNS = 0.05
FIGURES = (over_steps, partial(over_layers, measure="gradient_norm", step=0))


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, SGD 0.1 (once 5), minibatches of 100, 2,000 steps."""
    base = Supervised(
        model=models.MLP((784, 40, 20, 10), activation=nn.sigmoid, initializer=nn.Gaussian(0.01)),
        optimizer=optim.SGD(0.1),
        batch_size=100,
    )
    return Study(
        name="vanishing-gradient",
        data=data.load(data_name),
        variants={
            SMALL_SIGMOID: base,
            LARGER_RATE: vary(base, optimizer={"learning_rate": 5.0}),
            SMALL_RELU: vary(base, model={"activation": nn.relu}),
            XAVIER_SIGMOID: vary(base, model={"initializer": nn.Xavier()}),
            HE_RELU: vary(base, model={"activation": nn.relu, "initializer": nn.He()}),
        },
        seeds=20,
        block=20,
        first_seed=5000,
        steps=2000,
        claims=(C04,),
        figures=FIGURES,
    )


def learns(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether the test accuracy is more than 5 points above that of the best constant answer, seed by seed."""
    return lambda results: final(results, "test_accuracy", variant) > results.attrs["chance_test_accuracy"] + LEARNS


def first_layer_gradient(results: xr.Dataset) -> xr.DataArray:
    """log10 of the first layer's gradient norm over the output layer's, before the first step."""
    norms = results["gradient_norm"].sel(variant=SMALL_SIGMOID).isel(step=0)
    return xr.ufuncs.log10(norms.sel(layer="hidden.0") / norms.sel(layer="output"))


# Not learning: fewer than half of the seeds come more than 5 points above chance. Vanishing: less than a hundredth of
# the output layer's gradient. If this were the whole reason, a larger rate, which does not change the ratio, would not
# help.
C04 = Claim(
    "C04",
    (
        Share("does-not-learn", learns(SMALL_SIGMOID), high=0.5, case=COURSE_RATE),
        Part("vanishes", first_layer_gradient, high=-2.0, unit="log10"),
        Share("larger-rate", learns(LARGER_RATE), high=0.5, case=AT_LARGER_RATE),
    ),
)


def fall(variant: str) -> Shown:
    """How many times smaller the first layer's gradient norm is than the output layer's, before the first step."""

    def ratio(results: xr.Dataset) -> xr.DataArray:
        norms = results["gradient_norm"].sel(variant=variant).isel(step=0)
        return xr.ufuncs.log10(norms.sel(layer="output") / norms.sel(layer="hidden.0"))

    return lambda results: 10 ** mean(ratio)(results)


NUMBERS: dict[str, Shown] = {
    "at_chance": lambda results: 100 - points(learns(SMALL_SIGMOID))(results),
    "small_sigmoid": accuracy(SMALL_SIGMOID),
    "larger_rate": accuracy(LARGER_RATE),
    "he_relu": accuracy(HE_RELU),
    "small_relu": accuracy(SMALL_RELU),
    "xavier_sigmoid": accuracy(XAVIER_SIGMOID),
    "fall": fall(SMALL_SIGMOID),
    "fall_relu": fall(SMALL_RELU),
}
