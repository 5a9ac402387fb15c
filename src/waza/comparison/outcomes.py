"""What a comparison found: the effect of each technique, and the best variant."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

import xarray as xr

from waza.core.errors import Error
from waza.learners import Measure
from waza.study import Finding, final, tuned_name

Effect = Literal["helps", "makes no difference", "harms", "undecided"]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The effect of a technique on these data, in points (positive: better than the baseline), with its interval."""

    technique: str
    effect: Effect
    points: float
    low: float
    high: float


def outcomes(findings: Sequence[Finding]) -> list[Outcome]:
    """The outcome of each technique, from the findings, the most helpful first."""
    found = []
    for finding in findings:
        part = finding.parts[0]
        effect: Effect = "undecided"
        if part.equivalent:
            effect = "makes no difference"
        elif part.verdict != "undecided":
            effect = "helps" if part.verdict == "holds" else "harms"
        found.append(Outcome(finding.id, effect, *(100 * value for value in (part.effect, part.low, part.high))))
    return sorted(found, key=lambda one: -one.points)


def best_variant(results: xr.Dataset, measure: Measure) -> str:
    """The tuned variant whose mean over seeds is the best by a measure of the validation rows.

    Raises:
        Error: every variant diverged.
    """
    names = [str(name) for name in results["variant"].values if str(name).endswith(tuned_name(""))]
    means = {name: float(final(results, measure.name, name).mean(skipna=False)) for name in names}
    means = {name: value for name, value in means.items() if math.isfinite(value)}
    if not means:
        raise Error("every variant diverged, so there is no model to keep: look for wrong numbers in the table")
    return max(means, key=lambda name: measure.sign * means[name])
