"""E21: whom to mail, learned from the log of a campaign: by the response, or by what the mail changes?"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np
import xarray as xr

from waza import data
from waza.curriculum.day4b_reinforcement.log_trials import (
    BUDGETS,
    FEATURES,
    SCALE,
    Customers,
    OnLog,
    OnSimulated,
    Ranked,
)
from waza.curriculum.shown import Shown, mean
from waza.data.hillstrom import ARM, REWARDS
from waza.data.logs import read_log
from waza.kinds.campaign.training import learner
from waza.report import side_by_side
from waza.rl.logs import FoldedLog
from waza.study import Claim, Part, Study, final

STEPS = 600
LOGS = APART, ALIKE, REAL = "apart", "alike", "hillstrom"
HELD_SHARE = 0.05
MATTERS = 1.0  # a visit of 1,000 customers is the smallest difference that matters
MEASURE = "gain_20"
UNIT = "visits"


def name_of(log: str, learned: bool) -> str:
    """The name of a variant."""
    return f"{log}, {'learned policy' if learned else 'response'}"


FIGURES = tuple(
    partial(side_by_side, measure=MEASURE, variants=[name_of(log, learned) for learned in (False, True)])
    for log in LOGS
)


def study(data_name: str = "hillstrom") -> Study:
    """Networks of `waza campaign`, 600 steps, on two simulated logs of 20,000 customers and on a real one of 64,000.

    Each seed has simulated logs of its own; of the real log it holds out other 5 % of the customers.
    """
    customers = logged(data_name)
    features, arms = customers.log.features.shape[1], 1 + int(customers.log.arm.max())
    variants: dict[str, Ranked] = {}
    for learned in (False, True):
        for log in (APART, ALIKE):
            one = recipe(FEATURES, 2, 640)
            variants[name_of(log, learned)] = OnSimulated(**one, apart=float(log == APART), rank=float(learned))
        variants[name_of(REAL, learned)] = OnLog(**recipe(features, arms, 1024), rank=float(learned))
    return Study(
        name="logged-campaign",
        data=customers,
        variants=variants,
        measure=MEASURE,
        seeds=100,
        block=20,
        steps=STEPS,
        evaluate_every=STEPS,
        claims=(C56,),
        figures=FIGURES,
    )


def recipe(features: int, arms: int, batch_size: int) -> dict[str, Any]:
    """The fields of a learner, which are those of `waza campaign`."""
    one = learner(features, arms, STEPS, batch_size, fold=-1)
    return {name: getattr(one, name) for name in ("response", "gain", "optimizer", "batch_size")}


@cache
def logged(data_name: str) -> Customers:
    """The customers of a log with visits, whose arms were drawn at random."""
    table = read_log(data.log(data_name), ARM, REWARDS[0])
    shares = np.bincount(table.arm) / len(table.arm)
    half = np.random.RandomState(0).randint(0, 2, len(table.arm)).astype(np.int32)
    fold, propensity = np.zeros(len(half), np.int32), shares[table.arm].astype(np.float32)
    reward = (table.reward / SCALE).astype(np.float32)
    log = FoldedLog(table.features, table.arm, reward, propensity, fold, half)
    return Customers(log, round(HELD_SHARE * len(half)))


def difference(log: str, measure: str = MEASURE) -> Callable[[xr.Dataset], xr.DataArray]:
    """What the learned policy brings less what ranking by response brings, of 1,000 customers."""
    return lambda results: final(results, measure, name_of(log, True)) - final(results, measure, name_of(log, False))


def of(log: str, learned: bool, measure: str = MEASURE) -> Shown:
    """The mean of a measure of one variant."""
    return mean(lambda results: final(results, measure, name_of(log, learned)))


# At a budget of 20 %, the learned policy brings at least one more visit of 1,000 customers; by the log.
C56 = Claim(
    "C56",
    (
        *(Part(log, difference(log), low=MATTERS, unit=UNIT, case=log) for log in LOGS),
        *(
            Part(f"hillstrom-{budget}", difference(REAL, f"gain_{budget}"), low=MATTERS, unit=UNIT, further=True)
            for budget in BUDGETS
            if f"gain_{budget}" != MEASURE
        ),
        Part("hillstrom-profit", difference(REAL, "profit"), low=MATTERS, further=True),
    ),
)


NUMBERS: dict[str, Shown] = {
    f"{log}_{name}": of(log, learned) for log in LOGS for name, learned in (("response", False), ("learned", True))
} | {
    f"hillstrom_profit_{name}": of(REAL, learned, "profit")
    for name, learned in (("response", False), ("learned", True))
}
