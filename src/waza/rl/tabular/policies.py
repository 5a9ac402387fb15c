"""Policies over finite states and actions, as tables of probabilities."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.core.errors import Error
from waza.rl.tabular.model import ROUNDING, TabularModel


def uniform(model: TabularModel) -> Float[np.ndarray, "S A"]:
    """Each action with the same probability."""
    return np.full(model.reward.shape, 1 / model.actions)


def deterministic(actions: Any, count: int) -> Float[np.ndarray, "S A"]:
    """The policy that takes `actions[s]` in the state s, of `count` actions.

    >>> deterministic([1, 0], 2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return np.eye(count)[np.asarray(actions)]


def greedy(values: Any) -> Float[np.ndarray, "S A"]:
    """The policy that takes the action of the greatest value (S, A), of equal ones the first.

    >>> greedy(np.array([[1.0, 2.0], [3.0, 3.0]])).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return deterministic(np.argmax(values, axis=1), np.shape(values)[1])


def epsilon_greedy(values: Float[Array, "*s A"], epsilon: Any) -> Float[Array, "*s A"]:
    r"""$\epsilon/A + (1-\epsilon)/G$ for the G actions with the greatest value, $\epsilon/A$ for the others.

    Args:
        values (..., A): of the actions.
        epsilon: the probability that an action is drawn from all of them.

    >>> epsilon_greedy(jnp.array([1.0, 3.0, 3.0, 0.0]), 0.5).tolist()
    [0.125, 0.375, 0.375, 0.125]
    """
    best = values == jnp.max(values, axis=-1, keepdims=True)
    return epsilon / values.shape[-1] + (1 - epsilon) * best / jnp.sum(best, axis=-1, keepdims=True)


def draw(probabilities: Float[Array, " A"], key: PRNGKeyArray) -> Int[Array, ""]:
    """An action with these probabilities."""
    return jax.random.categorical(key, jnp.log(probabilities)).astype(jnp.int32)


def softened(model: TabularModel, epsilon: float) -> TabularModel:
    """The model in which each action is replaced by a random one with probability `epsilon`.

    Its best policy is the best of those that explore so (Sutton and Barto, 2018, section 5.4), which is what SARSA
    learns under a fixed epsilon.

    >>> one = TabularModel(np.zeros((1, 2, 1)), np.array([[0.0, 1.0]]), np.ones(1))
    >>> softened(one, 0.2).reward.round(2).tolist()
    [[0.1, 0.9]]
    """
    return TabularModel(
        (1 - epsilon) * model.transition + epsilon * model.transition.mean(1, keepdims=True),
        (1 - epsilon) * model.reward + epsilon * model.reward.mean(1, keepdims=True),
        model.start,
    )


def checked_policy(policy: Any, model: TabularModel) -> Float[np.ndarray, "S A"]:
    """The policy in float64.

    Raises:
        Error: it is no table of probabilities for this model.
    """
    table = np.asarray(policy, np.float64)
    if table.shape != model.reward.shape:
        raise Error(
            f"the policy has the shape {table.shape} and the model's reward {model.reward.shape}: give a probability "
            "for each state and action; rl.tabular.deterministic(actions, count) makes them of one action a state"
        )
    off = np.abs(table.sum(1) - 1)
    if not table.min() >= 0 or off.max() > ROUNDING:
        state = int(np.argmax(np.where(table.min(1) < 0, np.inf, off)))
        raise Error(f"the policy in state {state} is {table[state].tolist()}: give probabilities that sum to 1")
    return table / table.sum(1, keepdims=True)
