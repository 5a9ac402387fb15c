"""Two forms of Xavier's initial values, where the layers' widths differ."""

from collections.abc import Callable

import xarray as xr
from jaxtyping import Array, Float

from waza import data, models, nn, optim
from waza.learners import Supervised
from waza.study import Claim, Part, Study

SIZES = (784, 512, 256, 128, 64, 32, 10)
HIDDEN = len(SIZES) - 2
IN, AVERAGE = "1/n_in", "2/(n_in + n_out)"
FORMS = {IN: nn.Xavier("in"), AVERAGE: nn.Xavier("average")}
MARGIN = 0.2


def linear(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """x itself: unit slope everywhere, which is what Xavier's derivation assumes."""
    return x


def study(data_name: str = "digits") -> Study:
    """784-512-256-128-64-32-10 without nonlinearity, evaluated at its initial values."""
    return Study(
        name="xavier-forms",
        data=data.load(data_name),
        variants={name: Supervised(models.MLP(SIZES, linear, form), optim.SGD(0.1)) for name, form in FORMS.items()},
        measure="activation_square",
        steps=0,
        claims=(C02,),
    )


def doublings(variant: str, measure: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Doublings of a moment a layer, in the direction in which it travels; 0 where its scale is kept."""
    ends = ("hidden.0", f"hidden.{HIDDEN - 1}")
    first, last = ends if measure == "activation_square" else ends[::-1]

    def effect(results: xr.Dataset) -> xr.DataArray:
        moments = results[measure].sel(variant=variant).isel(step=0)
        return xr.ufuncs.log2(moments.sel(layer=last) / moments.sel(layer=first)) / (HIDDEN - 1)

    return effect


C02 = Claim(
    "C02",
    tuple(
        Part(f"{form}-{way}", doublings(variant, measure), -MARGIN, MARGIN, "log2 per layer")
        for form, variant in (("in", IN), ("average", AVERAGE))
        for way, measure in (("forward", "activation_square"), ("backward", "signal_gradient_square"))
    ),
)
