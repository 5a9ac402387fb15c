"""Exact quantities of an environment whose model is known, computed once for each environment."""

import functools

import numpy as np
from jaxtyping import Bool, Float

from waza.core.errors import Error
from waza.rl.environments.environment import Environment
from waza.rl.environments.spaces import Discrete
from waza.rl.tabular.average_reward import average_values, restarted
from waza.rl.tabular.evaluation import episode_return, state_values
from waza.rl.tabular.model import TabularModel, checked


def has_model(environment: Environment) -> bool:
    """Whether an environment knows its probabilities and rewards: it has a method `model`."""
    return callable(getattr(environment, "model", None))


@functools.lru_cache(maxsize=16)
def model_of(environment: Environment) -> TabularModel:
    """The model of an environment, checked.

    >>> from waza.rl.environments import RandomWalk
    >>> model_of(RandomWalk(states=5)).transition.shape
    (5, 2, 5)
    """
    if not has_model(environment):
        raise Error(
            f"{type(environment).__name__} has no model(), so that exact values are unknown: give an environment with "
            "one, or evaluate by playing"
        )
    return checked(environment.model())  # type: ignore[attr-defined]


def value_of(environment: Environment, policy: Float[np.ndarray, "S A"], discount: float, average: bool) -> float:
    """The exact value of a policy from the start of an environment with a model.

    It is the gain of the process that begins again after each end where `average` is set; else the expected discounted
    return without the time limit, or with discount 1 the expected return of an episode up to the time limit.

    >>> from waza.rl.environments import RandomWalk
    >>> value_of(RandomWalk(states=3), np.array([[0.0, 1.0]] * 3), 0.5, average=False)
    0.5
    """
    model = model_of(environment)
    if average:
        return float(model.start @ average_values(restarted(model), policy).gain)
    if discount < 1:
        return float(model.start @ state_values(model, policy, discount))
    if environment.time_limit is None:
        raise Error(
            f"with discount 1 a policy in {type(environment).__name__} may go on forever: give the environment a "
            "time_limit, or a discount below 1"
        )
    return episode_return(model, policy, environment.time_limit)


def visited(model: TabularModel, policy: Float[np.ndarray, "S A"]) -> Bool[np.ndarray, " S"]:
    """Whether a state can be reached from the start under a policy.

    >>> from waza.rl.environments import RandomWalk
    >>> visited(model_of(RandomWalk(states=3)), np.array([[0.0, 1.0]] * 3)).tolist()
    [False, True, True]
    """
    edges = np.einsum("sa,sat->st", policy, model.transition) > 0
    found = model.start > 0
    while (new := found | edges[found].any(0)).sum() > found.sum():
        found = new
    return found


def check_discrete(owner: str, environment: Environment) -> None:
    """Refuse an environment that a table cannot hold."""
    for name in ("observations", "actions"):
        space = getattr(environment, name)
        if not isinstance(space, Discrete):
            raise Error(
                f"{owner} learns a table, and the {name} of {type(environment).__name__} are {space}; expected "
                "Discrete: give an environment with finitely many states and actions, or use a network"
            )
