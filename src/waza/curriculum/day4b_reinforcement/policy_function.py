"""E20: what does a policy function give, and when does a deterministic policy suffice?"""

import itertools
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import scipy.optimize
import xarray as xr

from waza import nn, optim
from waza.curriculum.day4b_reinforcement.corridor import BEST, Corridor, OnCorridor, limited_return, value
from waza.curriculum.figures.policies import aliased_values, learned_probabilities
from waza.curriculum.shown import Shown, exact, mean, points
from waza.rl.environments import Box, Discrete
from waza.rl.policies import CategoricalPolicy, Discounted, MovingAverage
from waza.rl.policies.networks import orthogonal_mlp
from waza.rl.tabular import TabularModel, deterministic, state_values
from waza.study import Claim, Exact, Share, Study, final

STATES, ACTIONS, DISCOUNT, PROBLEMS = 4, 3, 0.9, 100
NEAR = 1.1  # times the best value
LEARNED = "softmax policy"
FIGURES = (aliased_values, learned_probabilities)


def study() -> Study:
    """REINFORCE with a softmax policy in the corridor whose states look alike, from random first probabilities."""
    policy = CategoricalPolicy(nn.Dense(1, 2, nn.Gaussian(1.0), use_bias=False))
    learner = OnCorridor(
        Corridor(), policy, optim.Adam(0.05), Discounted(1.0), baseline=MovingAverage(), copies=16, episodes=1
    )
    return Study(
        name="policy-function",
        data=None,
        variants={LEARNED: learner},
        measure="value",
        seeds=100,
        block=100,
        steps=400,
        evaluate_every=20,
        claims=(C54,),
        figures=FIGURES,
    )


def largest_fault() -> float:
    """How far the probabilities of a network's policies are from summing to 1, or below 0, over random observations."""
    policy = CategoricalPolicy(orthogonal_mlp((4, 16, 5), nn.tanh, 3.0))
    variables = policy.init(jax.random.key(0), Discrete(5))
    x = 3 * jax.random.normal(jax.random.key(1), (1000, *Box((4,)).shape))
    actions = jnp.broadcast_to(jnp.arange(5), (1000, 5)).T
    probabilities = jnp.exp(jax.vmap(policy.distribution(variables, x).log_probability)(actions))
    return float(jnp.maximum(jnp.max(jnp.abs(jnp.sum(probabilities, 0) - 1)), -jnp.min(probabilities)))


def random_models() -> list[TabularModel]:
    """Random finite problems."""
    rng = np.random.default_rng(54)
    return [
        TabularModel(
            rng.dirichlet(np.full(STATES, 0.5), size=(STATES, ACTIONS)),
            rng.normal(size=(STATES, ACTIONS)),
            rng.dirichlet(np.ones(STATES)),
        )
        for _ in range(PROBLEMS)
    ]


def best_of_all(model: TabularModel) -> float:
    """The greatest expected discounted return of any policy, by linear programming over the visits of (s, a).

    A policy is a point of the program: its discounted visits x(s, a), which leave each state as often as they enter it.
    """
    visits = np.repeat(np.eye(STATES), ACTIONS, axis=1) - DISCOUNT * model.transition.reshape(-1, STATES).T
    found = scipy.optimize.linprog(-model.reward.ravel(), A_eq=visits, b_eq=model.start)
    return float(-found.fun)


def best_deterministic(model: TabularModel) -> float:
    """The greatest return of the policies that take one action in each state, all tried."""
    every = itertools.product(range(ACTIONS), repeat=STATES)
    values = (state_values(model, deterministic(list(actions), ACTIONS), DISCOUNT) for actions in every)
    return max(float(model.start @ one) for one in values)


@cache
def largest_loss() -> float:
    """The most that the best deterministic policy falls short of the best of all policies."""
    return max(best_of_all(model) - best_deterministic(model) for model in random_models())


def gained_by_chance() -> float:
    """The return of the best probability less that of the better deterministic policy, episodes of 1,000 steps."""
    return limited_return(BEST) - max(limited_return(0.0), limited_return(1.0))


def is_near(results: xr.Dataset) -> xr.DataArray:
    """Whether the learned value is within a tenth of the best one."""
    return final(results, "value", LEARNED) >= NEAR * value(BEST)


# "Probabilities": up to rounding. "Deterministic": no loss beyond rounding on 100 random problems. The others are not
# in the notes: where states look alike, chance gains at least one step, and 90 of 100 seeds learn it.
C54 = Claim(
    "C54",
    (
        Exact("probabilities", largest_fault, high=1e-5),
        Exact("deterministic", largest_loss, high=1e-6),
        Exact("aliased", gained_by_chance, low=1.0, unit="steps", further=True),
        Share("learned", is_near, low=0.9, further=True),
    ),
)

NUMBERS: dict[str, Shown] = {
    "best_probability": exact(lambda: 100 * BEST),
    "best_value": exact(lambda: -limited_return(BEST)),
    "even_value": exact(lambda: -limited_return(0.5)),
    "learned_share": points(is_near),
    "learned_value": lambda results: -mean(lambda one: final(one, "value", LEARNED))(results),
}
