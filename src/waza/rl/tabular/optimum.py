"""Optimum: what an exact solution of a model consists of."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Optimum(NamedTuple):
    """The optimal values of a model, and a policy that attains them.

    Attributes:
        state_values (S,): $v_*$, the greatest expected return from each state.
        action_values (S, A): $q_*$, that after each action.
        policy (S, A): takes an action of the greatest value in each state.
        iterations: improvements or sweeps that were made.
    """

    state_values: Float[np.ndarray, " S"]
    action_values: Float[np.ndarray, "S A"]
    policy: Float[np.ndarray, "S A"]
    iterations: int
