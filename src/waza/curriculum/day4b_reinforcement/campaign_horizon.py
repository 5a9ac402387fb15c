"""E21: does the sale that a mail brings decide whether to send it?"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza.core.recipe import replace
from waza.curriculum.day4b_reinforcement.mailing_rules import (
    best,
    discounted,
    everyone,
    gained,
    nobody,
    one_step,
    weekly,
)
from waza.curriculum.figures.campaign import over_wear, policy_map, weekly_values
from waza.curriculum.shown import Shown
from waza.learners import Measure, Measures
from waza.report import over_steps
from waza.rl.environments import SmallCampaign
from waza.rl.tabular import Control
from waza.study import Study, final

CAMPAIGN = SmallCampaign()
MEASURE = "weekly"
AVERAGE = "Q-learning, average reward"
SHORT, LONG, YEARS = 0.9, 0.98, 0.998  # discounts of a week; the last one is 10 % in a year
DISCOUNTS = {f"Q-learning, discount {discount}": discount for discount in (YEARS, LONG, SHORT)}
MILD = 0.8  # of the wear
FIGURES = (policy_map, weekly_values, over_wear, partial(over_steps, measure=MEASURE))


class Department(Control):
    """Q-learning in the small campaign; "weekly" is what its greedy policy earns per customer and week, exactly."""

    environment: SmallCampaign = SmallCampaign()
    epsilon: float = 0.3
    learning_rate: float = 1.0
    decay: float = 0.7
    steps: int = 1000

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """What the policy earns, in dollars; and the returns while it learns."""
        return Measure(MEASURE, "higher", unit="$"), Measure("batch_return", "higher"), Measure("batch_length")

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The exact average reward of the greedy policy."""
        return {MEASURE: weekly(self.environment, np.argmax(outputs["values"], axis=1))}


def study() -> Study:
    """Q-learning for average reward and for discounts of 0.9 to 0.998 a week, from a million weeks of customers."""
    learners = {name: Department(discount=discount) for name, discount in DISCOUNTS.items()}
    return Study(
        name="campaign-horizon",
        data=None,
        variants={AVERAGE: Department(average=True)} | learners,
        measure=MEASURE,
        seeds=20,
        block=20,
        steps=1000,
        evaluate_every=50,
        figures=FIGURES,
    )


Rule = Callable[[SmallCampaign], np.ndarray]


def cents(rule: Rule, **changes: float) -> Shown:
    """What a rule earns per customer and week, in cents."""

    def value(_: xr.Dataset) -> float:
        campaign = replace(CAMPAIGN, **changes)
        return 100 * weekly(campaign, rule(campaign))

    return value


def share(rule: Rule, **changes: float) -> Shown:
    """The percentage of what the best policy earns more than no mails."""

    def value(_: xr.Dataset) -> float:
        campaign = replace(CAMPAIGN, **changes)
        return 100 * gained(campaign, weekly(campaign, rule(campaign)))

    return value


def learned(variant: str) -> Shown:
    """The same of the learned policies, mean over seeds."""
    return lambda results: 100 * gained(CAMPAIGN, float(final(results, MEASURE, variant).mean()))


NUMBERS: dict[str, Shown] = {
    "nobody": cents(nobody),
    "everyone": cents(everyone),
    "one_step": cents(one_step),
    "best": cents(best),
    "one_step_share": share(one_step),
    "mild_share": share(one_step, wear=MILD),
    "short_share": share(partial(discounted, discount=SHORT)),
    "long_share": share(partial(discounted, discount=LONG)),
    "learned_average": learned(AVERAGE),
    "learned_discounted": learned(f"Q-learning, discount {YEARS}"),
}
