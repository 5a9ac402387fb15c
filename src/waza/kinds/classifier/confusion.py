"""Confusion matrix of true and predicted classes."""

from typing import NamedTuple

import numpy as np

from waza.core.errors import Error


class Confused(NamedTuple):
    """A pair of classes that are confused: the number of rows, and their share of the true class."""

    true: int
    predicted: int
    times: int
    share: float


def confusion(true: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """The number of rows of each class (first axis) that are predicted as each class (second axis).

    Raises:
        Error: the two differ in length, or a label is out of range.

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.shape != predicted.shape or true.ndim != 1:
        raise Error(f"labels of shape {true.shape} and {predicted.shape} given; expected two lists of one length")
    both = np.concatenate([true, predicted])
    if both.size and not (both.min() >= 0 and both.max() < classes):
        raise Error(f"labels from {both.min()} to {both.max()} given; expected 0 to {classes - 1}")
    return np.bincount(true * classes + predicted, minlength=classes**2).reshape(classes, classes)


def confused(matrix: np.ndarray, most: int = 10) -> list[Confused]:
    """The pairs of different classes that are confused most often, by count and then by share.

    >>> confused(np.array([[8, 2], [0, 5]]))
    [Confused(true=0, predicted=1, times=2, share=0.2)]
    """
    rows = matrix.sum(axis=1)
    pairs = [
        Confused(i, j, int(matrix[i, j]), float(matrix[i, j] / rows[i]))
        for i, j in np.argwhere(matrix).tolist()
        if i != j
    ]
    return sorted(pairs, key=lambda one: (-one.times, -one.share))[:most]
