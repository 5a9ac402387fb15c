"""Folds of a log, and propensities that are estimated without a row's own fold."""

from typing import Any

import numpy as np

from waza.core.errors import Error

LEAST = 0.01  # of an estimated propensity


def folds_of(arm: Any, count: int, seed: int = 0) -> np.ndarray:
    """The fold of each row, 0 to `count` - 1, drawn so that each arm has the same share in all folds.

    Raises:
        Error: an arm has fewer rows than there are folds.

    >>> folds = folds_of(np.array([0, 0, 0, 0, 1, 1]), 2)
    >>> [sorted(np.array([0, 0, 0, 0, 1, 1])[folds == k].tolist()) for k in range(2)]
    [[0, 0, 1], [0, 0, 1]]
    """
    arm = np.asarray(arm)
    folds, rng = np.zeros(len(arm), np.int32), np.random.RandomState(seed)
    for one in np.unique(arm):
        rows = np.flatnonzero(arm == one)
        if len(rows) < count:
            raise Error(f"an arm has {len(rows)} rows, and there are {count} folds: give fewer folds, or leave it out")
        folds[rng.permutation(rows)] = np.arange(len(rows)) % count
    return folds


def estimated_propensities(features: Any, arm: Any, arms: int, folds: Any) -> np.ndarray:
    """The probability of each arm given the features, (rows, arms), for each fold from the rows of the others.

    A multinomial logistic regression of scikit-learn: its objective is convex, so it needs no tuning, and its
    probabilities are calibrated where the logarithms of their ratios are linear in the features. Estimates below 0.01 are raised to it, which
    bounds the weights at 100, and the row is divided by its sum again.

    >>> x, arm = np.zeros((8, 1)), np.array([0, 0, 0, 1, 0, 0, 0, 1])
    >>> estimated_propensities(x, arm, 2, folds_of(arm, 2)).round(2)[0].tolist()
    [0.75, 0.25]
    """
    from sklearn.linear_model import LogisticRegression

    features, arm, folds = np.asarray(features), np.asarray(arm), np.asarray(folds)
    found = np.zeros((len(arm), arms))
    for fold in np.unique(folds):
        inside, others = folds == fold, folds != fold
        model = LogisticRegression(max_iter=1000).fit(features[others], arm[others])
        found[np.ix_(inside, model.classes_)] = model.predict_proba(features[inside])
    found = np.maximum(found, LEAST)
    return found / found.sum(axis=1, keepdims=True)
