"""Exact objectives of softmax policies on finite models, and their gradients."""

from typing import Any

import numpy as np
import scipy.special
from jaxtyping import Float

from waza.rl.tabular import TabularModel, action_values, average_values, checked, state_values
from waza.rl.tabular.evaluation import followed


def softmax_policy(logits: Any) -> Float[np.ndarray, "S A"]:
    r"""$\pi(a | s) = e^{\theta_{sa}} / \sum_b e^{\theta_{sb}}$.

    >>> softmax_policy([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """
    return scipy.special.softmax(np.asarray(logits, np.float64), axis=-1)


def discounted_objective(model: TabularModel, logits: Any, discount: float) -> float:
    r"""$J(\theta) = \sum_s d_0(s) v_\pi(s)$, the expected discounted return from the start."""
    return float(np.asarray(model.start) @ state_values(model, softmax_policy(logits), discount))


def discounted_gradient(model: TabularModel, logits: Any, discount: float) -> Float[np.ndarray, "S A"]:
    r"""$\partial J / \partial \theta_{sa} = d(s) \pi(a|s) (q_\pi(s, a) - v_\pi(s))$: the policy gradient theorem.

    $d = (I - \gamma P_\pi^\top)^{-1} d_0$ are the discounted expected visits. Sutton and Barto (2018), section 13.2.

    >>> once = TabularModel(np.zeros((1, 2, 1)), np.array([[1.0, 0.0]]), np.ones(1))
    >>> discounted_gradient(once, [[0.0, 0.0]], 0.9).tolist()
    [[0.25, -0.25]]
    """
    model, policy = checked(model), softmax_policy(logits)
    values = state_values(model, policy, discount)
    chain = followed(model, policy)[0]
    visits = np.linalg.solve(np.eye(len(chain)) - discount * chain.T, model.start)
    return visits[:, None] * policy * (action_values(model, values, discount) - values[:, None])


def average_gradient(model: TabularModel, logits: Any) -> Float[np.ndarray, "S A"]:
    r"""$\partial J / \partial \theta_{sa} = \mu(s) \pi(a|s) (q_\pi(s, a) - v_\pi(s))$ with differential values.

    $\mu$ is the stationary distribution; all states must lead into one another. Sutton and Barto (2018), section 13.6.
    """
    model, policy = checked(model), softmax_policy(logits)
    found = average_values(model, policy)
    chain = followed(model, policy)[0]
    size = len(chain)
    system = np.vstack([(np.eye(size) - chain.T)[:-1], np.ones(size)])
    stationary = np.linalg.solve(system, np.eye(size)[-1])
    return stationary[:, None] * policy * (found.action_values - found.bias[:, None])
