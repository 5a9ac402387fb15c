"""E2: batch normalisation, with the plain net at its own rate as a control that the course does not run."""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.day2a_training.rates import at_own_rate, good_decades, judging
from waza.curriculum.shown import Shown, mean, points
from waza.learners import Supervised
from waza.report import over_rates, over_steps, side_by_side
from waza.study import Claim, Part, Study, geometric, rate_name, vary

PLAIN, BEFORE, AFTER, FROZEN = "without", "before the activation", "after the activation", "scale and shift frozen"
SWEPT = geometric(0.01, 31.6, 8)
SWEPT_SMALL = SWEPT[1:6:2]
SMALL_BATCHES = (10, 2)
EARLY, STEPS = 100, 1000
COMPARED = (PLAIN, BEFORE)

_PLAIN = Supervised(models.MLP((784, 40, 20, 10), nn.sigmoid, nn.Xavier()), optim.SGD(0.01))
_BEFORE = vary(_PLAIN, model={"norm": nn.BatchNorm()})
NETS = {
    PLAIN: _PLAIN,
    BEFORE: _BEFORE,
    AFTER: vary(_BEFORE, model={"norm_position": "after"}),
    FROZEN: vary(_PLAIN, model={"norm": nn.BatchNorm(affine=False)}),
}
_SMALL = tuple(f"{name}, batches of {size}" for size in SMALL_BATCHES for name in (PLAIN, BEFORE))
FIGURES = (
    partial(over_steps, variants=tuple(NETS)),
    partial(over_steps, measure="train_loss", variants=tuple(NETS)),
    over_rates,
    partial(side_by_side, variants=(PLAIN, BEFORE, *_SMALL)),
)


def with_batches_of(name: str, size: int) -> str:
    """The variant with batches of this size."""
    return f"{name}, batches of {size}"


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, sigmoid, Xavier, SGD 0.01, 1,000 steps; also over rates, and with small batches."""
    sizes = {name: NETS[name] for name in COMPARED}
    sizes |= {
        with_batches_of(name, size): vary(NETS[name], batch_size=size) for name in COMPARED for size in SMALL_BATCHES
    }
    swept = {
        rate_name(name, rate): vary(net, optimizer={"learning_rate": rate}, probes=False)
        for name, net in sizes.items()
        for rate in (SWEPT if name in COMPARED else SWEPT_SMALL)
    }
    return Study(
        name="batch-normalisation",
        data=data.hold_out(data.load(data_name), 1000),
        variants=NETS | sizes | swept,
        seeds=65,
        block=65,
        first_seed=7000,
        steps=STEPS,
        claims=(C05,),
        figures=FIGURES,
    )


def lead_at_equal_rate(results: xr.Dataset) -> xr.DataArray:
    """The test accuracy after 100 steps at the course's rate with batch normalisation, minus that without."""
    accuracy = judging(results)["test_accuracy"].sel(step=EARLY)
    return accuracy.sel(variant=BEFORE) - accuracy.sel(variant=PLAIN)


def lead_at_own_rate(step: int, size: int = 0) -> Callable[[xr.Dataset], xr.DataArray]:
    """The same at a step, each net at the rate that is best by then on the validation rows; 0: batches of 100."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        before, plain = (with_batches_of(name, size) if size else name for name in (BEFORE, PLAIN))
        rates = SWEPT_SMALL if size else SWEPT
        return at_own_rate(results, before, rates, step) - at_own_rate(results, plain, rates, step)

    return effect


def wider(results: xr.Dataset) -> xr.DataArray:
    """Decades of good rates with batch normalisation, minus those without."""
    return good_decades(results, BEFORE, SWEPT, STEPS) - good_decades(results, PLAIN, SWEPT, STEPS)


# Speed is the accuracy after 100 steps. A point of accuracy, and a quarter of a decade of rates, are the smallest
# effects that matter.
C05 = Claim(
    "C05",
    (
        Part("stable", wider, low=0.25, unit="decades"),
        Part("faster-at-own-rate", lead_at_own_rate(EARLY), low=0.01, unit="points"),
        Part("faster-at-equal-rate", lead_at_equal_rate, low=0.01, unit="points", further=True),
        Part("in-the-end", lead_at_own_rate(STEPS), low=0.01, unit="points", further=True),
        *(
            Part(f"batches-of-{size}", lead_at_own_rate(STEPS, size), low=0.01, unit="points", further=True)
            for size in SMALL_BATCHES
        ),
    ),
)


def own_accuracy(name: str, step: int, size: int = 0) -> Shown:
    """The mean test accuracy in percent at the rate that is best at this step; 0: batches of 100."""
    what, rates = (with_batches_of(name, size), SWEPT_SMALL) if size else (name, SWEPT)
    return points(lambda results: at_own_rate(results, what, rates, step))


NUMBERS: dict[str, Shown] = {
    "wider": mean(wider),
    "lead": points(lead_at_own_rate(EARLY)),
    "lead_at_course_rate": points(lead_at_equal_rate),
    "lead_in_the_end": points(lead_at_own_rate(STEPS)),
    "before_early": own_accuracy(BEFORE, EARLY),
    "plain_early": own_accuracy(PLAIN, EARLY),
    "before_end": own_accuracy(BEFORE, STEPS),
    "plain_end": own_accuracy(PLAIN, STEPS),
    **{f"lead_{size}": points(lead_at_own_rate(STEPS, size)) for size in SMALL_BATCHES},
    "before_2": own_accuracy(BEFORE, STEPS, 2),
    "plain_2": own_accuracy(PLAIN, STEPS, 2),
}
