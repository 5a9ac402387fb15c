"""E18: does always exploring make use of experience, and which share of exploration is best?"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import xarray as xr

from waza.curriculum.day4b_reinforcement.two_arms import expected_regret
from waza.curriculum.figures.bandits import REGRET, by_epsilon, over_pulls
from waza.curriculum.shown import Shown, exact, mean
from waza.rl.bandits import (
    KLUCB,
    UCB1,
    BanditAlgorithm,
    BanditLearner,
    Bernoulli,
    BernoulliThompson,
    EpsilonGreedy,
    GradientBandit,
    Greedy,
    InverseDecay,
    lai_robbins,
)
from waza.study import Claim, Exact, Part, Study

MAILS = Bernoulli((0.1, 0.05, 0.05, 0.05, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01))
EACH, HORIZONS = 100, (100, 1000, 10_000)
GRID = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
WINDOWS = {1000: GRID[5:], 10_000: GRID[4:-1]}  # around the best epsilon of each horizon
GREEDY, MIDDLE, RANDOM = "greedy", "epsilon 0.05", "epsilon 1"
DECAYING = "decaying epsilon"
INSIDE = {f"epsilon {epsilon:g}": epsilon for epsilon in GRID}
EPSILONS = {GREEDY: 0.0, **INSIDE, RANDOM: 1.0}
OTHERS: dict[str, BanditAlgorithm] = {
    DECAYING: EpsilonGreedy(epsilon=InverseDecay(100.0)),
    "optimistic": Greedy(initial=1.0, weight=1.0),
    "gradient": GradientBandit(step_size=0.1),
    "gradient, no baseline": GradientBandit(step_size=0.1, baseline=False),
    "UCB1": UCB1(),
    "KL-UCB": KLUCB(),
    "Thompson": BernoulliThompson(),
}
SHOWN = (GREEDY, MIDDLE, DECAYING, "gradient", "UCB1", "KL-UCB", "Thompson")
FIGURES = (
    partial(by_epsilon, epsilons=INSIDE, horizons=HORIZONS),
    partial(over_pulls, measure=REGRET, variants=SHOWN, bound=lai_robbins(MAILS)),
)
RATES, SHORT = (0.2, 0.1), 100  # of two mails, whose regret is computed


def study() -> Study:
    """Ten mails that 10 % to 1 % of the customers answer; 10,000 customers, one after another."""
    algorithms = {name: EpsilonGreedy(epsilon=epsilon) for name, epsilon in EPSILONS.items()} | OTHERS
    return Study(
        name="exploration",
        data=None,
        variants={name: BanditLearner(MAILS, algorithm, pulls=EACH) for name, algorithm in algorithms.items()},
        baseline=MIDDLE,
        measure=REGRET,
        seeds=1000,
        first_seed=5000,  # the part "horizon" was written after seeds 1000 to 1999 and 3000 to 3999 had been seen
        block=1000,
        steps=HORIZONS[-1] // EACH,
        evaluate_every=1,
        claims=(C51,),
        figures=FIGURES,
    )


def last_to_first() -> float:
    """The expected regret of the last of 100 pulls at epsilon 1, divided by that of the first pull."""
    regret = expected_regret(RATES, (1.0,), SHORT)[0]
    return float((regret[-1] - regret[-2]) / regret[0])


def regret(variant: str, pulls: int = HORIZONS[-1]) -> Callable[[xr.Dataset], xr.DataArray]:
    """The regret after so many pulls."""
    return lambda results: results[REGRET].sel(variant=variant, step=pulls // EACH)


def more_regret(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The answers that a variant loses more than epsilon 0.05 does."""
    return lambda results: regret(variant)(results) - regret(MIDDLE)(results)


def log_optimum(mean_regrets: np.ndarray, epsilons: Sequence[float]) -> np.ndarray:
    """The logarithm to base 10 of the best epsilon: where a cubic in log epsilon is least.

    Args:
        mean_regrets: (..., epsilon).
        epsilons: to which the cubic is fitted.
    """
    x = np.log10(epsilons)
    cubic, square, slope, _ = np.polyfit(x, mean_regrets.reshape(-1, len(x)).T, 3)
    root = np.sqrt(np.maximum(square**2 - 3 * cubic * slope, 0))  # of the derivative's discriminant
    return np.clip(-slope / (square + root), x[0], x[-1]).reshape(mean_regrets.shape[:-1])


def optimum(pulls: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """The logarithm of the best epsilon, as the jackknife's pseudo-value of each seed.

    The pseudo-values n f(all) - (n - 1) f(all but one) have f's jackknife estimate as their mean, and its standard
    error. The cubic is fitted to the values of `WINDOWS`, which do not depend on the results.

    Source: Tukey, "Bias and confidence in not quite large samples", 1958.
    """

    def values(results: xr.Dataset) -> xr.DataArray:
        names = [name for name, epsilon in INSIDE.items() if epsilon in WINDOWS[pulls]]
        each = np.stack([regret(name, pulls)(results).values.astype(float) for name in names], axis=1)
        count, total, window = len(each), each.sum(0), WINDOWS[pulls]
        whole, without = log_optimum(total / count, window), log_optimum((total - each) / (count - 1), window)
        return xr.DataArray(count * whole - (count - 1) * without, {"seed": results["seed"]}, ["seed"])

    return values


def shift(results: xr.Dataset) -> xr.DataArray:
    """The logarithm of the best epsilon at 1,000 pulls over that at 10,000."""
    return optimum(HORIZONS[1])(results) - optimum(HORIZONS[2])(results)


# "No use of experience": the last pull costs as much as the first. "An optimum": 0.05 loses at least 10 answers of
# 10,000 mails less than 0 and than 1. Further: the best epsilon of 1,000 mails is at least 1.5 times that of 10,000.
C51 = Claim(
    "C51",
    (
        Exact("no-use", last_to_first, low=0.99, high=1.01),
        Part("too-little", more_regret(GREEDY), low=10.0, unit="answers"),
        Part("too-much", more_regret(RANDOM), low=10.0, unit="answers"),
        Part("horizon", shift, low=math.log10(1.5), unit="log10", further=True),
    ),
)


def best_epsilon(pulls: int) -> Shown:
    """The best epsilon at a horizon."""
    return lambda results: float(10 ** optimum(pulls)(results).mean())


NUMBERS: dict[str, Shown] = {
    "zero": mean(regret(GREEDY)),
    "middle": mean(regret(MIDDLE)),
    "one": mean(regret(RANDOM)),
    "best_1000": best_epsilon(HORIZONS[1]),
    "best_10000": best_epsilon(HORIZONS[2]),
    "factor": lambda results: 10 ** float(shift(results).mean()),
    "ucb1": mean(regret("UCB1")),
    "kl_ucb": mean(regret("KL-UCB")),
    "thompson": mean(regret("Thompson")),
    "decaying": mean(regret(DECAYING)),
    "bound": exact(lambda: lai_robbins(MAILS) * math.log(HORIZONS[-1])),
}
