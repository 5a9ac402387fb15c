"""E3: which optimisers end in the global minimum of a quartic with two minima, and how soon noise leads there?"""

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import xarray as xr

from waza import optim
from waza.curriculum.day2a_training.basins import FAR_SIDE, NOISE, TILTS, share_global
from waza.curriculum.figures.basins import basins, crossings
from waza.curriculum.shown import Shown, mean, points
from waza.learners import Descent, Measure, Measures
from waza.learners.descent import DescentState
from waza.models.landscapes import TwoMinima
from waza.study import Claim, Exact, Part, Study

EXACT = {"SGD 0.02": optim.SGD(0.02), "momentum 0.02": optim.Momentum(0.02), "RMSProp 0.02": optim.RMSProp(0.02)}
NOISY = {
    "SGD 0.02": optim.SGD(0.02),
    "momentum 0.02": optim.Momentum(0.02),
    "SGD 0.1": optim.SGD(0.1),
    "momentum 0.01": optim.Momentum(0.01),
    "RMSProp 0.1": optim.RMSProp(0.1),
}


class Crossing(Descent):
    """Descent from the local minimum that also measures "reached_after", the steps until it is on the global side.

    A path that has not reached it counts with the steps done so far.
    """

    low: tuple[float, ...] = (0.8, 0.0)
    high: tuple[float, ...] = (1.0, 0.0)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """All other measures, and the steps."""
        return *super().measures(data), Measure("reached_after", "lower")

    def init(self, key: Any, data: Any) -> DescentState:
        """A start beside the local minimum; the optimiser's state goes with the step of the crossing, -1 before it."""
        state = super().init(key, data)
        return state._replace(optimizer=(state.optimizer, jnp.int32(-1)))

    def update(self, state: DescentState, batch: Any, key: Any) -> tuple[DescentState, Measures]:
        """One step."""
        optimizer, reached = state.optimizer
        after, records = super().update(state._replace(optimizer=optimizer), batch, key)
        crosses = (reached < 0) & (after.w[0] < FAR_SIDE)
        return after._replace(optimizer=(after.optimizer, jnp.where(crosses, after.step, reached))), records

    def evaluate(self, state: DescentState, data: Any, key: Any) -> Measures:
        """Where the path is, and the steps."""
        _, reached = state.optimizer
        steps = jnp.where(reached < 0, state.step, reached)
        return super().evaluate(state, data, key) | {"reached_after": steps.astype(jnp.float32)}


def without_noise(optimizers: Mapping[str, optim.Optimizer]) -> dict[str, Descent]:
    """Each optimiser on the quartic at both tilts, by name."""
    return {
        name_of(name, tilt, noise=False): Descent(TwoMinima(tilt), optimizer)
        for tilt in TILTS
        for name, optimizer in optimizers.items()
    }


def name_of(optimizer: str, tilt: float, noise: bool) -> str:
    """The variant with this optimiser."""
    return f"{optimizer}, tilt {tilt:g}" + (", noise" if noise else "")


FIGURES = (basins, crossings)


def study() -> Study:
    """(x^2 - 1)^2 + t x + y^2 / 2 at t = 0.3 and 1: from a box, and with noise from the local minimum, 10,000 steps."""
    crossing: dict[str, Descent] = {
        name_of(name, tilt, noise=True): Crossing(TwoMinima(tilt), optimizer, noise=NOISE)
        for tilt in TILTS
        for name, optimizer in NOISY.items()
    }
    return Study(
        name="two-minima",
        data=None,
        variants=without_noise(EXACT) | crossing,
        measure="value",
        seeds=100,
        block=100,
        first_seed=5000,
        steps=10_000,
        evaluate_every=500,
        claims=(C09, C14),
        figures=FIGURES,
    )


def share(optimizer: str) -> Callable[[], float]:
    """The share of starts from which an optimiser ends in the global minimum without noise."""
    return lambda: share_global(EXACT[optimizer])


def gain(optimizer: str) -> Callable[[], float]:
    """That share minus SGD's at the same rate."""
    return lambda: share_global(EXACT[optimizer]) - share_global(EXACT["SGD 0.02"])


def crossing_steps(results: xr.Dataset, optimizer: str) -> xr.DataArray:
    """log10 of the steps until a path with noise is on the global side, mean of both tilts."""
    names = [name_of(optimizer, tilt, noise=True) for tilt in TILTS]
    return xr.ufuncs.log10(results["reached_after"].sel(variant=names).isel(step=-1)).mean("variant")


def sooner(optimizer: str, control: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of an optimiser's steps to the global side over the control's; below 0 if it is there first."""
    return lambda results: crossing_steps(results, optimizer) - crossing_steps(results, control)


# "Reaches the global optimum": from more than 99 % of the starts. Compared with SGD: from 5 more starts in a hundred,
# or with noise in less than four fifths of the steps (0.1 powers of ten). A path that never arrives counts with all its
# steps, so that the true difference is at least as large as the one that is seen.
C09 = Claim(
    "C09",
    (
        Exact("global", share("momentum 0.02"), low=0.99, unit="points"),
        Exact("more-often", gain("momentum 0.02"), low=0.05, unit="points", further=True),
        Part("noise", sooner("momentum 0.02", "SGD 0.02"), high=-0.1, unit="log10", further=True),
        Part("equal-effect", sooner("momentum 0.01", "SGD 0.1"), high=-0.1, unit="log10", further=True),
    ),
)
C14 = Claim(
    "C14",
    (
        Exact("global", share("RMSProp 0.02"), low=0.99, unit="points"),
        Exact("more-often", gain("RMSProp 0.02"), low=0.05, unit="points", further=True),
        Part("noise", sooner("RMSProp 0.1", "SGD 0.1"), high=-0.1, unit="log10", further=True),
    ),
)


def in_percent(value: Callable[[], float]) -> Shown:
    """An exact share, times 100."""
    return lambda _: 100 * value()


def times(effect: Callable[[xr.Dataset], xr.DataArray]) -> Shown:
    """The factor that a mean of powers of ten stands for."""
    return lambda results: 10 ** mean(effect)(results)


def arrived(optimizer: str, tilt: float) -> Callable[[xr.Dataset], xr.DataArray]:
    """The steps until each path with noise is on the global side."""
    return lambda results: results["reached_after"].sel(variant=name_of(optimizer, tilt, noise=True)).isel(step=-1)


def never(optimizer: str, tilt: float) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether each path with noise has not arrived at the end."""
    return lambda results: arrived(optimizer, tilt)(results) >= results["step"][-1]


NUMBERS: dict[str, Shown] = {
    **{f"{name.split()[0].lower()}_share": in_percent(share(name)) for name in EXACT},
    "momentum_gain": in_percent(gain("momentum 0.02")),
    "equal_rate": times(sooner("SGD 0.02", "momentum 0.02")),
    "equal_effect": times(sooner("momentum 0.01", "SGD 0.1")),
    "rmsprop": times(sooner("RMSProp 0.1", "SGD 0.1")),
    "rmsprop_sooner": points(lambda r: arrived("RMSProp 0.1", TILTS[1])(r) < arrived("SGD 0.1", TILTS[1])(r)),
    "rmsprop_never": points(never("RMSProp 0.1", TILTS[0])),
    "sgd_never": points(never("SGD 0.02", TILTS[0])),
}
