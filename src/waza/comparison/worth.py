"""What the networks are worth: their distance from a constant prediction and from the reference models."""

import dataclasses
import math

import numpy as np
import xarray as xr

from waza.comparison.references import CONSTANT, REFERENCES
from waza.learners import Measure
from waza.study import tuned_name
from waza.study.deciding import CONFIDENCE
from waza.study.record import record_of
from waza.study.statistics import t_interval
from waza.study.trained import finite_trials

NORMAL = 1.96


@dataclasses.dataclass(frozen=True)
class Gap:
    """By how much a network is better than a reference row, in points, with its interval.

    Args:
        variant: the network's variant.
        reference: the row.
        points, low, high: of test accuracy, or per cent of the target's variance.
    """

    variant: str
    reference: str
    points: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Whether the network is shown to be better."""
        return self.low > 0

    @property
    def worse(self) -> bool:
        """Whether the network is shown to be worse."""
        return self.high < 0


def above_constant(results: xr.Dataset, measure: Measure) -> Gap:
    """The gap to the constant prediction of the variant for which most speaks; all variants share the error rate.

    Where it is not `better`, no variant is shown to predict better than the constant.
    """
    names = [str(name) for name in results["variant"].values if str(name).endswith(tuned_name(""))]
    level = 1 - (1 - CONFIDENCE) / len(names)
    gaps = [gap(results, measure, name, CONSTANT, level) for name in names]
    return max(gaps, key=lambda one: one.low if math.isfinite(one.low) else -math.inf)


def beside_references(results: xr.Dataset, measure: Measure, variant: str) -> tuple[Gap, ...]:
    """The gaps of a variant to the reference models that are in the results."""
    there = [name for name in REFERENCES if name != CONSTANT and name in results["variant"].values]
    return tuple(gap(results, measure, variant, name, 1 - (1 - CONFIDENCE) / len(there)) for name in there)


def gap(results: xr.Dataset, measure: Measure, variant: str, reference: str, confidence: float) -> Gap:
    """The paired difference over the trials of the variant that did not diverge.

    Where all seeds have one split, the sampling error of its test rows is added: of accuracies that of rows on which
    the two could disagree, of squared errors that of independent normal errors.
    """
    sound = finite_trials(results).sel(variant=variant).values
    one, other = (
        results[measure.name].isel(step=-1).sel(variant=name).values.astype(float)[sound]
        for name in (variant, reference)
    )
    record = record_of(results)
    interval = t_interval(measure.sign * (one - other), confidence, record.overlap)
    half = interval.high - interval.mean
    if not record.overlap and one.size:
        half = math.hypot(half, NORMAL * _of_rows(measure, float(one.mean()), float(other.mean()), record.rows["test"]))
    points = 100 * np.array([interval.mean, interval.mean - half, interval.mean + half])
    return Gap(variant, reference, *map(float, points))


def _of_rows(measure: Measure, one: float, other: float, rows: int) -> float:
    """The standard error of the difference of two means over the same rows, at most."""
    if measure.name.endswith("accuracy"):
        return math.sqrt(max(0.0, min(1.0, (1 - one) + (1 - other)) - (one - other) ** 2) / rows)
    return math.sqrt(2 * (one**2 + other**2) / rows)
