"""E3: how much does the choice of the learning rate matter for each optimiser?"""

from collections.abc import Callable

import xarray as xr

from waza import data, models, nn
from waza.curriculum.day2a_training.optimisers import OPTIMIZERS
from waza.curriculum.day2a_training.rates import GOOD, at_own_rate, good_decades, judging, lower_bounds, over_rates
from waza.curriculum.figures.rates_by_net import rates_by_net
from waza.curriculum.shown import Shown, mean, points
from waza.learners import Supervised
from waza.study import Claim, Part, Study, geometric, rate_name, vary

# Two decades around each optimiser's good rates, six rates a decade; every third one also on a second net.
RATES = {
    "SGD": geometric(0.178, 17.8, 13),
    "momentum": geometric(0.0178, 1.78, 13),
    "AdaGrad": geometric(0.01, 1.0, 13),
    "RMSProp": geometric(0.001, 0.1, 13),
    "Adam": geometric(0.001, 0.1, 13),
}
COURSE = 0.01
EVERY, STEPS = 3, 1000
PROPORTIONAL, DIVIDING = "compared with SGD and momentum", "compared with AdaGrad and Adam"
OTHERS = {"SGD": PROPORTIONAL, "momentum": PROPORTIONAL, "AdaGrad": DIVIDING, "Adam": DIVIDING}
FIGURES = (rates_by_net,)


def relu(name: str) -> str:
    """The sweep of this optimiser on the second net."""
    return f"{name}, ReLU and He"


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid with gaussian 0.01, and ReLU with He; 1,000 steps; five optimisers over two decades."""
    model = models.MLP((784, 40, 20, 10), activation=nn.sigmoid, initializer=nn.Gaussian(0.01))
    second = vary(model, activation=nn.relu, initializer=nn.He())
    return Study(
        name="rate-ranges",
        data=data.hold_out(data.load(data_name), 1000),
        variants={
            rate_name(sweep(name), rate): Supervised(net, vary(optimizer, learning_rate=rate), probes=False)
            for net, sweep, every in ((model, str, 1), (second, relu, EVERY))
            for name, optimizer in OPTIMIZERS.items()
            for rate in RATES[name][::every]
        },
        seeds=18,
        block=18,
        first_seed=5000,
        steps=STEPS,
        evaluate_every=STEPS,
        claims=(C15,),
        figures=FIGURES,
    )


def wider_than(other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Decades of good rates of RMSProp, minus those of another optimiser."""
    return lambda results: (
        good_decades(results, "RMSProp", RATES["RMSProp"], STEPS) - good_decades(results, other, RATES[other], STEPS)
    )


def sweeps(name: str) -> tuple[str, str]:
    """An optimiser's sweeps on the two nets."""
    return name, relu(name)


def below_best(sweep: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How far RMSProp at the course's rate is below its chosen rate on a net."""
    rates = RATES["RMSProp"][::EVERY]

    def effect(results: xr.Dataset) -> xr.DataArray:
        at_course = over_rates(judging(results), "test_accuracy", sweep, rates, STEPS).sel(rate=COURSE, drop=True)
        return at_own_rate(results, sweep, rates, STEPS) - at_course

    return effect


def one_rate(results: xr.Dataset, name: str) -> float:
    """The rate for both nets whose lower bound on the validation rows is highest, on the net where it is lower."""
    both = [lower_bounds(results, sweep, RATES[name][::EVERY], STEPS) for sweep in sweeps(name)]
    return float(xr.concat(both, "net").min("net").idxmax("rate"))


def one_rate_costs(results: xr.Dataset, name: str) -> xr.DataArray:
    """The accuracy that one rate for both nets loses compared with one rate for each, mean over the nets."""
    rate, rates = one_rate(results, name), RATES[name][::EVERY]
    lost = [
        at_own_rate(results, sweep, rates, STEPS)
        - over_rates(judging(results), "test_accuracy", sweep, rates, STEPS).sel(rate=rate, drop=True)
        for sweep in sweeps(name)
    ]
    return xr.concat(lost, "net").mean("net")


def cheaper_than(other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """What one rate for both nets costs RMSProp, minus what it costs another optimiser."""
    return lambda results: one_rate_costs(results, "RMSProp") - one_rate_costs(results, other)


# "Rarely needs tuning": a given rate that is good on either net; and, compared with others, a lower cost of one rate
# for both nets (by two points) and a range of good rates that is wider by a quarter (0.1 decades).
C15 = Claim(
    "C15",
    (
        Part("course-rate-sigmoid", below_best("RMSProp"), high=GOOD, unit="points"),
        Part("course-rate-relu", below_best(relu("RMSProp")), high=GOOD, unit="points"),
        *(
            Part(f"one-rate-{name.lower()}", cheaper_than(name), high=-0.02, unit="points", case=case)
            for name, case in OTHERS.items()
        ),
        *(Part(name.lower(), wider_than(name), low=0.1, unit="decades", case=case) for name, case in OTHERS.items()),
    ),
)


def cost(name: str) -> Shown:
    """What one rate for both nets costs an optimiser, in points."""
    return points(lambda results: one_rate_costs(results, name))


NUMBERS: dict[str, Shown] = {
    "below_sigmoid": points(below_best("RMSProp")),
    "below_relu": points(below_best(relu("RMSProp"))),
    **{f"cost_{name.lower()}": cost(name) for name in OPTIMIZERS},
    **{f"wider_{name.lower()}": mean(wider_than(name)) for name in OTHERS},
}
