"""The value of policies on the customers of a log, with intervals and comparisons on the same customers."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from waza.core.errors import Error
from waza.rl.logs import (
    Interval,
    Log,
    direct,
    effective_sample_size,
    ips,
    normal_interval,
    scores,
    skewed_interval,
    snips,
    weights,
)

FEW = 0.01  # of the rows: below, an effective sample size says that policy and log do not overlap
FEWEST = 100
UNEVEN, SURE = 0.05, 4  # of the weights' mean from 1, and of its standard errors: beyond both, it is no chance


class Judged(NamedTuple):
    """A policy's value on the log's customers.

    Args:
        mailed: the share of the customers that is mailed.
        effective: the effective sample size of the weights.
        largest: the largest weight.
        weight: the mean weight. It is 1, up to chance, where the propensities are right and everything that the policy
            does was possible.
        overlaps: whether enough customers of the log were treated as the policy would.
        fits: whether the mean weight is 1 up to chance.
        estimates: the reward a customer by estimator ("dr", "snips", "ips", "dm").
        profit: a customer, by the doubly robust estimator.
    """

    mailed: float
    effective: float
    largest: float
    weight: float
    overlaps: bool
    fits: bool
    estimates: dict[str, Interval]
    profit: Interval

    @property
    def sound(self) -> bool:
        """Whether the log says anything of the policy's value."""
        return self.overlaps and self.fits


class Judge:
    """Estimates values of policies from one log, in double precision; arm 0 is the control, which costs nothing.

    Args:
        log: held-out rows; each row's `model` was trained without it.
        model: the expected reward of each arm, (rows, arms).
        cost: of one mail.
        value: of a reward of 1.
    """

    def __init__(self, log: Log, model: np.ndarray, cost: float, value: float):
        self.log, self.model = log, np.asarray(model, float)
        self.cost, self.value, self.rows = cost, value, len(log.arm)
        with jax.enable_x64(True):
            self.scores = np.asarray(scores(log.arm, log.reward, log.propensity, self.model))

    def terms(self, policy: np.ndarray) -> np.ndarray:
        """The doubly robust term of each row, in rewards."""
        terms: np.ndarray = (policy * self.scores).sum(axis=1)
        return terms

    def profits(self, policy: np.ndarray) -> np.ndarray:
        """The doubly robust term of each row, in profit: value times reward, less the cost of the mail."""
        return self.value * self.terms(policy) - self.cost * (1 - policy[:, 0])

    def judge(self, policy: np.ndarray) -> Judged:
        """All estimates of a policy's value.

        Raises:
            Error: nobody in the log was treated as the policy would.
        """
        with jax.enable_x64(True):
            w = weights(policy, self.log.arm, self.log.propensity)
            effective = float(effective_sample_size(w))
            if not effective:
                raise Error("no customer of the log was treated as the policy would: nothing is known of its value")
            logged = (policy, self.log.arm, self.log.reward, self.log.propensity)
            estimates = {
                "dr": interval_of(self.terms(policy)),
                "snips": interval_of(snips(*logged)),
                "ips": interval_of(ips(*logged)),
                "dm": interval_of(direct(policy, self.model)),
            }
            weight = normal_interval(w)
            return Judged(
                mailed=float(1 - policy[:, 0].mean()),
                effective=effective,
                largest=float(w.max()),
                weight=float(weight.mean),
                overlaps=effective >= max(FEWEST, FEW * self.rows),
                fits=bool(abs(weight.mean - 1) <= max(UNEVEN, SURE * weight.error)),
                estimates=estimates,
                profit=interval_of(self.profits(policy)),
            )

    def difference(self, one: np.ndarray, other: np.ndarray) -> Interval:
        """The reward a customer of one policy less that of another, on the same customers."""
        return interval_of(self.terms(one) - self.terms(other))

    def profit_difference(self, one: np.ndarray, other: np.ndarray) -> Interval:
        """The profit a customer of one policy less that of another, on the same customers."""
        return interval_of(self.profits(one) - self.profits(other))


def interval_of(terms: Any) -> Interval:
    """The interval of the mean of these terms as plain numbers: normal, corrected for their skewness."""
    with jax.enable_x64(True):
        return Interval(*(float(one) for one in skewed_interval(jnp.asarray(terms))))
