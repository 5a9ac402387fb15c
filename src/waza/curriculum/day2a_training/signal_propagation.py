"""E1, looked at from inside: how far does a signal carry, forward and backward, before any training?"""

from collections.abc import Callable

import numpy as np
import xarray as xr

from waza import data, models, nn, optim
from waza.learners import Supervised
from waza.study import Claim, Part, Study

WIDTH = 100
DEPTHS = (2, 5, 10, 20, 50)
STARTS = {
    "tanh, Xavier": (nn.tanh, nn.Xavier()),
    "ReLU, Xavier": (nn.relu, nn.Xavier()),
    "sigmoid, Xavier": (nn.sigmoid, nn.Xavier()),
    "tanh, He": (nn.tanh, nn.He()),
    "ReLU, He": (nn.relu, nn.He()),
}
MARGIN = 0.1


def study(data_name: str = "digits") -> Study:
    """784-100-...-100-10 with 2 to 50 hidden layers, evaluated at its initial values."""
    return Study(
        name="signal-propagation",
        data=data.load(data_name),
        variants={
            f"{start}, depth {depth}": Supervised(
                model=models.MLP((784, *[WIDTH] * depth, 10), activation=activation, initializer=initializer),
                optimizer=optim.SGD(0.1),
            )
            for start, (activation, initializer) in STARTS.items()
            for depth in DEPTHS
        },
        baseline=f"ReLU, He, depth {DEPTHS[-1]}",
        measure="activation_square",
        steps=0,
        claims=(C01, C03),
    )


def gain(start: str, measure: str, depth: int = DEPTHS[-1]) -> Callable[[xr.Dataset], xr.DataArray]:
    """The effect "doublings a layer": log2 of a moment at the last hidden layer over the first, a layer between.

    0 means that the scale is kept; -1 that the moment halves at every layer. The gradient runs the other way: its
    first layer is compared with its last.
    """
    ends = ("hidden.0", f"hidden.{depth - 1}")
    first, last = ends if measure == "activation_square" else ends[::-1]

    def effect(results: xr.Dataset) -> xr.DataArray:
        moments = results[measure].sel(variant=f"{start}, depth {depth}").isel(step=0)
        tiny = np.finfo(np.float32).tiny
        moments = moments.clip(min=float(tiny))
        return xr.ufuncs.log2(moments.sel(layer=last) / moments.sel(layer=first)) / (depth - 1)

    return effect


def keeps(start: str, measure: str, name: str) -> Part:
    """The part "this start keeps this moment's scale": within 0.1 doublings a layer."""
    return Part(name, gain(start, measure), -MARGIN, MARGIN, "log2 per layer")


C01 = Claim(
    "C01",
    (
        keeps("ReLU, Xavier", "activation_square", "relu-forward"),
        keeps("sigmoid, Xavier", "signal_gradient_square", "sigmoid-backward"),
        keeps("tanh, Xavier", "activation_square", "tanh-forward"),
    ),
)
C03 = Claim(
    "C03",
    (
        keeps("ReLU, He", "activation_square", "forward"),
        keeps("ReLU, He", "signal_gradient_square", "backward"),
    ),
)
