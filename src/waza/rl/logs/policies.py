"""Policies on the rows of a log: (rows, arms), the probability of each arm in each row."""

from typing import Any

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


def above(score: Any, choice: Any, control: int, arms: int, threshold: float = 0.0) -> np.ndarray:
    """The chosen arm where the score is above a threshold, the control elsewhere.

    >>> above(np.array([0.3, -0.1]), np.array([1, 1]), 0, 2).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return treated(np.asarray(score) > threshold, choice, control, arms)


def at_budget(score: Any, choice: Any, control: int, arms: int, share: float) -> np.ndarray:
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
    score = np.asarray(score, float)
    budget = share * len(score)
    ordered = np.sort(score)[::-1]
    threshold = ordered[min(int(np.ceil(budget)), len(score)) - 1] if budget > 0 else np.inf
    above_it, at_it = score > threshold, score == threshold
    left = (budget - above_it.sum()) / max(at_it.sum(), 1)
    return treated(above_it + left * at_it, choice, control, arms)


def treated(probability: Any, choice: Any, control: int, arms: int) -> np.ndarray:
    """The chosen arm with this probability, the control otherwise.

    >>> treated(np.array([0.25]), np.array([2]), 0, 3).tolist()
    [[0.75, 0.0, 0.25]]
    """
    probability = np.asarray(probability, float)
    policy = np.zeros((len(probability), arms))
    policy[:, control] = 1 - probability
    policy[np.arange(len(probability)), np.asarray(choice)] += probability
    return policy
