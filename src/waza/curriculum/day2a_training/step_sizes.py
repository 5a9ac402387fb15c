"""E3: the step sizes of optimisers where the gradient is known."""

from collections.abc import Callable

import xarray as xr

from waza import optim
from waza.core.recipe import Schedule
from waza.curriculum.figures.effective_rates import effective_rates
from waza.curriculum.figures.ways_out import ways_out
from waza.learners import Descent
from waza.models.landscapes import Quadratic, Saddle, Slope
from waza.study import Claim, Part, Study

CONSTANT = {
    "momentum, constant gradient": optim.Momentum(0.01),
    "AdaGrad, constant gradient": optim.AdaGrad(0.01),
    "RMSProp, constant gradient": optim.RMSProp(0.01, 0.99),
}
FALLING = "RMSProp, falling gradient"
ALTERNATING = "momentum, alternating gradient"
# The first two at one rate, the others at the rates that leave first (a sweep: tests/curriculum/test_best_rates.py).
AFAR = {"SGD 0.1": optim.SGD(0.1), "AdaGrad 0.1": optim.AdaGrad(0.1)}
BEST = {"SGD 1.78": optim.SGD(1.78), "AdaGrad 3.16": optim.AdaGrad(3.16)}
AWAY = 0.5


class Alternating(Schedule):
    """A number that changes its sign at every step.

    >>> [Alternating(2.0)(step) for step in (0, 1, 2)]
    [2.0, -2.0, 2.0]
    """

    size: float

    def __call__(self, step):
        """The number at a step."""
        return self.size * (1 - 2 * (step % 2))


FIGURES = (effective_rates, ways_out)


def study() -> Study:
    """1,000 steps on slopes of gradient (1, 100), constant or alternating, a quadratic and a rotated saddle."""
    saddle = Saddle(45.0)
    beside: dict = {"low": (0.0, 0.001), "high": (0.0, 0.01)}
    afar: dict = {"low": (2.0, 2.001), "high": (2.0, 2.01)}
    to_and_fro = Slope((Alternating(1.0), Alternating(100.0)))
    return Study(
        name="step-sizes",
        data=None,
        variants={
            **{name: Descent(Slope((1.0, 100.0)), optimizer) for name, optimizer in CONSTANT.items()},
            ALTERNATING: Descent(to_and_fro, optim.Momentum(0.01)),
            FALLING: Descent(Quadratic((1.0, 100.0)), optim.RMSProp(0.001, 0.99), low=(1.5, 1.5)),
            **{f"{name}, beside a saddle": Descent(saddle, optimizer, **beside) for name, optimizer in AFAR.items()},
            **{f"{name}, from afar": Descent(saddle, optimizer, **afar) for name, optimizer in (AFAR | BEST).items()},
        },
        measure="value",
        seeds=20,
        block=20,
        first_seed=1000,
        steps=1000,
        evaluate_every=1,
        claims=(C11, C13, C16),
        figures=FIGURES,
    )


def factor(results: xr.Dataset, variant: str, step: int, coordinate: str = "w0") -> xr.DataArray:
    """The effective rate: the last step divided by the gradient.

    The gradient is taken after the step; on these landscapes it differs from the one before by less than 1 %.
    """
    where = {"variant": variant, "step": step, "layer": coordinate}
    return abs(results["moved"].sel(where) / results["gradient"].sel(where))


def doublings(results: xr.Dataset, variant: str) -> xr.DataArray:
    """log2 of the effective rate at step 1,000 over that at step 500; -1/2 if the rate falls as 1/sqrt(t)."""
    return xr.ufuncs.log2(factor(results, variant, 1000) / factor(results, variant, 500))


def momentum_by_coordinate(results: xr.Dataset) -> xr.DataArray:
    """log10 of momentum's effective rate where the gradient is 1 over that where it is 100."""
    name = "momentum, constant gradient"
    return xr.ufuncs.log10(factor(results, name, 1000, "w0") / factor(results, name, 1000, "w1"))


def momentum_over_time(results: xr.Dataset) -> xr.DataArray:
    """The absolute change of momentum's effective rate from step 500 to 1,000, in doublings."""
    return abs(doublings(results, "momentum, constant gradient"))


def momentum_by_direction(results: xr.Dataset) -> xr.DataArray:
    """log10 of momentum's effective rate at a constant gradient over that at one whose sign alternates."""
    constant = factor(results, "momentum, constant gradient", 1000)
    return xr.ufuncs.log10(constant / factor(results, ALTERNATING, 1000))


def steps_at_saddle(results: xr.Dataset, variant: str) -> xr.DataArray:
    """The steps from coming within half a unit of the saddle point to leaving it by half a unit."""
    w = results["w"].sel(variant=variant)
    down, out = (abs(w.sel(layer="w1") + sign * w.sel(layer="w0")) / 2**0.5 for sign in (1, -1))
    return first(out > AWAY) - first(down < AWAY)


def steps_in_all(results: xr.Dataset, variant: str) -> xr.DataArray:
    """The steps from the start to leaving the saddle point by half a unit."""
    w = results["w"].sel(variant=variant)
    return first(abs(w.sel(layer="w1") - w.sel(layer="w0")) / 2**0.5 > AWAY)


def first(reached: xr.DataArray) -> xr.DataArray:
    """The first step at which `reached` is true; the last step if it never is."""
    return xr.where(reached.any("step"), reached.argmax("step"), reached.sizes["step"] - 1).astype(float)


def slower(
    adagrad: str, sgd: str, steps: Callable[[xr.Dataset, str], xr.DataArray] = steps_at_saddle
) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the steps that AdaGrad needs over those that SGD needs."""
    return lambda results: xr.ufuncs.log10(steps(results, adagrad).clip(min=1) / steps(results, sgd).clip(min=1))


# An adjustment would depend on the size of the gradient (by 0.1 powers of ten), on time (by 1 %), or on whether the
# gradient keeps its direction or alternates (by 0.1 powers of ten).
C11 = Claim(
    "C11",
    (
        Part("by-size", momentum_by_coordinate, low=0.1, unit="log10"),
        Part("over-time", momentum_over_time, low=0.01, unit="log2"),
        Part("by-direction", momentum_by_direction, low=0.1, unit="log10"),
    ),
)
# Problems: a quarter more steps (0.1 powers of ten).
C13 = Claim(
    "C13",
    (
        Part(
            "shrinks",
            lambda results: doublings(results, "AdaGrad, constant gradient"),
            low=-0.55,
            high=-0.45,
            unit="log2",
        ),
        Part("from-afar", slower("AdaGrad 0.1, from afar", "SGD 0.1, from afar"), low=0.1, unit="log10"),
        Part("beside", slower("AdaGrad 0.1, beside a saddle", "SGD 0.1, beside a saddle"), low=0.1, unit="log10"),
        Part("own-best", slower("AdaGrad 3.16, from afar", "SGD 1.78, from afar", steps_in_all), low=0.1, unit="log10"),
    ),
)
C16 = Claim(
    "C16",
    (
        Part("constant", lambda results: doublings(results, "RMSProp, constant gradient"), high=-0.1, unit="log2"),
        Part("falling", lambda results: doublings(results, FALLING), high=-0.1, unit="log2"),
    ),
)
