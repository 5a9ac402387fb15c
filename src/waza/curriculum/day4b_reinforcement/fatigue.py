"""The promotions department in its smallest form: one customer, fresh or tired of mails, with exact objectives."""

from functools import cache

import numpy as np
from jaxtyping import Float

from waza.rl.environments import Discrete
from waza.rl.environments.finite import Finite, Outcomes
from waza.rl.tabular import (
    Optimum,
    TabularModel,
    average_policy_iteration,
    average_values,
    checked,
    policy_iteration,
)

FRESH, TIRED = 0, 1
WAIT, MAIL = 0, 1
PROFIT_FRESH, PROFIT_TIRED, RECOVERY = 100.0, 20.0, 0.3
MONTHS = 4


class Fatigue(Finite):
    """A customer who is fresh or tired; each month the action is to send a mail or to wait.

    A mail to a fresh customer brings 100 (sales less the cost) and tires the customer; one to a tired customer brings
    20. A tired customer who gets no mail is fresh again in the next month with the probability 0.3.
    """

    time_limit: int | None = MONTHS

    @property
    def actions(self) -> Discrete:
        """Wait and mail."""
        return Discrete(2)

    def outcomes(self) -> Outcomes:
        """Fresh or tired next month, (state, action, next state)."""
        probability = np.array([[[1.0, 0.0], [0.0, 1.0]], [[RECOVERY, 1 - RECOVERY], [0.0, 1.0]]])
        reward = np.array([[0.0, PROFIT_FRESH], [0.0, PROFIT_TIRED]])[..., None]
        return Outcomes(np.broadcast_to([FRESH, TIRED], (2, 2, 2)), probability, reward, np.zeros(1, bool))

    def starts(self) -> np.ndarray:
        """A fresh customer."""
        return np.array([FRESH])


@cache
def model() -> TabularModel:
    """The exact model."""
    return checked(Fatigue().model())


@cache
def discounted_optimum(discount: float) -> Optimum:
    """The best policy for the discounted return."""
    return policy_iteration(model(), discount)


@cache
def average_optimum() -> Float[np.ndarray, "S A"]:
    """The best policy for the average reward."""
    return average_policy_iteration(model()).policy


def gain(policy: Float[np.ndarray, "S A"]) -> float:
    """The profit a month in the long run.

    >>> gain(np.array([[0.0, 1.0], [0.0, 1.0]]))  # a mail every month
    20.0
    """
    return float(average_values(model(), policy).gain[FRESH])


def agreement() -> float:
    """The discount rate from which on the discounted optimum is that of the average reward, to 1e-6."""
    low, high = 0.0, 1 - 1e-9
    while high - low > 1e-6:
        middle = (low + high) / 2
        same = (discounted_optimum(middle).policy == average_optimum()).all()
        low, high = (low, middle) if same else (middle, high)
    return high
