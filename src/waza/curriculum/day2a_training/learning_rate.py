"""E3: learning rates that are too large or too small, where the limit can be computed, and for a net."""

from collections.abc import Callable
from functools import partial

import numpy as np
import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.day2a_training.basins import crossed, share_global
from waza.curriculum.day2a_training.descents import end_of
from waza.curriculum.day2a_training.limits import MultipleOfLimit, WholeBatch
from waza.curriculum.day2a_training.two_minima import without_noise
from waza.curriculum.figures.basins import basins, chances
from waza.curriculum.figures.heights import heights
from waza.curriculum.figures.paths import paths
from waza.curriculum.shown import Shown, exact, points
from waza.learners import Descent
from waza.models.landscapes import Quadratic
from waza.report import over_steps
from waza.study import Claim, Exact, Share, Study, final

CURVATURES = (1.0, 10.0)
LIMIT = 2 / max(CURVATURES)
FACTORS = (0.001, 0.5, 0.95, 0.97, 0.99, 1.01, 1.03, 1.05)
NET_FACTORS = (0.5, 1.0, 2.0, 4.0, 16.0)
NEAR, FAR = 2.0, 16.0
SMALL, LARGE = "SGD 0.005", "SGD 0.1"
RATES = {SMALL: 0.005, LARGE: 0.1}
START, STEPS = 1.5, 400
DISTANCE = 200  # rate times steps
TRAINED = 0.5


def name_of(factor: float) -> str:
    """The variant with this multiple of the limit."""
    return f"{factor:g} of the limit"


def net_of(factor: float) -> str:
    """The net with this multiple of its limit."""
    return f"net, {factor:g} of its limit"


FIGURES = (
    partial(paths, variants=tuple(map(name_of, (0.001, 0.5, 0.97, 1.03)))),
    heights,
    partial(over_steps, measure="train_loss", variants=tuple(map(net_of, NET_FACTORS))),
    basins,
    partial(chances, rates=RATES, distance=DISTANCE),
)


def study(data_name: str = "digits") -> Study:
    """SGD on a quadratic and on 784-40-20-10 at multiples of 2/lambda_max; two rates where there are two minima."""
    bowl: dict = {"low": (1.0, 1.0), "high": (2.0, 2.0)}
    net = models.MLP((784, 40, 20, 10), nn.relu, nn.He())
    return Study(
        name="learning-rate",
        data=data.load(data_name),
        variants={
            **{name_of(f): Descent(Quadratic(CURVATURES), optim.SGD(f * LIMIT), **bowl) for f in FACTORS},
            **without_noise({name: optim.SGD(rate) for name, rate in RATES.items()}),
            **{net_of(f): WholeBatch(net, MultipleOfLimit(f), probes=False) for f in NET_FACTORS},
        },
        baseline=name_of(0.5),
        measure="value",
        seeds=20,
        block=20,
        first_seed=5000,
        steps=STEPS,
        evaluate_every=10,
        claims=(C07, C08),
        figures=FIGURES,
    )


def remaining(factor: float) -> np.ndarray:
    """The coordinates after 400 steps on the quadratic at this multiple of the limit, from (1.5, 1.5)."""
    return end_of(Quadratic(CURVATURES), optim.SGD(factor * LIMIT), np.full((1, 2), START), STEPS)[0]


def measured_limit() -> float:
    """The largest rate at which descent on the quadratic converges, over 2/lambda_max: by bisection."""
    low, high = 0.5, 2.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if abs(remaining(middle)[1]) < START else (low, middle)
    return (low + high) / 2


def shrinks() -> float:
    """The distance in the steep direction after 400 steps at a thousandth of the limit, over the first."""
    return float(abs(remaining(0.001)[1]) / START)


def slower() -> float:
    """The remaining height after 400 steps at a thousandth of the limit over that at half the limit.

    A height below a millionth of the first counts as a millionth.
    """
    first, small, half = (np.dot(CURVATURES, w**2) for w in (START * np.ones(2), remaining(0.001), remaining(0.5)))
    return float(small / max(half, 1e-6 * first))


def less_global() -> float:
    """The share of starts that end in the global minimum at the small rate, minus that at the large rate."""
    small, large = (share_global(optim.SGD(RATES[name])) for name in (SMALL, LARGE))
    return small - large


def less_crossed() -> float:
    """The probability of reaching the global side with noise at the small rate, minus that at the large rate.

    Both go equally far: rate times steps is equal.
    """
    small, large = (crossed(RATES[name], round(DISTANCE / RATES[name])) for name in (SMALL, LARGE))
    return small - large


def trains(factor: float) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether the net at this multiple of its limit has trained, seed by seed."""
    return lambda results: final(results, "train_accuracy", net_of(factor)) >= TRAINED


# On the quadratic the limit is that of the theory within 1 %. A net does not train at a rate at which fewer than half
# of the seeds get half of their training rows right.
C07 = Claim(
    "C07",
    (
        Exact("limit", measured_limit, low=0.99, high=1.01),
        Share("net-far", trains(FAR), high=0.5),
        Share("net-near", trains(NEAR), high=0.5, further=True),
    ),
)
# Slow: a hundred times higher after 400 steps. Less likely to be global: by one start, or one path, in a hundred.
C08 = Claim(
    "C08",
    (
        Exact("never-diverges", shrinks, high=1.0),
        Exact("slow", slower, low=100.0),
        Exact("less-global", less_global, high=-0.01, unit="points"),
        Exact("less-global-noise", less_crossed, high=-0.01, unit="points"),
    ),
)
NUMBERS: dict[str, Shown] = {
    "limit": exact(measured_limit),
    "near": points(trains(NEAR)),
    "four": points(trains(4.0)),
    "far": points(trains(FAR)),
    "net_limit": lambda results: float(results["limit"].sel(variant=net_of(NEAR)).isel(step=0).mean()),
    "slow": exact(slower),
    "small_share": lambda _: 100 * share_global(optim.SGD(RATES[SMALL])),
    "large_share": lambda _: 100 * share_global(optim.SGD(RATES[LARGE])),
    "fewer": lambda _: -100 * less_global(),
    "large_crossed": lambda _: 100 * crossed(RATES[LARGE], round(DISTANCE / RATES[LARGE])),
    "one_in": lambda _: 1 / crossed(RATES[SMALL], round(DISTANCE / RATES[SMALL])),
}
