"""E3: how much does the choice of the learning rate matter for each optimiser?"""

from collections.abc import Callable

import xarray as xr

from waza import data, models, nn
from waza.curriculum.day2a_training.optimisers import OPTIMIZERS
from waza.curriculum.day2a_training.rates import GOOD, good_decades
from waza.learners import Supervised
from waza.study import Claim, Part, Study, final, geometric, rate_name, vary

# Two decades around each optimiser's good rates, four rates a decade; every other one also on a second net.
RATES = {
    "SGD": geometric(0.178, 17.8, 9),
    "momentum": geometric(0.0178, 1.78, 9),
    "AdaGrad": geometric(0.01, 1.0, 9),
    "RMSProp": geometric(0.001, 0.1, 9),
    "Adam": geometric(0.001, 0.1, 9),
}
COURSE = 0.01
OTHERS = tuple(name for name in OPTIMIZERS if name != "RMSProp")


def relu(name: str) -> str:
    """The sweep of this optimiser on the second net."""
    return f"{name}, ReLU and He"


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid with gaussian 0.01, and ReLU with He; 1,000 steps; five optimisers over two decades."""
    model = models.MLP((784, 40, 20, 10), activation=nn.sigmoid, initializer=nn.Gaussian(0.01))
    second = vary(model, activation=nn.relu, initializer=nn.He())
    return Study(
        name="rate-ranges",
        data=data.load(data_name),
        variants={
            rate_name(sweep(name), rate): Supervised(net, vary(optimizer, learning_rate=rate), probes=False)
            for net, sweep, every in ((model, str, 1), (second, relu, 2))
            for name, optimizer in OPTIMIZERS.items()
            for rate in RATES[name][::every]
        },
        seeds=20,
        first_seed=1000,
        steps=1000,
        evaluate_every=1000,
        claims=(C15,),
    )


def wider_than(other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Decades of good rates of RMSProp, minus those of another optimiser."""
    return lambda results: (
        good_decades(results, "RMSProp", RATES["RMSProp"]) - good_decades(results, other, RATES[other])
    )


def on_both(results: xr.Dataset, name: str) -> xr.DataArray:
    """The test accuracy on both nets (net) at the rates that both were run with (rate)."""
    nets = []
    for sweep in (name, relu(name)):
        reached = [final(results, "test_accuracy", rate_name(sweep, rate)) for rate in RATES[name][::2]]
        nets.append(xr.concat([one.drop_vars("variant") for one in reached], "rate"))
    return xr.concat(nets, "net").assign_coords(rate=list(RATES[name][::2]))


def below_best(results: xr.Dataset) -> xr.DataArray:
    """How far RMSProp at the course's rate is below its best rate, on the net where the difference is larger."""
    accuracy = on_both(results, "RMSProp")
    return (accuracy.max("rate") - accuracy.sel(rate=COURSE)).max("net")


def one_rate_costs(results: xr.Dataset, name: str) -> xr.DataArray:
    """The accuracy that one rate for both nets loses compared with one rate for each, mean over the nets."""
    accuracy = on_both(results, name)
    return accuracy.max("rate").mean("net") - accuracy.mean("net").max("rate")


def cheaper_than(other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """What one rate for both nets costs RMSProp, minus what it costs another optimiser."""
    return lambda results: one_rate_costs(results, "RMSProp") - one_rate_costs(results, other)


# "Rarely needs tuning": a wider range of good rates than the others (less than a quarter decade is no difference), a
# given rate that is good on either net, and a lower cost of one rate for both nets than the others have (by a point).
C15 = Claim(
    "C15",
    (
        *(Part(name.lower(), wider_than(name), low=0.25, unit="decades") for name in OTHERS),
        Part("course-rate", below_best, high=GOOD, unit="points"),
        *(Part(f"one-rate-{name.lower()}", cheaper_than(name), high=-0.01, unit="points") for name in OTHERS),
    ),
)
