"""Sine prediction: the next value from a window of earlier values, or of predicted ones."""

import numpy as np

from waza.core.errors import Error
from waza.data.dataset import Dataset, Split
from waza.data.tasks.sizes import check_size


def sine_values(points: int = 500, periods: float = 5) -> np.ndarray:
    """The values (points,) float32 that `sine` divides: sin(2 pi periods i / (points - 1)), i = 0..points-1.

    Raises:
        Error: fewer than 2 points, or `periods` is not a number above 0.

    >>> sine_values(5, 1)[:4].round(3).tolist()
    [0.0, 1.0, 0.0, -1.0]
    """
    check_size("points", points, 2)
    if not 0 < periods < np.inf:
        raise Error(f"periods={periods!r} given: choose a number above 0")
    return np.sin(np.linspace(0, 2 * np.pi * periods, points)).astype(np.float32)


def sine(window: int = 2, points: int = 500, periods: float = 5, test_points: int = 100) -> Dataset:
    """Windows of a sine and the value that follows each: x_i = s[i .. i+window-1], y_i = s[i+window].

    x (rows, window, 1), y (rows,), both float32; s = `sine_values(points, periods)`. The last `test_points` points are
    the test split, as many before them the validation split, and the rest the training split. Windows and their targets
    lie within one part, so that no point is in two splits, and a part of n points gives n - window rows. (Points of
    other periods have nearly the same values: the task is continuation, not generalisation.) Nothing is random.

    A prediction from the model's own outputs starts with the last training window, `train.x[-1]`. Its first output
    predicts `train.y[-1]`, so compare the outputs with `sine_values(points, periods)[window + len(train.y) - 1 :]`.

    Args:
        window: steps in a row, 1 or more.
        points: number of points of the complete curve.
        periods: number of periods of the curve, above 0.
        test_points: more than `window`; the test and the validation split, with this many points each, must leave more
            than `window` points for training.

    Raises:
        Error: a size is out of these bounds.

    >>> train = sine().train
    >>> true = sine_values()[2 + len(train.y) - 1 :]
    >>> train.x.shape, bool(true[0] == train.y[-1]), len(true)
    ((298, 2, 1), True, 201)
    """
    check_size("window", window, 1)
    values = sine_values(points, periods)
    most = (points - window - 1) // 2
    if most <= window:
        raise Error(f"points={points} given: choose {3 * window + 3} or more for a window of {window}")
    check_size("test_points", test_points, window + 1, most)
    ends = [points - 2 * test_points, points - test_points]
    train, validation, test = (_windows(part, window) for part in np.split(values, ends))
    return Dataset("sine", train, test, validation)


def _windows(values: np.ndarray, window: int) -> Split:
    windows = np.lib.stride_tricks.sliding_window_view(values, window)[:-1]
    return Split(windows[..., None].copy(), values[window:].copy())
