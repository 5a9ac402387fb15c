"""E1: how far does a signal reach, forward and backward, before training?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import xarray as xr

from waza import data, models, nn, optim
from waza.data import Dataset
from waza.learners import Measure, Measures, Supervised
from waza.report import over_layers
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
SHALLOW, DEEP = 2, 20
TRAINED_STEPS = 300
MARGIN = 0.1
ORDER_OF_MAGNITUDE = 1.0


class Tried(Supervised):
    """Supervised learning that also measures the test accuracy after 300 further steps of training."""

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and the accuracy after training."""
        return *super().measures(data), Measure("trained_accuracy", "higher", bounds=(0, 1))

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and "trained_accuracy", the test accuracy after that training."""

        def step(i: Any, state: Any) -> Any:
            now = jax.random.fold_in(key, i)
            return self.update(state, self.batch(data, now, i), now)[0]

        trained = super().evaluate(jax.lax.fori_loop(0, TRAINED_STEPS, step, state), data, key)
        return super().evaluate(state, data, key) | {"trained_accuracy": trained["test_accuracy"]}


FIGURES = (
    partial(over_layers, measure="activation_square", prefix="hidden."),
    partial(over_layers, measure="signal_gradient_square", prefix="hidden."),
)


def study(data_name: str = "digits") -> Study:
    """784-100-...-100-10 with 2 to 50 hidden layers, evaluated at the initial values; four nets are also trained."""
    return Study(
        name="signal-propagation",
        data=data.load(data_name),
        variants={
            f"{start}, depth {depth}": (Tried if activation is nn.relu and depth in (SHALLOW, DEEP) else Supervised)(
                model=models.MLP((784, *[WIDTH] * depth, 10), activation=activation, initializer=initializer),
                optimizer=optim.SGD(0.1),
            )
            for start, (activation, initializer) in STARTS.items()
            for depth in DEPTHS
        },
        baseline=f"ReLU, He, depth {DEPTHS[-1]}",
        measure="activation_square",
        seeds=20,
        first_seed=1000,
        steps=0,
        claims=(C01, C03),
        figures=FIGURES,
    )


def change(variant: str, measure: str, depth: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of a moment at the last of `depth` hidden layers over that at the first.

    0 means that the scale is kept. For the gradient, the first layer is compared with the last.
    """
    ends = ("hidden.0", f"hidden.{depth - 1}")
    first, last = ends if measure == "activation_square" else ends[::-1]

    def effect(results: xr.Dataset) -> xr.DataArray:
        moments = results[measure].sel(variant=variant).isel(step=0)
        return xr.ufuncs.log10(moments.sel(layer=last) / moments.sel(layer=first))

    return effect


def suits(start: str, measure: str, name: str) -> Part:
    """The part "these initial values keep this moment through 20 layers": within a factor of ten."""
    return Part(
        name,
        change(f"{start}, depth {DEEP}", measure, DEEP),
        low=-ORDER_OF_MAGNITUDE,
        high=ORDER_OF_MAGNITUDE,
        unit="log10",
    )


def keeps(measure: str, name: str) -> Part:
    """The part "He's values keep this moment's scale with ReLU": within 0.1 doublings per layer over 50 layers."""
    depth = DEPTHS[-1]
    total, halvings = change(f"ReLU, He, depth {depth}", measure, depth), (depth - 1) * math.log10(2)
    return Part(name, lambda results: total(results) / halvings, low=-MARGIN, high=MARGIN, unit="log2 per layer")


def behind_he(depth: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy of ReLU after 300 steps with Xavier's values, minus that with He's."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        accuracy = results["trained_accuracy"].isel(step=0)
        xavier, he = (accuracy.sel(variant=f"ReLU, {start}, depth {depth}") for start in ("Xavier", "He"))
        return xavier - he

    return effect


C01 = Claim(
    "C01",
    (
        suits("ReLU, Xavier", "activation_square", "relu-forward"),
        suits("sigmoid, Xavier", "signal_gradient_square", "sigmoid-backward"),
        suits("tanh, Xavier", "activation_square", "tanh-forward"),
        Part("relu-shallow", behind_he(SHALLOW), low=-0.05, unit="points"),
        Part("relu-deep", behind_he(DEEP), low=-0.05, unit="points"),
    ),
)
C03 = Claim("C03", (keeps("activation_square", "forward"), keeps("signal_gradient_square", "backward")))
