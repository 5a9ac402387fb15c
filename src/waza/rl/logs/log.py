"""Log: what was decided for whom, with which probability, and what followed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error

TOLERANCE = 1e-3  # of the sum of a row's propensities


class Log(NamedTuple):
    """Decisions that were made once a row, as in a campaign: a contextual bandit's log.

    Args:
        features: what was known before the decision, (rows, features).
        arm: what was done, (rows,), counted from 0.
        reward: what followed, (rows,).
        propensity: the probability with which the row's own arm was chosen, (rows,), above 0.
    """

    features: Any
    arm: Any
    reward: Any
    propensity: Any


def checked_log(features: Any, arm: Any, reward: Any, propensity: Any, arms: Sequence[str]) -> Log:
    """The log, if it can be learned from.

    Args:
        features, arm, reward, propensity: of the `Log`.
        arms: the names of the arms.

    Raises:
        Error: the parts differ in length, an arm is unknown or never occurs, a reward or a feature is not finite, or a
            propensity is not in (0, 1].

    >>> checked_log(np.zeros((2, 1)), [0, 1], [0.0, 1.0], [0.5, 0.5], ["no mail", "mail"]).arm
    array([0, 1], dtype=int32)
    >>> checked_log(np.zeros((2, 1)), [0, 0], [0.0, 1.0], [0.5, 0.5], ["no mail", "mail"])
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: the arm 'mail' never occurs in the log, so nothing is known of it: leave it out
    """
    features, arm = np.asarray(features, np.float32), np.asarray(arm)
    reward, propensity = np.asarray(reward, float), np.asarray(propensity, float)
    lengths = {len(features), len(arm), len(reward), len(propensity)}
    if features.ndim != 2 or len(lengths) > 1 or 0 in lengths:
        shapes = [one.shape for one in (features, arm, reward, propensity)]
        raise Error(f"the parts of the log have the shapes {shapes}; expected (rows, features) and three times (rows,)")
    if arm.dtype.kind not in "iu" or arm.min() < 0 or arm.max() >= len(arms):
        raise Error(f"the log has arms other than 0..{len(arms) - 1}: give each row the position of its arm")
    for position, name in enumerate(arms):
        if not (arm == position).any():
            raise Error(f"the arm {name!r} never occurs in the log, so nothing is known of it: leave it out")
    if not np.isfinite(reward).all() or not np.isfinite(features).all():
        raise Error("the log has rewards or features that are not finite: correct these rows, or leave them out")
    if bad := int(np.sum(~((propensity > 0) & (propensity <= 1)))):
        raise Error(
            f"{bad} rows have a propensity that is not above 0 and at most 1: what was done cannot have been "
            "impossible; correct the column"
        )
    return Log(features, arm.astype(np.int32), reward, propensity)


def logged_propensities(table: Any, arm: Any) -> np.ndarray:
    """The propensity of each row's own arm, from those of all arms.

    Args:
        table: (rows, arms), each row a distribution.
        arm: (rows,).

    Raises:
        Error: a row is no distribution.

    >>> logged_propensities([[0.2, 0.8], [0.5, 0.5]], np.array([1, 0])).tolist()
    [0.8, 0.5]
    """
    table = np.asarray(table, float)
    sums = table.sum(axis=1)
    wrong = ~(np.abs(sums - 1) <= TOLERANCE) | (table < 0).any(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise Error(
            f"{int(wrong.sum())} rows have propensities that do not sum to 1 (row {row + 1}: {sums[row]:.3g}): "
            "give each arm's probability"
        )
    return table[np.arange(len(table)), np.asarray(arm)]
