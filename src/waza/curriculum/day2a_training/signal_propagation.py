"""E1: how far does a signal reach, forward and backward, before training?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.shown import Shown, mean, points
from waza.data import Dataset
from waza.learners import Measure, Measures, Supervised
from waza.report import over_layers
from waza.study import Claim, Part, Study

WIDTH = 100
DEPTHS = (2, 5, 10, 20, 50)
CENTRED = "4 x Xavier, centred"
STARTS = {"ReLU": ("Xavier", "He"), "sigmoid": ("Xavier", "He", CENTRED), "tanh": ("Xavier", "He")}
MADE_FOR = {"ReLU": "He", "sigmoid": CENTRED, "tanh": "He"}
ACTIVATIONS = {"ReLU": nn.relu, "sigmoid": nn.sigmoid, "tanh": nn.tanh}
# With 2 and with 20 layers; the sigmoid's let the start that is made for it train, with seeds that no claim uses.
RATES = {"ReLU": (0.1, 0.1), "sigmoid": (1.6, 0.1), "tanh": (0.1, 0.1)}
SHALLOW, DEEP = 2, 20
SHALLOW_CASE = "2 hidden layers"
DEEP_CASES = {
    "ReLU": "20 hidden layers of ReLU or sigmoid",
    "sigmoid": "20 hidden layers of ReLU or sigmoid",
    "tanh": "20 hidden layers of tanh",
}
TRAINED_STEPS = 300
MARGIN = 0.1
ORDER = 1.0


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


class Centred(Tried):
    """Starts whose biases subtract what a sigmoid's mean output of 1/2 adds to the next layer.

    With weights four times as large as Xavier's, a sigmoid net then starts as the tanh net with Xavier's weights does,
    since sigmoid(z) = 1/2 + tanh(z/2)/2.
    """

    def init(self, key: Any, data: Dataset) -> Any:
        """The usual start, with these biases behind the first layer."""
        state = super().init(key, data)
        first, *later = state.variables["hidden"]
        later = [{**layer, "dense": _centred(layer["dense"])} for layer in later]
        variables = {"hidden": (first, *later), "output": _centred(state.variables["output"])}
        return state._replace(variables=variables)


def _centred(dense: dict[str, Any]) -> dict[str, Any]:
    return {**dense, "bias": dense["bias"] - dense["weight"].sum(axis=1) / 2}


class Scaled(nn.Xavier):
    """Xavier's initial values times a factor."""

    factor: float = 4.0

    def scale(self, inputs: int, outputs: int) -> Any:
        """The factor times 1/sqrt(inputs)."""
        return self.factor * super().scale(inputs, outputs)


FIGURES = (
    partial(over_layers, measure="activation_square", prefix="hidden."),
    partial(over_layers, measure="signal_gradient_square", prefix="hidden."),
)


def name_of(activation: str, start: str, depth: int) -> str:
    """The variant with these values and this number of hidden layers."""
    return f"{activation}, {start}, depth {depth}"


def study(data_name: str = "digits") -> Study:
    """784-100-...-100-10 with 2 to 50 hidden layers at their initial values; those with 2 and 20 are also trained."""

    initial = {"Xavier": nn.Xavier(), "He": nn.He(), CENTRED: Scaled()}

    def learner(activation: str, start: str, depth: int) -> Supervised:
        kind = Supervised if depth not in (SHALLOW, DEEP) else Centred if start == CENTRED else Tried
        model = models.MLP((784, *[WIDTH] * depth, 10), ACTIVATIONS[activation], initial[start])
        return kind(model=model, optimizer=optim.SGD(RATES[activation][depth > SHALLOW]))

    return Study(
        name="signal-propagation",
        data=data.load(data_name),
        variants={
            name_of(activation, start, depth): learner(activation, start, depth)
            for activation, starts in STARTS.items()
            for start in starts
            for depth in (DEPTHS if start != CENTRED else (SHALLOW, DEEP))
        },
        baseline=name_of("ReLU", "He", DEPTHS[-1]),
        measure="activation_square",
        seeds=20,
        block=20,
        first_seed=5000,
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


def keeps_signal(activation: str, measure: str, name: str) -> Part:
    """The part "Xavier's values keep this moment through 20 layers": within a factor of ten."""
    variant = name_of(activation, "Xavier", DEEP)
    return Part(name, change(variant, measure, DEEP), low=-ORDER, high=ORDER, unit="log10", further=True)


def keeps_scale(measure: str, name: str) -> Part:
    """The part "He's values keep this moment's scale with ReLU": within 0.1 doublings per layer over 50 layers."""
    depth = DEPTHS[-1]
    total, halvings = change(name_of("ReLU", "He", depth), measure, depth), (depth - 1) * math.log10(2)
    return Part(name, lambda results: total(results) / halvings, low=-MARGIN, high=MARGIN, unit="log2 per layer")


def behind(activation: str, depth: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy after 300 steps with Xavier's values, minus that with the values made for the activation."""
    xavier, made_for = (name_of(activation, start, depth) for start in ("Xavier", MADE_FOR[activation]))

    def effect(results: xr.Dataset) -> xr.DataArray:
        accuracy = results["trained_accuracy"].isel(step=0)
        return accuracy.sel(variant=xavier) - accuracy.sel(variant=made_for)

    return effect


def suits(activation: str, depth: int) -> Part:
    """The part "with Xavier's values this net trains as well as with those made for the activation"."""
    return Part(
        f"{activation.lower()}-{depth}",
        behind(activation, depth),
        low=-0.05,
        unit="points",
        case=SHALLOW_CASE if depth == SHALLOW else DEEP_CASES[activation],
    )


C01 = Claim(
    "C01",
    (
        *(suits(activation, depth) for depth in (DEEP, SHALLOW) for activation in STARTS),
        keeps_signal("tanh", "activation_square", "tanh-forward"),
        keeps_signal("ReLU", "activation_square", "relu-forward"),
        keeps_signal("sigmoid", "signal_gradient_square", "sigmoid-backward"),
    ),
)
C03 = Claim("C03", (keeps_scale("activation_square", "forward"), keeps_scale("signal_gradient_square", "backward")))


def trained(activation: str, start: str, depth: int) -> Shown:
    """The mean test accuracy after training, in percent."""
    variant = name_of(activation, start, depth)
    return points(lambda results: results["trained_accuracy"].sel(variant=variant).isel(step=0))


def times(activation: str, start: str, measure: str, depth: int) -> Shown:
    """The factor by which a second moment falls through this many layers."""
    return lambda results: 10 ** -mean(change(name_of(activation, start, depth), measure, depth))(results)


def doublings(measure: str) -> Shown:
    """The doublings of a second moment a layer with ReLU and He's values, through the deepest net."""
    depth = DEPTHS[-1]
    total = change(name_of("ReLU", "He", depth), measure, depth)
    return lambda results: mean(total)(results) / ((depth - 1) * math.log10(2))


NUMBERS: dict[str, Shown] = {
    **{
        f"{activation.lower()}_{short}_{depth}": trained(activation, start, depth)
        for activation in STARTS
        for short, start in (("xavier", "Xavier"), ("made", MADE_FOR[activation]))
        for depth in (SHALLOW, DEEP)
    },
    "largest_shallow": lambda results: max(-points(behind(activation, SHALLOW))(results) for activation in STARTS),
    "tanh_falls_20": times("tanh", "Xavier", "activation_square", DEEP),
    "tanh_falls_50": times("tanh", "Xavier", "activation_square", DEPTHS[-1]),
    "relu_falls": times("ReLU", "Xavier", "activation_square", DEEP),
    "sigmoid_falls": times("sigmoid", "Xavier", "signal_gradient_square", DEEP),
    "he_forward": doublings("activation_square"),
    "he_backward": doublings("signal_gradient_square"),
    "expected": lambda _: -5 / (2 * WIDTH) / math.log(2),
}
