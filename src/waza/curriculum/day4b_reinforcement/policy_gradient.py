"""E20: does a step along the gradient improve a policy, which objective is it of, and what does a baseline do?"""

import math
from collections.abc import Callable

import numpy as np
import xarray as xr

from waza import models, nn, optim
from waza.curriculum.day4b_reinforcement import fatigue
from waza.curriculum.day4b_reinforcement.exact_gradients import estimates, share_improved, variance_ratio
from waza.curriculum.day4b_reinforcement.watched_gradients import WatchedGradients
from waza.curriculum.figures.learning_curves import every_seed
from waza.curriculum.figures.policies import exact_variances, improvements, steps_of_the_gradient, two_objectives
from waza.curriculum.shown import Shown, exact, exact_parts
from waza.rl.environments import CartPole
from waza.rl.policies import CategoricalPolicy, Discounted, Learned, MovingAverage
from waza.rl.policies.baselines import Baseline
from waza.rl.tabular import deterministic
from waza.study import Claim, Exact, Part, Study

SMALL, LARGE = 1e-4, 1.0  # epsilon
IMPATIENT = 0.8  # the discount rate whose optimum is compared with that of the average reward
NO_BASELINE, BY_TIME, LEARNED = "no baseline", "moving average", "learned baseline"
FIGURES = (steps_of_the_gradient, improvements, two_objectives, exact_variances, every_seed)


def study() -> Study:
    """REINFORCE on CartPole-v1 without a baseline, with a moving average and with a learned one: 150 updates."""

    def learner(baseline: Baseline | None) -> WatchedGradients:
        return WatchedGradients(
            CartPole(),
            CategoricalPolicy(models.MLP((4, 32, 2), nn.tanh, nn.Xavier())),
            optim.Adam(0.01),
            Discounted(0.99),
            baseline=baseline,
            copies=8,
            episodes=20,
            greedy=False,
        )

    critic = Learned(models.MLP((4, 32, 1), nn.tanh, nn.Xavier()))
    return Study(
        name="policy-gradient",
        data=None,
        variants={NO_BASELINE: learner(None), BY_TIME: learner(MovingAverage()), LEARNED: learner(critic)},
        measure="return",
        seeds=20,
        block=20,
        first_seed=2000,
        steps=150,
        evaluate_every=15,
        claims=(C55,),
        figures=FIGURES,
    )


def small_steps() -> float:
    """The smaller of the two shares that a small step improves."""
    return min(share_improved("mailing", SMALL), share_improved("corridor", SMALL))


def lost_gain() -> float:
    """The share of the greatest average profit that the best policy for the discounted profit does not reach."""
    best = fatigue.gain(fatigue.average_optimum())
    return 1 - fatigue.gain(fatigue.discounted_optimum(IMPATIENT).policy) / best


def bias() -> float:
    """The largest relative distance between the expected gradients with a baseline and without."""
    found = estimates()
    expected = found["to_go"].mean
    distances = [np.linalg.norm(found[name].mean - expected) for name in ("whole", "by_time", "by_state")]
    return float(max(distances) / np.linalg.norm(expected))


def log_ratio(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the variance with the baseline over that without, mean over the evaluations after the first."""

    def logs(results: xr.Dataset) -> xr.DataArray:
        ratios = results["variance_ratio"].sel(variant=variant).isel(step=slice(1, None))
        return xr.ufuncs.log10(ratios).mean("step")

    return logs


def more_return(results: xr.Dataset) -> xr.DataArray:
    """The mean return of all episodes of the training with a learned baseline, less that without a baseline."""
    means = results["batch_return"].isel(step=slice(1, None)).mean("step")
    return means.sel(variant=LEARNED, drop=True) - means.sel(variant=NO_BASELINE, drop=True)


# "Improves": from each of 1,000 starts in both problems, by a small step. "Different": the best policy for one
# objective loses 1 % of the other. "Without bias": up to rounding. "Lowers the variance": by a tenth. The rest is not
# in the notes.
C55 = Claim(
    "C55",
    (
        Exact("small-steps", small_steps, low=0.999, unit="points"),
        Exact("different", lost_gain, low=0.01, unit="points"),
        Exact("bias", bias, high=1e-4),
        Exact("variance", variance_ratio, high=0.9),
        Exact("large-steps-table", lambda: share_improved("mailing", LARGE), low=0.999, unit="points", further=True),
        Exact("large-steps-shared", lambda: share_improved("corridor", LARGE), low=0.999, unit="points", further=True),
        Exact("agreement", fatigue.agreement, high=0.99, further=True),
        Part("cartpole", log_ratio(LEARNED), high=math.log10(0.9), unit="log10", further=True),
        Part("faster", more_return, low=10.0, further=True),
    ),
)


def variance_on_cartpole(variant: str) -> Shown:
    """The geometric mean of the ratio of variances."""
    return lambda results: 10 ** float(log_ratio(variant)(results).mean())


def _gain_of(actions: tuple[int, int]) -> Callable[[], float]:
    return lambda: fatigue.gain(deterministic(actions, 2))


NUMBERS: dict[str, Shown] = {
    **exact_parts(C55),
    "shared_percent": exact(lambda: 100 * share_improved("corridor", LARGE)),
    "lost_percent": exact(lambda: 100 * lost_gain()),
    "always_gain": exact(_gain_of((fatigue.MAIL, fatigue.MAIL))),
    "patient_gain": exact(_gain_of((fatigue.MAIL, fatigue.WAIT))),
    "to_go_ratio": exact(lambda: variance_ratio("to_go", "whole")),
    "state_ratio": exact(lambda: variance_ratio("by_state", "to_go")),
    "time_ratio": exact(lambda: variance_ratio("by_time", "to_go")),
    "cartpole_learned": variance_on_cartpole(LEARNED),
    "cartpole_average": variance_on_cartpole(BY_TIME),
    "more_return": lambda results: float(more_return(results).mean()),
}
