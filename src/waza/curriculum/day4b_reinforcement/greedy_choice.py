"""E18: does always choosing the best action so far find a better one?"""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza.curriculum.day4b_reinforcement.two_arms import finds_better
from waza.curriculum.figures.bandits import finding_back, over_pulls
from waza.curriculum.shown import Shown, exact, points
from waza.rl.bandits import BanditAlgorithm, BanditLearner, EpsilonGreedy, Gaussian, Greedy, NormalMeans
from waza.study import Claim, Exact, MoreOften, Share, Study

RATES = 0.2, 0.1  # of the better and of the worse mail
TRIES, PULLS = 10, 1000
GREEDY, OPTIMISTIC, EXPLORING = "greedy", "optimistic", "epsilon 0.1"
BEST = "batch_best_arm"
ALGORITHMS: dict[str, BanditAlgorithm] = {
    GREEDY: Greedy(),
    OPTIMISTIC: Greedy(initial=5.0, step_size=0.1),
    "optimistic, mean": Greedy(initial=5.0, weight=1.0),
    EXPLORING: EpsilonGreedy(epsilon=0.1),
}
FIGURES = (
    partial(finding_back, rates=RATES, tries=(0, 1, 2, 5, TRIES, 50), pulls=PULLS),
    partial(over_pulls, measure=BEST),
)


def study() -> Study:
    """Ten arms with normal rewards, whose means each seed draws from N(0, 1); 10,000 pulls."""
    problem = Gaussian(NormalMeans(10))
    return Study(
        name="greedy-choice",
        data=None,
        variants={name: BanditLearner(problem, algorithm, pulls=100) for name, algorithm in ALGORITHMS.items()},
        measure="regret",
        seeds=1000,
        block=1000,
        steps=100,
        evaluate_every=1,
        claims=(C50,),
        figures=FIGURES,
    )


def found(tries: int) -> float:
    """The probability that greedy choice pulls the better of the two mails again within 1,000 mails."""
    return float(finds_better(RATES, tries, PULLS)[-1])


def on_best(variant: str, step: int = -1) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether more than half of the 100 pulls before an evaluation are of the best arm."""
    return lambda results: results[BEST].sel(variant=variant).isel(step=step) > 0.5


def switches(results: xr.Dataset) -> float:
    """The share, in percent, of the seeds that greedy choice leads from another arm, at first, to the best one."""
    wrong = ~on_best(GREEDY, 1)(results)
    return 100 * float((on_best(GREEDY)(results) & wrong).sum() / wrong.sum())


# "Never": within 1,000 mails at most 5 in 100 find the better mail. "Unless it starts optimistic": at least 10 more of
# 100 seeds end on the best of ten arms.
C50 = Claim(
    "C50",
    (
        Exact("untried", lambda: found(0), high=0.05, unit="points", case="untried"),
        Exact("tried", lambda: found(TRIES), high=0.05, unit="points", case="tried"),
        MoreOften("optimistic", on_best(OPTIMISTIC), on_best(GREEDY), low=0.1),
        Share("greedy-best", on_best(GREEDY), high=0.5, further=True),
    ),
)


NUMBERS: dict[str, Shown] = {
    "tried": exact(lambda: 100 * found(TRIES)),
    "not_found": exact(lambda: 100 * (1 - found(TRIES))),
    "once": exact(lambda: 100 * found(1)),
    "fifty": exact(lambda: 100 * found(50)),
    "greedy": points(on_best(GREEDY)),
    "optimistic": points(on_best(OPTIMISTIC)),
    "optimistic_mean": points(on_best("optimistic, mean")),
    "exploring": points(on_best(EXPLORING)),
    "switches": switches,
}
