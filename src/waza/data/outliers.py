"""Outliers: a cell that lies a thousand times farther out than the others of its column."""

import numpy as np

from waza.data.notes import Note

FAR = 1000.0  # times the range of the middle nine tenths


def outlier_note(column: str, numbers: np.ndarray) -> list[Note]:
    """A note on the most distant number of a column, if it is so far from the others that it decides their scale.

    >>> [note.values["value"] for note in outlier_note("y", np.array([*range(100), 1e7]))]
    ['1e+07']
    >>> outlier_note("y", np.exp(np.random.default_rng(0).normal(0, 2, 1000)))
    []
    """
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return []
    low, middle, high = np.percentile(finite, [5, 50, 95])
    distance = np.abs(finite - middle)
    far = distance > FAR * (high - low)
    if not high > low or not far.any():
        return []
    rest = finite[~far]
    values = {"value": finite[distance.argmax()], "low": rest.min(), "high": rest.max()}
    return [Note("outlier", {"column": column, **{name: f"{value:.4g}" for name, value in values.items()}})]
