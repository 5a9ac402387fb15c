"""Value iteration: the optimum to a given precision by sweeps of the Bellman equation."""

import math

import numpy as np

from waza.core.errors import Error
from waza.rl.tabular.evaluation import action_values, check_discount
from waza.rl.tabular.model import TabularModel, checked
from waza.rl.tabular.optimum import Optimum
from waza.rl.tabular.policies import greedy


def value_iteration(model: TabularModel, discount: float, tolerance: float = 1e-8) -> Optimum:
    r"""The optimum by $v \leftarrow \max_a [r(s,a) + \gamma \sum_{s'} p(s'|s,a) v(s')]$, from $v = 0$.

    A sweep brings v closer to $v_*$ by the factor $\gamma$ at least, so that
    $|v - v_*| \le \frac{\gamma}{1-\gamma} \max_s |v(s) - v_{before}(s)|$. The sweeps end where this bound is at most
    `tolerance`: no value is farther from the optimum, and no value of the greedy policy is below it by more than
    $2\gamma/(1-\gamma)$ times the tolerance. Sutton and Barto (2018), section 4.4; Puterman (1994), theorem 6.3.1.

    Args:
        model: S states and A actions.
        discount: at least 0 and below 1; the bound needs it.
        tolerance: the greatest distance of a value from the optimum.

    Raises:
        Error: the arrays are no model, the discount is 1, or double precision cannot reach the tolerance.

    >>> wait = TabularModel(np.array([[[1.0], [0.0]]]), np.array([[0.1, 1.0]]), np.ones(1))  # wait for 0.1, or take 1
    >>> value_iteration(wait, 0.95).state_values.round(6).tolist()
    [2.0]
    """
    model = checked(model)
    check_discount(discount)
    if discount == 1:
        raise Error("value iteration has no error bound with discount 1: give one below 1, or use policy_iteration")
    rounding = 4 * np.finfo(float).eps * np.abs(model.reward).max() / (1 - discount) ** 2
    if not tolerance > rounding:
        raise Error(f"the tolerance is {tolerance:g}; expected more than {rounding:.1g}, what rounding alone may add")
    values, bound, sweeps = np.zeros(model.states), math.inf, 0
    while bound > tolerance:
        new = action_values(model, values, discount).max(1)
        bound = float(discount / (1 - discount) * np.abs(new - values).max())
        values, sweeps = new, sweeps + 1
    of_actions = action_values(model, values, discount)
    return Optimum(values, of_actions, greedy(of_actions), sweeps)
