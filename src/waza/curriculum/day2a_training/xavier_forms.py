"""E1: two formulas for Xavier's initial values, where the widths of the layers differ."""

import itertools
import math
from collections.abc import Callable
from functools import partial

import xarray as xr
from jaxtyping import Array, Float

from waza import data, models, nn, optim
from waza.curriculum.shown import Shown, exact
from waza.learners import Supervised
from waza.report import over_layers
from waza.study import Claim, Exact, Study

SIZES = (784, 512, 256, 128, 64, 32, 10)
IN, AVERAGE = "1/n_in", "2/(n_in + n_out)"
FORMS = {IN: nn.Xavier("in"), AVERAGE: nn.Xavier("average")}


def linear(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """The identity, which has slope 1 everywhere, as Xavier's derivation assumes."""
    return x


FIGURES = (
    partial(over_layers, measure="activation_square", prefix="hidden."),
    partial(over_layers, measure="signal_gradient_square", prefix="hidden."),
)


def study(data_name: str = "digits") -> Study:
    """784-512-256-128-64-32-10 without nonlinearity, evaluated at its initial values."""
    return Study(
        name="xavier-forms",
        data=data.load(data_name),
        variants={name: Supervised(models.MLP(SIZES, linear, form), optim.SGD(0.1)) for name, form in FORMS.items()},
        measure="activation_square",
        first_seed=5000,
        steps=0,
        claims=(C02,),
        figures=FIGURES,
    )


def variances(form: str, inputs: int, outputs: int) -> float:
    """The variance of a weight between layers of these widths."""
    return float(FORMS[form].scale(inputs, outputs)) ** 2


def ratio(inputs: int, outputs: int) -> Callable[[], float]:
    """The paper's variance over the notes'."""
    return lambda: variances(AVERAGE, inputs, outputs) / variances(IN, inputs, outputs)


def expected_change(form: str, forward: bool) -> Callable[[], float]:
    """The expected second moment at the last hidden layer over that at the first; the gradient's: reversed.

    Forward, a layer multiplies it by inputs x variance; backward, by outputs x variance.
    """
    layers = list(itertools.pairwise(SIZES[1:-1]))
    return lambda: math.prod(
        (inputs if forward else outputs) * variances(form, inputs, outputs) for inputs, outputs in layers
    )


# One formula or two: the variances are equal within 5 %. A signal is kept if its second moment changes by less than a
# factor of ten.
C02 = Claim(
    "C02",
    (
        Exact("equal-widths", ratio(100, 100), low=0.95, high=1.05, case="layers of equal width"),
        Exact("halved-widths", ratio(512, 256), low=0.95, high=1.05, case="layers of different widths"),
        *(
            Exact(f"{short}-{way}", expected_change(form, forward), low=0.1, high=10.0, further=True)
            for short, form in (("in", IN), ("average", AVERAGE))
            for way, forward in (("forward", True), ("backward", False))
        ),
    ),
)


def gradient_left(results: xr.Dataset) -> float:
    """Percent of the gradient's second moment left at the first hidden layer with the notes' formula, as drawn."""
    moments = results["signal_gradient_square"].sel(variant=IN).isel(step=0)
    ratios = moments.sel(layer="hidden.0") / moments.sel(layer=f"hidden.{len(SIZES) - 3}")
    return float(100 * 10 ** xr.ufuncs.log10(ratios).mean())


NUMBERS: dict[str, Shown] = {
    "ratio": exact(ratio(512, 256)),
    "in_backward": lambda _: 100 * expected_change(IN, forward=False)(),
    "average_forward": exact(expected_change(AVERAGE, forward=True)),
    "average_backward": lambda _: 100 * expected_change(AVERAGE, forward=False)(),
    "drawn_backward": gradient_left,
}
