"""Uplift and Qini curves: the gain when those with the largest scores are treated, from a log of two arms."""

from typing import Any, NamedTuple

import numpy as np


class Curve(NamedTuple):
    """A curve that begins at (0, 0): the share of the rows that is treated, and the additional reward for each row."""

    share: np.ndarray
    gain: np.ndarray


def qini_curve(score: Any, treated: Any, reward: Any) -> Curve:
    r"""Radcliffe's Qini curve: $(R_t(k) - R_c(k) N_t(k) / N_c(k)) / N$ for the k rows with the largest scores.

    R and N are sums of rewards and numbers of rows of the treated (t) and the control (c). The curve counts rewards of
    the treated rows that would not have come without treatment. Rows of equal score enter together. The normalisation
    here is by the number N of all rows; Radcliffe divides by the number of treated rows, which changes the axis only.

    Source: Radcliffe, "Using control groups to target on predicted lift", 2007.

    >>> curve = qini_curve([3, 2, 1, 0], [1, 0, 1, 0], [1.0, 0.0, 1.0, 1.0])
    >>> curve.share.tolist(), curve.gain.tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.25, 0.25, 0.5, 0.25])
    """
    share, n_t, n_c, r_t, r_c, rows = _cumulated(score, treated, reward)
    expected = np.divide(r_c * n_t, n_c, out=np.zeros_like(r_c), where=n_c > 0)
    return Curve(share, (r_t - expected) / rows)


def uplift_curve(score: Any, treated: Any, reward: Any) -> Curve:
    r"""The uplift curve: $(R_t(k)/N_t(k) - R_c(k)/N_c(k)) (N_t(k) + N_c(k)) / N$; the names are those of `qini_curve`.

    It extrapolates the difference of the two mean rewards to all of the k rows, treated or not, so that its end is the
    effect of treating everyone, a row.

    Source: Rzepakowski and Jaroszewicz 2012; Gutierrez and Gerardy 2017.

    >>> uplift_curve([3, 2, 1, 0], [1, 0, 1, 0], [1.0, 0.0, 1.0, 1.0]).gain.tolist()
    [0.0, 0.25, 0.5, 0.75, 0.5]
    """
    share, n_t, n_c, r_t, r_c, rows = _cumulated(score, treated, reward)
    of_treated = np.divide(r_t, n_t, out=np.zeros_like(r_t), where=n_t > 0)
    of_control = np.divide(r_c, n_c, out=np.zeros_like(r_c), where=n_c > 0)
    return Curve(share, (of_treated - of_control) * (n_t + n_c) / rows)


def coefficient(curve: Curve) -> float:
    r"""The area between a curve and the straight line to its end, which treating at random has: in rewards a row.

    Of a `qini_curve`, this is the Qini coefficient Q before any division by that of a perfect ranking.

    >>> coefficient(Curve(np.array([0.0, 0.5, 1.0]), np.array([0.0, 1.0, 1.0])))
    0.25
    """
    return float(np.trapezoid(curve.gain, curve.share) - curve.gain[-1] / 2)


def _cumulated(score: Any, treated: Any, reward: Any) -> tuple[Any, ...]:
    """Shares, cumulated numbers and rewards of both groups at each distinct score from above, and the number of rows."""
    score, treated, reward = np.asarray(score, float), np.asarray(treated, bool), np.asarray(reward, float)
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)

    def cumulated(values: Any) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(values[order])[last]])

    share = np.concatenate([[0.0], (last + 1) / len(score)])
    sums = (cumulated(values) for values in (treated * 1.0, ~treated * 1.0, treated * reward, ~treated * reward))
    return share, *sums, len(score)
