"""E19: what are the state-value function and the action-value function, and what joins them?"""

import functools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza.curriculum.figures.value_maps import both_values
from waza.curriculum.shown import Shown, exact_parts, mean
from waza.rl.environments import Finite, GridWorld
from waza.rl.environments.campaign import SmallCampaign
from waza.rl.tabular import (
    MonteCarlo,
    NStep,
    Prediction,
    TabularModel,
    action_values,
    model_of,
    policy_iteration,
    state_values,
    uniform,
)
from waza.study import Claim, Exact, Part, Study, final

GRID, GRID_DISCOUNT = GridWorld(slip=0.2), 0.95
CAMPAIGN, CAMPAIGN_DISCOUNT = SmallCampaign(), 0.99
UPDATES, STEPS = 500, 1000
TD, CONSTANT, RETURNS = "TD(0)", "TD(0), constant step size", "Monte Carlo"
PLACES: dict[str, tuple[Finite, float]] = {"grid": (GRID, GRID_DISCOUNT), "campaign": (CAMPAIGN, CAMPAIGN_DISCOUNT)}
FIGURES = (partial(both_values, environment=GRID, discount=GRID_DISCOUNT),)


def name_of(place: str, method: str) -> str:
    """The name of a variant."""
    return f"{place}: {method}"


def study() -> Study:
    """The values of a policy that chooses all actions alike, learned from 500,000 steps on the grid and the campaign."""
    falling = {"learning_rate": 1.0, "decay": 0.6}
    settings: dict[str, dict[str, Any]] = {
        TD: {"backup": NStep(1), **falling},
        CONSTANT: {"backup": NStep(1), "learning_rate": 0.1},
        RETURNS: {"backup": MonteCarlo("every"), "learning_rate": 1.0, "decay": 1.0},
    }
    return Study(
        name="value-functions",
        data=None,
        variants={
            name_of(place, method): Prediction(environment, discount=discount, steps=STEPS, **chosen)
            for place, (environment, discount) in PLACES.items()
            for method, chosen in settings.items()
        },
        measure="gap",
        seeds=100,
        first_seed=1000,
        block=100,
        steps=UPDATES,
        evaluate_every=10,
        claims=(C53,),
        figures=FIGURES,
    )


def policies(model: TabularModel, discount: float) -> list[np.ndarray]:
    """Three policies: all actions alike, the optimum, and one drawn at random."""
    drawn = np.random.default_rng(0).dirichlet(np.ones(model.actions), size=model.states)
    return [uniform(model), policy_iteration(model, discount).policy, drawn]


@functools.lru_cache
def sums_differ() -> float:
    """The largest distance of v from the sum over actions of pi q, relative to the largest value.

    v solves the system of the states, and q a system of its own, that of all pairs of a state and an action.
    """
    largest = 0.0
    for environment, discount in PLACES.values():
        model = model_of(environment)
        for policy in policies(model, discount):
            v, q = state_values(model, policy, discount), pairs_solved(model, policy, discount)
            largest = max(largest, float(np.abs(v - (policy * q).sum(1)).max() / np.abs(v).max()))
    return largest


def pairs_solved(model: TabularModel, policy: np.ndarray, discount: float) -> np.ndarray:
    """The action values (S, A), from q(s,a) = r(s,a) + discount sum p(s'|s,a) pi(a'|s') q(s',a') as a linear system."""
    size = model.states * model.actions
    chain = np.einsum("sat,tb->satb", model.transition, policy).reshape(size, size)
    return np.linalg.solve(np.eye(size) - discount * chain, model.reward.ravel()).reshape(model.reward.shape)


def mirrored(model: TabularModel) -> TabularModel:
    """The model in which the actions have changed their places: up does what down did, right what left did."""
    return model._replace(transition=np.roll(model.transition, 2, 1), reward=np.roll(model.reward, 2, 1))


def states_differ() -> float:
    """How far the state values change where the actions change their places, under the policy that chooses all alike."""
    one, other = (state_values(model, uniform(model), GRID_DISCOUNT) for model in _both())
    return float(np.abs(one - other).max())


def actions_differ() -> float:
    """How far the action values change there."""
    one, other = (
        action_values(model, state_values(model, uniform(model), GRID_DISCOUNT), GRID_DISCOUNT) for model in _both()
    )
    return float(np.abs(one - other).max())


def _both() -> tuple[TabularModel, TabularModel]:
    return model_of(GRID), mirrored(model_of(GRID))


def scale_of(place: str) -> float:
    """The largest value of a state."""
    environment, discount = PLACES[place]
    model = model_of(environment)
    return float(np.abs(state_values(model, uniform(model), discount)).max())


def gap(place: str, method: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The largest distance of the learned V from the sum over actions of pi Q, relative to the largest value."""
    return lambda results: final(results, "gap", name_of(place, method)) / scale_of(place)


# By definition, checked by computation: v is the sum over actions of pi q, though both come from systems of their own;
# q sees the action and v does not, since only q changes where actions change their places. Learned tables keep the
# sum within 2 % where step sizes fall.
C53 = Claim(
    "C53",
    (
        Exact("sum", sums_differ, high=1e-9),
        Exact("states", states_differ, high=1e-9),
        Exact("actions", actions_differ, low=0.01),
        Part("grid-learned", gap("grid", TD), high=0.02, further=True),
        Part("campaign-learned", gap("campaign", TD), high=0.02, further=True),
    ),
)


NUMBERS: dict[str, Shown] = {
    **exact_parts(C53),
    **{
        f"{place}_{key}": (lambda results, effect=mean(gap(place, method)): 100 * effect(results))
        for place in PLACES
        for key, method in (("td", TD), ("constant", CONSTANT), ("returns", RETURNS))
    },
}
