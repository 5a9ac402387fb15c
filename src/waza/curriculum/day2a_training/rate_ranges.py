"""E3, swept: how much does the choice of the learning rate matter to each optimiser?"""

from collections.abc import Callable

import xarray as xr

from waza import data, models, nn
from waza.curriculum.day2a_training.optimisers import OPTIMIZERS
from waza.curriculum.day2a_training.rates import good_decades
from waza.learners import Supervised
from waza.study import Claim, Part, Study, geometric, rate_name, vary

# Three decades around each optimiser's good rates, four rates a decade.
RATES = {
    "SGD": geometric(0.1, 100.0, 13),
    "momentum": geometric(0.01, 10.0, 13),
    "AdaGrad": geometric(0.01, 10.0, 13),
    "RMSProp": geometric(1e-4, 0.1, 13),
    "Adam": geometric(1e-4, 0.1, 13),
}


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid, gaussian 0.01, 1,000 steps: five optimisers, each at 13 rates over three decades."""
    model = models.MLP((784, 40, 20, 10), activation=nn.sigmoid, initializer=nn.Gaussian(0.01))
    return Study(
        name="rate-ranges",
        data=data.load(data_name),
        variants={
            rate_name(name, rate): Supervised(model, vary(optimizer, learning_rate=rate), probes=False)
            for name, optimizer in OPTIMIZERS.items()
            for rate in RATES[name]
        },
        seeds=30,
        first_seed=100,
        steps=1000,
        evaluate_every=1000,
        claims=(C15,),
    )


def wider_than(other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Decades of good rates of RMSProp, less another optimiser's."""
    return lambda results: (
        good_decades(results, "RMSProp", RATES["RMSProp"]) - good_decades(results, other, RATES[other])
    )


# "Rarely needs tuning": a range of good rates that is wider than the others'; less than a quarter decade is none.
C15 = Claim(
    "C15",
    tuple(
        Part(name.lower(), wider_than(name), low=0.0, unit="decades", margin=0.25)
        for name in OPTIMIZERS
        if name != "RMSProp"
    ),
)
