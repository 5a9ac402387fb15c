"""How much of the variance of a regression's targets a trained model explains."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from waza.data import Dataset


def shares_explained(judged: Mapping[str, Any], measures: Mapping[str, Any]) -> dict[str, float]:
    r"""$R^2 = 1 - \sum_i (y_i - \hat y_i)^2 / \sum_i (y_i - \bar y)^2$ on each split, from its mean squared error.

    Args:
        judged: the splits, by name; one whose targets are all equal has no such share.
        measures: with "NAME_loss" of each split.
    """
    found = {}
    for name, split in judged.items():
        loss, variance = measures.get(f"{name}_loss"), float(np.var(split.y))
        if loss is not None and variance > 0:
            found[f"{name}_r2"] = 1 - loss / variance
    return found


def chance_of_mean(outputs: np.ndarray, data: Dataset) -> float:
    """The p-value of the hypothesis that the model is no better on the test rows than the mean of the training rows.

    A one-sided paired t-test of the squared errors; 1 with fewer than two test rows.

    Args:
        outputs: of the model for the test rows, (rows, 1).
        data: with the targets.
    """
    y, constant = np.asarray(data.test.y, float), float(np.mean(data.train.y))
    gains = (y - constant) ** 2 - (y - outputs[:, 0].astype(float)) ** 2
    spread = float(gains.std(ddof=1)) if len(gains) > 1 else math.nan
    if not spread > 0:
        return 0.0 if len(gains) > 1 and gains.mean() > 0 else 1.0
    return float(stats.t.sf(gains.mean() / (spread / math.sqrt(len(gains))), len(gains) - 1))
