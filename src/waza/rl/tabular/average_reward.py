"""Average reward: the exact gain and bias of a policy, and the policy of the greatest gain."""

from typing import Any, NamedTuple

import numpy as np
import scipy.sparse.csgraph
from jaxtyping import Float

from waza.core.errors import Error
from waza.rl.tabular.evaluation import followed
from waza.rl.tabular.model import TabularModel, checked
from waza.rl.tabular.policies import deterministic
from waza.rl.tabular.policy_iteration import improved


class Average(NamedTuple):
    """The values of a policy under average reward.

    Attributes:
        gain (S,): the long-run reward per step from each state; one number where all states lead into one another.
        bias (S,): the differential value, how much more a state brings in total than the gain alone would.
        action_values (S, A): the differential values of actions, $r(s,a) + \\sum_{s'} p(s'|s,a) (h(s') - g(s'))$.
        policy (S, A): of which these are the values.
    """

    gain: Float[np.ndarray, " S"]
    bias: Float[np.ndarray, " S"]
    action_values: Float[np.ndarray, "S A"]
    policy: Float[np.ndarray, "S A"]


def restarted(model: TabularModel) -> TabularModel:
    """The process that begins again, from a state drawn from `start`, where the model's ends.

    >>> once = TabularModel(np.zeros((1, 1, 1)), np.ones((1, 1)), np.ones(1))
    >>> restarted(once).transition.tolist()
    [[[1.0]]]
    """
    model = checked(model)
    return model._replace(transition=model.transition + model.ending[:, :, None] * model.start)


def average_values(model: TabularModel, policy: Any) -> Average:
    r"""The gain $g = P^* r_\pi$ and the bias $h = (I - P_\pi + P^*)^{-1} (r_\pi - g)$ of a policy.

    $P^*$ is the limit of the averages of the powers of $P_\pi$, computed from its recurrent classes, so that periodic
    chains and chains with several classes have their values too. The bias averages to 0 over each class. Puterman
    (1994), section 8.2; Sutton and Barto (2018), section 10.3.

    Raises:
        Error: the arrays are no model or no policy, or the process ends.

    >>> flip = TabularModel(np.array([[[0.0, 1.0]], [[1.0, 0.0]]]), np.array([[1.0], [0.0]]), np.array([1.0, 0.0]))
    >>> found = average_values(flip, [[1.0], [1.0]])  # reward 1, 0, 1, 0, ...
    >>> found.gain.tolist(), found.bias.round(6).tolist()
    ([0.5, 0.5], [0.25, -0.25])
    """
    model = _continuing(model)
    chain, reward = followed(model, policy)
    limit = limit_of(chain)
    gain = limit @ reward
    bias = np.linalg.solve(np.eye(len(chain)) - chain + limit, reward - gain)
    return Average(gain, bias, model.reward + model.transition @ (bias - gain), np.asarray(policy, np.float64))


def average_policy_iteration(model: TabularModel) -> Average:
    r"""A policy of the greatest gain in every state, by Howard's policy iteration.

    An improvement takes an action with a greater $\sum_{s'} p(s'|s,a) g(s')$ and, of those with the greatest, one with
    a greater $r(s,a) + \sum_{s'} p(s'|s,a) h(s')$. It needs no condition: policies with several recurrent classes and
    with periods are evaluated as they are. Howard (1960); Puterman (1994), section 9.2.

    Raises:
        Error: the arrays are no model, or the process ends; `restarted` makes it go on.

    >>> stay = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])  # stay in state 0, or go to 1 for ever
    >>> average_policy_iteration(TabularModel(stay, np.array([[1.0, 9.0], [0.5, 0.5]]), np.ones(2) / 2)).gain.tolist()
    [1.0, 0.5]
    """
    model = _continuing(model)
    actions = model.reward.argmax(1)
    while True:
        found = average_values(model, deterministic(actions, model.actions))
        of_gain = model.transition @ found.gain
        better = improved(of_gain, actions)
        if (better == actions).all():
            most = of_gain.max(1, keepdims=True)
            scale = max(1.0, float(np.abs(most).max()))
            allowed = of_gain >= most - 1e-9 * scale
            of_bias = model.reward + model.transition @ found.bias
            better = improved(np.where(allowed, of_bias, of_bias.min()), actions)
        if (better == actions).all():
            return found
        actions = better


def limit_of(chain: np.ndarray) -> Float[np.ndarray, "S S"]:
    r"""$\lim \frac1n \sum_{t<n} P^t$: the probability to end up in each class, times its stationary distribution.

    >>> limit_of(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.5, 0.0, 0.5]])).round(6).tolist()
    [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, 0.5, 0.0]]
    """
    size = len(chain)
    count, label = scipy.sparse.csgraph.connected_components(chain > 0, connection="strong")
    closed = [c for c in range(count) if not chain[label == c][:, label != c].any()]
    limit = np.zeros((size, size))
    passing = ~np.isin(label, closed)
    for c in closed:
        inside = label == c
        own = chain[np.ix_(inside, inside)]
        system = np.vstack([(np.eye(len(own)) - own.T)[:-1], np.ones(len(own))])  # mu = mu P, and mu sums to 1
        stationary = np.linalg.solve(system, np.eye(len(own))[-1])
        arrives = inside.astype(float)
        if passing.any():
            left = np.eye(passing.sum()) - chain[np.ix_(passing, passing)]
            arrives[passing] = np.linalg.solve(left, chain[np.ix_(passing, inside)].sum(1))
        limit[:, inside] = arrives[:, None] * stationary
    return limit


def _continuing(model: TabularModel) -> TabularModel:
    model = checked(model)
    ends = model.ending > 1e-9
    if ends.any():
        state, action = np.argwhere(ends)[0]
        raise Error(
            f"the process may end from state {state} by action {action}, and average reward is of one that goes on: "
            "give rl.tabular.restarted(model), which begins again"
        )
    return model
