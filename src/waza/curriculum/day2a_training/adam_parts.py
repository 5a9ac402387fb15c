"""E3: what Adam takes from momentum and from RMSProp, and the effect of its bias correction."""

from collections.abc import Callable
from functools import partial

import jax.numpy as jnp
import numpy as np
import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.day2a_training.descents import end_of, path_of
from waza.curriculum.figures.heights import heights
from waza.curriculum.figures.step_sizes import noisy_steps, step_lengths
from waza.curriculum.shown import Shown, accuracy, exact, mean
from waza.learners import Descent, Supervised
from waza.models.landscapes import Quadratic, Slope
from waza.report import over_steps
from waza.study import Claim, Exact, Part, Study, final

RATE = 0.01
SETTLED = 100
LATE = (210, 300)
SLOPE = Slope((1.0, 100.0))
# The best rates of a sweep over the noisy valley with other seeds (tests/curriculum/test_best_rates.py).
BEST = {"Adam": optim.Adam(0.0562), "RMSProp": optim.RMSProp(0.0316), "momentum": optim.Momentum(0.00562)}
VALLEY: dict = {"landscape": Quadratic((0.1, 10.0)), "noise": 1.0, "low": (1.0, -2.0), "high": (2.0, 2.0)}

# The rates that a sweep of the study `optimisers` chose on validation rows, with seeds that are not compared here.
NET_RATES = {"Adam": optim.Adam(0.01), "RMSProp": optim.RMSProp(0.01), "momentum": optim.Momentum(0.464)}


class Uncorrected(optim.Adam):
    """Adam without bias correction: the powers of beta that correct it stay zero.

    >>> optimizer, g = Uncorrected(0.1), jnp.array(4.0)
    >>> round(optimizer.update(g, optimizer.init(g), g)[0].item(), 4)
    -0.3162
    """

    def init(self, parameters):
        """Adam's initial state, with the powers set to zero."""
        return super().init(parameters)._replace(power1=jnp.zeros(()), power2=jnp.zeros(()))


def net_of(name: str) -> str:
    """The variant that trains the course's net with this optimiser."""
    return f"{name}, net"


_NETS = partial(over_steps, measure="test_accuracy", variants=tuple(map(net_of, NET_RATES)))
FIGURES = (step_lengths, heights, noisy_steps, _NETS)


def study(data_name: str = "digits") -> Study:
    """Slopes of gradient (1, 100), exact or with noise; a noisy valley; 784-40-20-10, sigmoid, gaussian 0.01."""
    origin: dict = {"low": (0.0, 0.0), "high": (0.0, 0.0)}
    net = models.MLP((784, 40, 20, 10), nn.sigmoid, nn.Gaussian(0.01))
    return Study(
        name="adam-parts",
        data=data.hold_out(data.load(data_name), 1000),
        variants={
            "Adam": Descent(SLOPE, optim.Adam(RATE), **origin),
            "Adam without correction": Descent(SLOPE, Uncorrected(RATE), **origin),
            "RMSProp": Descent(SLOPE, optim.RMSProp(RATE, 0.999), **origin),
            "momentum": Descent(SLOPE, optim.Momentum(RATE), **origin),
            "Adam, noise": Descent(SLOPE, optim.Adam(RATE), noise=1.0, **origin),
            "RMSProp, noise": Descent(SLOPE, optim.RMSProp(RATE, 0.999), noise=1.0, **origin),
            **{f"{name}, noisy valley": Descent(optimizer=optimizer, **VALLEY) for name, optimizer in BEST.items()},
            **{net_of(name): Supervised(net, optimizer, probes=False) for name, optimizer in NET_RATES.items()},
        },
        measure="value",
        seeds=60,
        block=60,
        first_seed=5000,
        steps=1000,
        evaluate_every=10,
        claims=(C17,),
        figures=FIGURES,
    )


def by_size() -> float:
    """Adam's step where the gradient is 100 over that where it is 1; 100 if the step were proportional to it."""
    last = np.diff(path_of(SLOPE, optim.Adam(RATE), np.zeros((1, 2)), SETTLED)[-2:], axis=0)[0, 0]
    return float(last[1] / last[0])


def noise_kept(results: xr.Dataset) -> xr.DataArray:
    """The relative spread of Adam's steps over RMSProp's, for gradient 1 with noise of deviation 1."""
    moved = results["moved"].sel(layer="w0", step=slice(SETTLED, None))
    spread = moved.std("step") / abs(moved.mean("step"))
    return spread.sel(variant="Adam, noise") / spread.sel(variant="RMSProp, noise")


def height_over(parent: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the mean height of Adam's path in the noisy valley in steps 200 to 300 over that of `parent`."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        height = results["value"].sel(step=slice(*LATE)).mean("step")
        return xr.ufuncs.log10(height.sel(variant="Adam, noisy valley") / height.sel(variant=f"{parent}, noisy valley"))

    return effect


def accuracy_over(parent: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy of the net with Adam minus that with `parent`, each at its rate."""
    return lambda results: (
        final(results, "test_accuracy", net_of("Adam")) - final(results, "test_accuracy", net_of(parent))
    )


# Like RMSProp: equal steps within a quarter. Like momentum: a fifth less noise. Both merits: no higher in the valley
# than RMSProp and momentum, within a quarter, and on the net less than two points behind either.
C17 = Claim(
    "C17",
    (
        Exact("scale-free", by_size, low=0.8, high=1.25),
        Part("averages", noise_kept, high=0.8),
        Part("as-momentum", height_over("momentum"), high=0.1, unit="log10"),
        Part("as-rmsprop", height_over("RMSProp"), high=0.1, unit="log10"),
        Part("net-momentum", accuracy_over("momentum"), low=-0.02, unit="points"),
        Part("net-rmsprop", accuracy_over("RMSProp"), low=-0.02, unit="points"),
    ),
)


def covered(optimizer: optim.Optimizer) -> float:
    """The distance that an optimiser covers at gradient 1 in its first 20 steps."""
    return float(abs(end_of(SLOPE, optimizer, np.zeros((1, 2)), 20)[0, 0]))


NUMBERS: dict[str, Shown] = {
    "ratio": exact(by_size),
    "noise": mean(noise_kept),
    "below_momentum": lambda results: 100 * (1 - 10 ** mean(height_over("momentum"))(results)),
    "over_rmsprop": lambda results: 10 ** mean(height_over("RMSProp"))(results),
    "adam_net": accuracy(net_of("Adam")),
    "momentum_net": accuracy(net_of("momentum")),
    "rmsprop_net": accuracy(net_of("RMSProp")),
    "uncorrected": lambda _: covered(Uncorrected(RATE)) / covered(optim.Adam(RATE)),
}
