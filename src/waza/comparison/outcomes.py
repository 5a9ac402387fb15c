"""What a comparison found: the effect of each technique, and the best variant."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

import xarray as xr

from waza.comparison.design import MARGIN, compared
from waza.comparison.techniques import BASELINE, reference_of
from waza.comparison.worth import Gap
from waza.core.errors import Error
from waza.learners import Measure
from waza.study import Finding, PartFinding, tuned_name
from waza.study.results import diverged
from waza.study.trained import finite_trials

Effect = Literal["helps", "makes no difference", "does not help", "harms", "diverges", "undecided"]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The effect of a technique on these data, in points (positive: better than its reference), with its interval.

    Args:
        technique: its name.
        effect: "helps" and "harms" by at least the smallest difference that matters; "makes no difference" where the
            interval lies within it, "does not help" where it lies below but may harm, or where no variant predicts
            better than a constant: to lose less is no help; "diverges" where more trials of
            the technique than of its reference diverged, and the others do not show that it harms.
        points, low, high: over the seeds in which neither diverged.
        near: whether what was decided is close to its bound.
        diverged: trials of the technique that diverged.
        reference: what it is compared with.
    """

    technique: str
    effect: Effect
    points: float
    low: float
    high: float
    near: bool = False
    diverged: int = 0
    reference: str = BASELINE


def outcomes(findings: Sequence[Finding], results: xr.Dataset, constant: Gap | None = None) -> list[Outcome]:
    """The outcome of each technique, from its finding, with the parts "helps" and "harms"; the most helpful first.

    Args:
        findings: on the claims of the techniques.
        results: of the comparison.
        constant: how far the variants are above a constant prediction (`waza.comparison.worth.above_constant`).
    """
    found = []
    for finding in findings:
        helps, harms = finding.parts
        of_reference, of_technique = (diverged(results, name) for name in compared(finding.id))
        effect = _effect(helps, harms)
        if effect == "helps" and constant is not None and not constant.better:
            effect = "does not help" if constant.high < 100 * MARGIN else "undecided"
        if of_technique > of_reference and effect != "harms":
            effect = "diverges"
        shown = harms if effect == "harms" else helps
        decided = effect not in ("undecided", "diverges")
        near = decided and (shown.near or (effect == "makes no difference" and harms.near))
        points, low, high = (100 * value for value in (shown.effect, shown.low, shown.high))
        found.append(Outcome(finding.id, effect, points, low, high, near, of_technique, reference_of(finding.id)))
    return sorted(found, key=lambda one: -one.points)


def _effect(helps: PartFinding, harms: PartFinding) -> Effect:
    """What both verdicts say together."""
    if helps.verdict == "holds":
        return "helps"
    if harms.verdict == "holds":
        return "harms"
    if helps.verdict == "fails":
        return "makes no difference" if harms.verdict == "fails" else "does not help"
    return "undecided"


def best_variants(results: xr.Dataset, measure: Measure) -> list[str]:
    """The tuned variants, those with the fewest diverged trials first, then by a measure's mean on validation rows.

    The mean is that of the trials that did not diverge; a variant without one is left out.

    Raises:
        Error: every variant diverged.
    """
    names = [str(name) for name in results["variant"].values if str(name).endswith(tuned_name(""))]
    sound = finite_trials(results)
    values = results[measure.name].isel(step=-1).where(sound)
    means = {name: float(values.sel(variant=name).mean()) for name in names}
    means = {name: value for name, value in means.items() if math.isfinite(value)}
    if not means:
        raise Error("every variant diverged, so there is no model to keep: look for wrong numbers in the table")
    return sorted(means, key=lambda name: (diverged(results, name), -measure.sign * means[name]))
