"""E3: five optimisers at the course's rate, and each at its own rate."""

from collections.abc import Callable

import xarray as xr

from waza import data, models, nn, optim
from waza.learners import Supervised
from waza.study import Claim, Part, Study, Tuning, final, geometric, tuned_name, vary

OPTIMIZERS = {
    "SGD": optim.SGD(0.01),
    "momentum": optim.Momentum(0.01),
    "AdaGrad": optim.AdaGrad(0.01),
    "RMSProp": optim.RMSProp(0.01, 0.99),
    "Adam": optim.Adam(0.01),
}
RATES = geometric(1e-4, 10.0, 16)


JUDGED = ("SGD", "momentum", "AdaGrad")


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid, gaussian 0.01, 1,000 steps; also with ReLU and Xavier, and with batch normalisation."""
    model = models.MLP((784, 40, 20, 10), activation=nn.sigmoid, initializer=nn.Gaussian(0.01))
    course = {name: Supervised(model, optimizer) for name, optimizer in OPTIMIZERS.items()}
    relu = {"activation": nn.relu, "initializer": nn.Xavier()}
    return Study(
        name="optimisers",
        data=data.hold_out(data.load(data_name), 1000),
        variants=course
        | {f"{name}, ReLU and Xavier": vary(one, model=relu, probes=False) for name, one in course.items()}
        | {
            f"{name}, batch norm": vary(one, model={"norm": nn.BatchNorm()}, probes=False)
            for name, one in course.items()
        },
        steps=1000,
        tuning=Tuning(grid={name: {"optimizer.learning_rate": RATES} for name in OPTIMIZERS}),
        claims=(C18,),
    )


def over_chance(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy minus that of the best constant answer."""
    return lambda results: final(results, "test_accuracy", variant) - results.attrs["chance_test_accuracy"]


# "Cannot learn": less than 5 points above chance after 1,000 steps.
C18 = Claim(
    "C18",
    tuple(
        Part(f"{name.lower()}-{how}", over_chance(variant(name)), high=0.05, unit="points")
        for how, variant in (("course", str), ("tuned", tuned_name))
        for name in JUDGED
    ),
)
