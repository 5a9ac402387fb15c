"""Policies on the rows of a log: (rows, arms), the probability of each arm in each row; of NumPy's or JAX's arrays."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from waza.core.errors import Error


def uniform(rows: int, arms: int) -> np.ndarray:
    """Each arm with the same probability.

    >>> uniform(1, 4).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    return np.full((rows, arms), 1 / arms)


def always(arm: int, rows: int, arms: int) -> np.ndarray:
    """The same arm in each row.

    >>> always(1, 2, 3).tolist()
    [[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    """
    return np.tile(np.eye(arms)[arm], (rows, 1))


def above(score: Any, choice: Any, control: int, arms: int, threshold: float = 0.0) -> Any:
    """The chosen arm where the score is above a threshold, the control elsewhere.

    >>> above(np.array([0.3, -0.1]), np.array([1, 1]), 0, 2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return treated(score > threshold, choice, control, arms)


def at_budget(score: Any, choice: Any, control: int, arms: int, share: float) -> Any:
    """The chosen arm in the share of the rows that have the largest scores, the control elsewhere.

    Rows with the same score at the threshold are treated with the same probability, so that exactly this share of the
    rows is treated on average, and the result does not depend on the order of the rows.

    Args:
        score: (rows,).
        choice: the arm that a row receives if it is treated, (rows,).
        control: the arm of the others.
        arms: how many there are.
        share: of the rows, from 0 to 1.

    Raises:
        Error: the share is not between 0 and 1.

    >>> at_budget(np.array([3.0, 1.0, 1.0, 0.0]), np.ones(4, int), 0, 2, share=0.5)[:, 1].tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    if not 0 <= share <= 1:
        raise Error(f"a budget of {share:g} is given; expected the share of the rows that are treated, 0 to 1")
    xp: Any = jnp if isinstance(score, jax.Array) else np
    budget = share * len(score)
    if budget == 0:
        return treated(xp.zeros(len(score)), choice, control, arms)
    threshold = xp.sort(score)[len(score) - math.ceil(budget)]
    above_it, at_it = score > threshold, score == threshold
    return treated(above_it + (budget - above_it.sum()) / at_it.sum() * at_it, choice, control, arms)


def treated(probability: Any, choice: Any, control: int, arms: int) -> Any:
    """The chosen arm with this probability, the control otherwise.

    >>> treated(np.array([0.25]), np.array([2]), 0, 3).tolist()
    [[0.75, 0.0, 0.25]]
    """
    given = np.arange(arms) == control
    chosen = choice[:, None] == np.arange(arms)
    return probability[:, None] * chosen + (1 - probability * 1.0)[:, None] * given
