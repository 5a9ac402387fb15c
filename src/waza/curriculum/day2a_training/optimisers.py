"""E3: five optimisers at the course's rate, and each at its own rate."""

from collections.abc import Callable

import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.shown import Shown, accuracy
from waza.learners import Supervised
from waza.study import Claim, Share, Study, Tuning, final, geometric, tuned_name, vary
from waza.study.record import record_of

COURSE = 0.01
OPTIMIZERS = {
    "SGD": optim.SGD(0.01),
    "momentum": optim.Momentum(0.01),
    "AdaGrad": optim.AdaGrad(0.01),
    "RMSProp": optim.RMSProp(0.01, 0.99),
    "Adam": optim.Adam(0.01),
}
RATES = geometric(1e-4, 10.0, 16)
JUDGED = ("SGD", "momentum", "AdaGrad")
AT_COURSE_RATE = ("SGD and momentum at rate 0.01", "SGD and momentum at rate 0.01", "AdaGrad at rate 0.01")
AT_OWN_RATE = ("each at its own rate",) * 3
LEARNS = 0.05


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
        seeds=14,
        block=14,
        first_seed=5000,
        steps=1000,
        tuning=Tuning(grid={name: {"optimizer.learning_rate": RATES} for name in OPTIMIZERS}),
        claims=(C18,),
    )


def learns(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether the test accuracy is more than 5 points above that of the best constant answer, seed by seed."""
    return lambda results: final(results, "test_accuracy", variant) > results.attrs["chance_test_accuracy"] + LEARNS


# "Cannot learn": fewer than half of the seeds come more than 5 points above chance in 1,000 steps.
C18 = Claim(
    "C18",
    tuple(
        Share(f"{name.lower()}-{how}", learns(variant(name)), high=0.5, case=case)
        for how, variant, cases in (("course", str, AT_COURSE_RATE), ("tuned", tuned_name, AT_OWN_RATE))
        for name, case in zip(JUDGED, cases, strict=True)
    ),
)


def tuned_rate(results: xr.Dataset, name: str) -> float:
    """The rate that tuning chose for an optimiser."""
    return next(one.settings["optimizer.learning_rate"] for one in record_of(results).tuning if one.variant == name)


NUMBERS: dict[str, Shown] = {
    **{f"{name.lower()}_course": accuracy(name) for name in OPTIMIZERS},
    **{f"{name.lower()}_tuned": accuracy(tuned_name(name)) for name in OPTIMIZERS},
    "lowest_tuned": lambda results: min(accuracy(tuned_name(name))(results) for name in JUDGED),
    "sgd_rate": lambda results: tuned_rate(results, "SGD"),
    "sgd_factor": lambda results: tuned_rate(results, "SGD") / COURSE,
}
