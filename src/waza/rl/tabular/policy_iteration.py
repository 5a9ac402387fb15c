"""Policy iteration: the exact optimum by evaluating and improving a policy in turn."""

import numpy as np
from jaxtyping import Float

from waza.core.errors import Error
from waza.rl.tabular.evaluation import action_values, check_discount, endless, followed, state_values
from waza.rl.tabular.model import TabularModel, checked
from waza.rl.tabular.optimum import Optimum
from waza.rl.tabular.policies import deterministic, uniform

SAME = 1e-10  # differences of this size, times the scale of the values, are rounding


def policy_iteration(model: TabularModel, discount: float) -> Optimum:
    r"""The optimum by Howard's policy iteration.

    It evaluates $\pi$ exactly and takes $\arg\max_a q_\pi(s, a)$ in each state, until nothing changes. An action
    changes only for a better one, so that this ends after finitely many improvements. With discount 1 the optimum is
    over the policies that end the process with certainty from every state. The first policy is one of them, and each
    better one too, unless a loop of positive reward makes returns grow without bound. Howard (1960); Sutton and Barto
    (2018), section 4.3; Bertsekas and Tsitsiklis (1991) for discount 1.

    Raises:
        Error: the arrays are no model; with discount 1, no policy ends from some state, or returns grow without bound.

    >>> wait = TabularModel(np.array([[[1.0], [0.0]]]), np.array([[0.1, 1.0]]), np.ones(1))  # wait for 0.1, or take 1
    >>> policy_iteration(wait, 0.8).policy.tolist(), policy_iteration(wait, 0.95).state_values.round(6).tolist()
    ([[0.0, 1.0]], [2.0])
    """
    model = checked(model)
    check_discount(discount)
    actions = _first(model) if discount == 1 else np.argmax(model.reward, axis=1)
    iterations = 0
    while True:
        policy = deterministic(actions, model.actions)
        if discount == 1 and endless(followed(model, policy)[0]).any():
            raise Error(
                "the model has a loop of positive reward that never ends, so that returns grow without bound: "
                "give a discount below 1, or use average reward"
            )
        values = state_values(model, policy, discount)
        of_actions = action_values(model, values, discount)
        better = improved(of_actions, actions)
        if (better == actions).all():
            return Optimum(values, of_actions, policy, iterations)
        actions, iterations = better, iterations + 1


def improved(values: Float[np.ndarray, "S A"], actions: np.ndarray) -> np.ndarray:
    """The best action of each state, where it is better than the one so far by more than rounding."""
    kept = np.take_along_axis(values, actions[:, None], 1)[:, 0]
    scale = max(1.0, float(np.abs(values).max()))
    return np.where(values.max(1) > kept + SAME * scale, values.argmax(1), actions)


def _first(model: TabularModel) -> np.ndarray:
    """For each state an action that leads towards the end, so that the policy ends from every state."""
    stuck = endless(followed(model, uniform(model))[0])
    if stuck.any():
        raise Error(
            f"no policy ends the process from state {int(np.argmax(stuck))}, so that with discount 1 there are no "
            "values: give a discount below 1, or use average reward"
        )
    ends = model.ending > 1e-12
    near, actions = ends.any(1), ends.argmax(1)
    while not near.all():
        leads = model.transition[:, :, near].sum(-1) > 0
        new = ~near & leads.any(1)
        actions, near = np.where(new, leads.argmax(1), actions), near | new
    return actions
