"""Claims: statements of the notes, and the rules that decide them."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import xarray as xr

from waza.core.construction import Fields
from waza.core.errors import Error

Verdict = Literal["holds", "fails", "depends", "undecided"]
Effect = Callable[[xr.Dataset], xr.DataArray]


@dataclasses.dataclass(frozen=True)
class Rule(metaclass=Fields):
    """What the parts of claims have in common: the region (low, high) in which a value must lie.

    A finite bound is the smallest value that matters. The part holds where the value lies inside, fails where it lies
    outside, and is undecided where its interval crosses a bound. One bound is a directional statement, two make an
    equivalence.

    Args:
        name: what the part says, for the report's texts.
        low, high: the region; at least one is finite.
        unit: of the value, for display; "points" are shares times 100, and the default of shares of trials.
        further: whether the part qualifies the answer instead of deciding it; the others are necessary.
        case: the condition that it concerns; "" for all.
    """

    name: str
    _: dataclasses.KW_ONLY
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    further: bool = False
    case: str = ""

    def __post_init__(self):
        if not self.low < self.high or not self.bounds:
            raise Error(
                f"{type(self).__name__}({self.name!r}) has the region ({self.low}, {self.high}); "
                "expected low < high, one of them finite"
            )

    @property
    def bounds(self) -> tuple[float, ...]:
        """The finite bounds."""
        return tuple(bound for bound in (self.low, self.high) if math.isfinite(bound))


@dataclasses.dataclass(frozen=True)
class Part(Rule):
    """A sampled part: the mean of one value a seed, with its interval; the other fields are those of `Rule`.

    Args:
        effect: from results to one value a seed (a difference of variants is a paired difference).
        among: variants; the mean is taken over the seeds whose trials of all of these have trained (`Study.trained`).
            Without any, all seeds count, a diverged trial at its learner's chance level.
    """

    effect: Effect
    among: tuple[str, ...] = dataclasses.field(default=(), kw_only=True)


@dataclasses.dataclass(frozen=True)
class Exact(Rule):
    """An exact part: a value that is computed, enumerated or derived, and has no interval and no p-value.

    Args:
        value: computes it.
    """

    value: Callable[[], float]


@dataclasses.dataclass(frozen=True)
class Share(Rule):
    """The share of seeds whose trial reaches something, with Wilson's interval and the exact binomial test.

    Args:
        reached: from results to True or False for each seed.
    """

    reached: Effect


@dataclasses.dataclass(frozen=True)
class MoreOften(Rule):
    """The share of seeds that reach something minus the share of another variant, paired by seed.

    Newcombe's interval decides, and an exact paired test must agree at the nearest bound: McNemar's for the bound zero.

    Args:
        first, second: from results to True or False for each seed.
    """

    first: Effect
    second: Effect


AnyPart = Part | Exact | Share | MoreOften


@dataclasses.dataclass(frozen=True)
class Claim(metaclass=Fields):
    """A statement of the notes, with a rule that is fixed before the run.

    It fails if a necessary part fails, holds if all necessary parts hold, and is undecided otherwise. With parts for
    several cases, this is decided for each case, together with the parts of all cases; the claim depends on the
    condition where one case holds and another fails.

    Args:
        id: such as "C01".
        parts: the first one leads.
    """

    id: str
    parts: tuple[AnyPart, ...]

    def __post_init__(self):
        if not self.parts or all(part.further for part in self.parts):
            raise Error(f"the claim {self.id!r} has no part that decides it; give one that is not further")
        names = [part.name for part in self.parts]
        for name in names:
            if names.count(name) > 1:
                raise Error(f"the claim {self.id!r} has two parts called {name!r}; give each its own name")


@dataclasses.dataclass(frozen=True)
class PartFinding:
    """What the trials say about one part.

    Args:
        name, unit, further, case: of the part.
        kind: "sampled", "exact", "share" or "more often".
        verdict: holds, fails or undecided.
        effect: the mean, the value, the share or the difference of shares.
        low, high, confidence: its interval; the value itself, with confidence 1, where it is exact.
        seeds: how many the interval rests on; 0 where it is exact.
        region: the part's low and high.
        p: of the test that goes with the interval: sign flips about `bound`, the binomial test of the share `bound`, or
            the exact paired test of the difference `bound` (McNemar's for zero); NaN where there is none.
        bound: what `p` is about.
        needed: seeds that would decide at today's mean and spread; None if decided, or if no useful number would.
        smallest: the smallest distance from the bound that these seeds detect (power 80 %); NaN where unknown.
        reason: why nothing was decided where the interval is not the reason: "not finite", "few seeds", or "test".
        interquartile: the mean of the middle half of the effects.
        equivalent: whether the interval lies wholly within the smallest effect that matters around zero.
        near: whether the verdict is close to its bound: a five times smaller error rate would not have decided it.
        left_out: seeds that do not count since a trial has not trained (`Part.among`).
    """

    name: str
    kind: Literal["sampled", "exact", "share", "more often"]
    verdict: Verdict
    effect: float
    low: float
    high: float
    confidence: float
    seeds: int
    region: tuple[float, float]
    p: float = math.nan
    bound: float = math.nan
    needed: int | None = None
    smallest: float = math.nan
    unit: str = ""
    reason: str = ""
    interquartile: float = math.nan
    equivalent: bool = False
    near: bool = False
    left_out: int = 0
    further: bool = False
    case: str = ""


@dataclasses.dataclass(frozen=True)
class Finding:
    """What the trials say about a claim: the verdict, those of its cases, and the parts that they follow from."""

    id: str
    verdict: Verdict
    parts: tuple[PartFinding, ...]
    cases: Mapping[str, Verdict] = dataclasses.field(default_factory=dict)


def combine(parts: Sequence[Any]) -> tuple[Verdict, dict[str, Verdict]]:
    """The verdict on a claim from its parts' (each with `verdict`, `further` and `case`), and those of its cases."""
    necessary = [part for part in parts if not part.further]
    cases = list(dict.fromkeys(part.case for part in necessary if part.case))
    by_case = {case: _all([part.verdict for part in necessary if part.case in ("", case)]) for case in cases}
    if not by_case:
        return _all([part.verdict for part in necessary]), {}
    found = set(by_case.values())
    if {"holds", "fails"} <= found:
        return "depends", by_case
    return (found.pop() if len(found) == 1 else "undecided"), by_case


def _all(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict where all of these are necessary."""
    if "fails" in verdicts:
        return "fails"
    return "undecided" if "undecided" in verdicts else "holds"
