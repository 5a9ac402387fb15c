"""Claims: statements of the notes, the rules that decide them, and what the trials say."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import xarray as xr

from waza.study.statistics import (
    anytime_interval,
    interquartile_mean,
    seeds_needed,
    sign_flip_p,
    smallest_effect,
    t_interval,
)

Verdict = Literal["holds", "fails", "depends", "undecided"]
FEWEST_SEEDS = 10
CONFIDENCE = 0.95
UNTIL_DECIDED = "until decided"


@dataclasses.dataclass(frozen=True)
class Part:
    """One testable part of a claim: an effect, one value a seed, and the region in which it must lie.

    The part holds where the confidence interval of the mean effect lies inside (low, high), fails where it lies
    outside, and is undecided where it crosses a bound. A finite bound that decides must also be passed by the
    sign-flip check. One bound is a directional statement, two make an equivalence.

    Args:
        name: what the part says, for the report's texts.
        effect: from results to one value a seed (a difference of variants is a paired difference).
        low, high: the region.
        unit: of the effect, for display.
        margin: effects below this size make no difference. An interval inside (-margin, margin) is a finding of its
            own, equivalence, on which a part that says there is a difference fails.
    """

    name: str
    effect: Callable[[xr.Dataset], xr.DataArray]
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    margin: float = 0.0


@dataclasses.dataclass(frozen=True)
class PartFinding:
    """What the trials say about one part.

    `needed` is the number of seeds that would decide at today's mean and spread (None: decided, or out of reach);
    `smallest` is the smallest effect, as a distance from the region's bound, that these seeds detect (power 80 %);
    `reason` says why nothing was decided where the interval is not the reason. `interquartile` is the mean of the
    middle half of the effects; `equivalent` says that the interval lies within the part's margin around zero.
    """

    name: str
    verdict: Verdict
    effect: float
    low: float
    high: float
    confidence: float
    seeds: int
    sign_flip_p: float
    needed: int | None
    smallest: float
    region: tuple[float, float]
    unit: str = ""
    reason: str = ""
    interquartile: float = math.nan
    margin: float = 0.0
    equivalent: bool = False


@dataclasses.dataclass(frozen=True)
class Finding:
    """What the trials say about a claim: the verdict, and the parts that it follows from (the first one leads)."""

    id: str
    verdict: Verdict
    parts: tuple[PartFinding, ...]


@dataclasses.dataclass(frozen=True)
class Claim:
    """A statement of the notes with a rule that is fixed before the run.

    It holds where all parts hold, fails where all fail, depends where some hold and the others fail, and is
    undecided otherwise.
    """

    id: str
    parts: tuple[Part, ...]


def decide(claims: Sequence[Claim], results: xr.Dataset, confidence: float = CONFIDENCE) -> tuple[Finding, ...]:
    """Apply the rules of a study's claims to its results, with Holm's correction over all their parts.

    The chance of any false verdict in the study is at most 1 - confidence: with m parts, each is first tried at
    1 - (1 - confidence)/m; once k are decided, the others are tried again with m - k in the place of m. Where
    seeds were added until the claims were decided, intervals that hold at every look take the place of Student's.

    Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    parts = [(i, part) for i, claim in enumerate(claims) for part in claim.parts]
    effects = [np.asarray(part.effect(results).values, float) for _, part in parts]
    anytime = results.attrs.get("stopping") == UNTIL_DECIDED
    found: list[PartFinding | None] = [None] * len(parts)
    left = list(range(len(parts)))
    while left:
        level = 1 - (1 - confidence) / len(left)
        tried = {i: decide_part(parts[i][1], effects[i], level, anytime) for i in left}
        decided = [i for i in left if tried[i].verdict != "undecided"]
        for i in decided or left:
            found[i] = tried[i]
        left = [i for i in left if found[i] is None]
    together = [
        tuple(finding for (of, _), finding in zip(parts, found, strict=True) if of == i and finding is not None)
        for i in range(len(claims))
    ]
    return tuple(
        Finding(claim.id, combine([part.verdict for part in own]), own)
        for claim, own in zip(claims, together, strict=True)
    )


def combine(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict of a whole from the verdicts of its parts.

    >>> combine(["holds", "fails"]), combine(["holds", "undecided"])
    ('depends', 'undecided')
    """
    kinds = set(verdicts)
    if len(kinds) == 1:
        return verdicts[0]
    return "depends" if kinds == {"holds", "fails"} else "undecided"


def decide_part(part: Part, effects: np.ndarray, confidence: float = CONFIDENCE, anytime: bool = False) -> PartFinding:
    """Apply a part's rule to one effect a seed; `anytime` if seeds were added until something was decided."""
    effects = np.asarray(effects, float)
    usable = bool(np.isfinite(effects).all())
    interval = (anytime_interval if anytime else t_interval)(effects, confidence)
    spread = float(effects.std(ddof=1)) if effects.size > 1 else math.nan
    distance, nearest = min((abs(interval.mean - bound), bound) for bound in (part.low, part.high))
    p = sign_flip_p(effects - nearest) if usable and math.isfinite(nearest) else math.nan

    verdict: Verdict = "undecided"
    reason = ""
    equivalent = max(-interval.low, interval.high) < part.margin
    no_difference = equivalent and not part.low < 0 < part.high
    if not usable:
        reason = "not finite"
    elif effects.size < FEWEST_SEEDS:
        reason = "few seeds"
    elif no_difference:
        verdict = "fails"
    elif interval.low > part.low and interval.high < part.high:
        verdict = "holds"
    elif interval.high < part.low or interval.low > part.high:
        verdict = "fails"
    if verdict != "undecided" and not no_difference and math.isfinite(p) and p > 1 - confidence:
        verdict, reason = "undecided", "sign flips"

    needed = None
    if verdict == "undecided" and usable and effects.size > 1:
        needed = seeds_needed(spread, distance, confidence)
        if needed is not None:
            needed = max(needed, FEWEST_SEEDS, effects.size + 1 if effects.size >= FEWEST_SEEDS else 0)
    return PartFinding(
        part.name,
        verdict,
        interval.mean,
        interval.low,
        interval.high,
        confidence,
        effects.size,
        p,
        needed,
        smallest_effect(spread, effects.size, confidence),
        (part.low, part.high),
        part.unit,
        reason,
        interquartile_mean(effects) if usable else math.nan,
        part.margin,
        bool(equivalent and reason == ""),
    )
