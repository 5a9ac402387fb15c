"""E19: what perfect knowledge of the environment is worth: planning by its model against learning from steps in it."""

import functools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza.core.measure import Measure, Measures
from waza.curriculum.figures.value_maps import toward_optimum, value_maps
from waza.curriculum.shown import Shown, exact, exact_parts, points
from waza.rl.environments import Finite, GridWorld
from waza.rl.environments.campaign import SmallCampaign
from waza.rl.tabular import (
    Control,
    MonteCarlo,
    Traces,
    deterministic,
    model_of,
    policy_iteration,
    state_values,
    value_iteration,
)
from waza.study import Claim, Exact, Part, Share, Study, final

GRID, GRID_DISCOUNT = GridWorld(slip=0.2), 0.95
CAMPAIGN, CAMPAIGN_DISCOUNT = SmallCampaign(), 0.99
UPDATES = 1000
GRID_STEPS, CAMPAIGN_STEPS = 20, 1000  # of the environment, in an update
CLOSE, NEAR = 1.0, 5.0  # percent of the optimal value that may be missing
Q_LEARNING, SARSA, TRACES, RETURNS = "Q-learning", "SARSA", "SARSA, traces", "Monte Carlo"


class Shortfall(Control):
    """Control that also measures "shortfall", the percentage of the optimal value that its greedy policy misses."""

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The shortfall first."""
        return Measure("shortfall", "lower", "%", (0, math.inf)), *super().measures(data)

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The exact value of the greedy policy, against the exact optimum."""
        found = super().judge(outputs, data)
        best = best_value(self.environment, self.discount)
        return found | {"shortfall": 100 * max(0.0, 1 - found["value"] / best)}


@functools.lru_cache
def best_value(environment: Finite, discount: float) -> float:
    """The optimal value of the start."""
    model = model_of(environment)
    return float(model.start @ policy_iteration(model, discount).state_values)


def grid(method: str) -> str:
    """The name of a variant on the grid."""
    return f"grid: {method}"


def campaign(method: str) -> str:
    """The name of a variant on the campaign."""
    return f"campaign: {method}"


def learners() -> dict[str, Shortfall]:
    """All methods on the grid, with exploration 0.1; the two of one step on the campaign, with step sizes that fall."""
    on_grid = partial(Shortfall, GRID, discount=GRID_DISCOUNT, epsilon=0.1, learning_rate=0.1, steps=GRID_STEPS)
    on_campaign = partial(
        Shortfall,
        CAMPAIGN,
        discount=CAMPAIGN_DISCOUNT,
        epsilon=0.3,
        learning_rate=1.0,
        decay=0.6,
        steps=CAMPAIGN_STEPS,
    )
    return {
        grid(Q_LEARNING): on_grid(),
        grid(SARSA): on_grid("sarsa"),
        grid(TRACES): on_grid("sarsa", Traces(0.8)),
        grid(RETURNS): on_grid("sarsa", MonteCarlo()),
        campaign(Q_LEARNING): on_campaign(),
        campaign(SARSA): on_campaign("sarsa"),
    }


FIGURES = (
    partial(value_maps, learner=learners()[grid(Q_LEARNING)], variant=grid(Q_LEARNING)),
    partial(toward_optimum, of={"grid: ": GRID_STEPS, "campaign: ": CAMPAIGN_STEPS}),
)


def study() -> Study:
    """A 3 x 4 grid with slips of 20 %, and the campaign in 64 states; 1,000 updates of 20 and of 1,000 steps."""
    return Study(
        name="planning",
        data=None,
        variants=learners(),
        measure="shortfall",
        seeds=100,
        first_seed=1000,
        block=100,
        steps=UPDATES,
        evaluate_every=10,
        claims=(C52,),
        figures=FIGURES,
    )


@functools.lru_cache
def best_of_all() -> float:
    """How much the value of any deterministic policy on the grid exceeds that of the computed one, in any cell."""
    model = model_of(GRID)
    computed = policy_iteration(model, GRID_DISCOUNT).state_values
    excess = -math.inf
    for values in every_policy():
        excess = max(excess, float((values - computed[cells()]).max()))
    return excess


def cells() -> np.ndarray:
    """The cells in which there is something to choose."""
    reward_or_way = model_of(GRID).transition.sum((1, 2)) > 0
    return np.flatnonzero(reward_or_way)


def every_policy() -> Any:
    """The values of all policies, a choice of the first cell after another."""
    model, free = model_of(GRID), cells()
    count, actions = len(free), model.actions
    transition, reward = model.transition[free][:, :, free], model.reward[free]
    rest = np.array(np.meshgrid(*[range(actions)] * (count - 3), indexing="ij")).reshape(count - 3, -1).T
    for first in np.ndindex(*[actions] * 3):
        chosen = np.concatenate([np.broadcast_to(first, (len(rest), 3)), rest], axis=1)
        chain = transition[np.arange(count), chosen]
        yield np.linalg.solve(np.eye(count) - GRID_DISCOUNT * chain, reward[np.arange(count), chosen][..., None])[
            ..., 0
        ]


def number_of_policies() -> float:
    """The number of deterministic policies on the grid."""
    return float(model_of(GRID).actions ** len(cells()))


def policy_for(slip: float) -> np.ndarray:
    """The policy that is computed with this slip."""
    return policy_iteration(model_of(GridWorld(slip=slip)), GRID_DISCOUNT).policy


def wrong_knowledge() -> float:
    """The share of the optimal value that is missed by the policy computed for a grid without slips."""
    model = model_of(GRID)
    return 1 - float(model.start @ state_values(model, policy_for(0.0), GRID_DISCOUNT)) / best_value(
        GRID, GRID_DISCOUNT
    )


def mail_always() -> float:
    """The share of the optimal value that is missed by a mail to everyone in every week."""
    model = model_of(CAMPAIGN)
    always = deterministic(np.ones(model.states, int), model.actions)
    value = float(model.start @ state_values(model, always, CAMPAIGN_DISCOUNT))
    return 1 - value / best_value(CAMPAIGN, CAMPAIGN_DISCOUNT)


def close(variant: str, within: float = CLOSE) -> Callable[[xr.Dataset], xr.DataArray]:
    """Whether a seed's greedy policy is within 1 % of the optimal value at the end."""
    return lambda results: final(results, "shortfall", variant) <= within


def steps_until(variant: str, within: float) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the steps in the environment until a seed stays this close to the optimum.

    A seed that is farther away at the end counts with all its steps, so that the true number is at least as large.
    """

    def of(results: xr.Dataset) -> xr.DataArray:
        each = GRID_STEPS if variant.startswith("grid") else CAMPAIGN_STEPS
        far = results["shortfall"].sel(variant=variant) > within
        later = far.where(far, drop=False).fillna(0)
        last = (results["step"] * later).max("step") + float(results["step"][1])
        return xr.ufuncs.log10(each * last.clip(max=float(results["step"][-1])))

    return of


# The necessary part is exact: no other policy is better in any cell. What knowledge is worth qualifies it: a policy
# computed by wrong knowledge misses at least 5 % of the optimal value, and without knowledge most seeds come within 1 %
# by learning, on the grid after at least 1,000 steps.
C52 = Claim(
    "C52",
    (
        Exact("best", best_of_all, high=1e-9),
        Exact("wrong-knowledge", wrong_knowledge, low=0.05, unit="points", further=True),
        Share("grid-learned", close(grid(Q_LEARNING)), low=0.5, further=True),
        Share("campaign-learned", close(campaign(Q_LEARNING)), low=0.5, further=True),
        Part("grid-steps", steps_until(grid(Q_LEARNING), NEAR), low=3.0, unit="log10", further=True),
    ),
)


def steps(variant: str, within: float) -> Shown:
    """The median number of steps in the environment."""
    return lambda results: float(10 ** steps_until(variant, within)(results).median())


NUMBERS: dict[str, Shown] = {
    **exact_parts(C52),
    "policies": exact(number_of_policies),
    "improvements": exact(lambda: policy_iteration(model_of(GRID), GRID_DISCOUNT).iterations),
    "sweeps": exact(lambda: value_iteration(model_of(GRID), GRID_DISCOUNT).iterations),
    "campaign_improvements": exact(lambda: policy_iteration(model_of(CAMPAIGN), CAMPAIGN_DISCOUNT).iterations),
    "wrong_percent": exact(lambda: 100 * wrong_knowledge()),
    "mail_always": exact(lambda: 100 * mail_always()),
    "grid_near": steps(grid(Q_LEARNING), NEAR),
    "grid_close": steps(grid(Q_LEARNING), CLOSE),
    "campaign_near": steps(campaign(Q_LEARNING), NEAR),
    "campaign_close": steps(campaign(Q_LEARNING), CLOSE),
    "grid_share": points(close(grid(Q_LEARNING))),
    "campaign_share": points(close(campaign(Q_LEARNING))),
}
